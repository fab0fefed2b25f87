"""What a browser is told of a page that code of others may be in: show it, and let it reach nothing.

Such a page has an origin of its own that nothing else has (``sandbox`` without ``allow-same-origin``), so it has no
cookies, no storage and no service worker, and reads nothing of this server's. Besides, it loads only what stands below
its own address, opens nothing, sends no form, and takes nobody's window elsewhere.
"""

import re
from collections.abc import Collection

_HOST = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](?::[0-9]{1,5})?")
# Types that a browser shows in place. All others are for keeping.
_SHOWN = re.compile(
    r"text/(?:html|plain|css|javascript|csv|markdown|tab-separated-values)|image/.+|font/.+|audio/.+|"
    r"video/.+|application/(?:json|manifest\+json|xml|wasm)"
)


def page_policy(base: str, framed_by: Collection[str]) -> str:
    """The Content-Security-Policy of everything below the address ``base``, which ends with a slash."""
    framers = " ".join(sorted(framed_by)) or "'none'"
    own = f"{base} data: blob:"
    return (
        "sandbox allow-scripts; default-src 'none'; "
        f"script-src {base} 'unsafe-inline'; style-src {base} 'unsafe-inline'; connect-src {base}; "
        f"img-src {own}; media-src {own}; font-src {base} data:; "
        "frame-src 'none'; child-src 'none'; worker-src 'none'; object-src 'none'; manifest-src 'none'; "
        f"form-action 'none'; base-uri 'none'; frame-ancestors {framers}"
    )


def door_policy(base: str) -> str:
    """The Content-Security-Policy of the page that asks for a password, which is our own and has no script."""
    return (
        f"sandbox allow-forms; default-src 'none'; style-src 'unsafe-inline'; form-action {base}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def isolating(policy: str) -> dict[str, str]:
    """The headers of an answer under ``policy``. Any page may load what its own frame cannot call same-origin."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=(), loopback-network=(), "
        "local-network-access=(), payment=(), usb=(), serial=(), hid=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Access-Control-Allow-Origin": "*",
        "X-Robots-Tag": "noindex",
    }


def base_of(origin: str, host: str, path: str) -> str:
    """The address of ``path`` as the browser that sent ``host`` knows it; of ``origin`` when that is no host."""
    scheme = origin.partition("://")[0]
    return f"{scheme}://{host}{path}" if _HOST.fullmatch(host) else f"{origin}{path}"


def is_shown(media_type: str) -> bool:
    """Whether a browser shows such a file in place."""
    return _SHOWN.fullmatch(media_type) is not None


def content_type(media_type: str) -> str:
    """``media_type`` with the encoding that texts are kept in."""
    is_text = media_type.startswith("text/") or media_type in ("application/json", "image/svg+xml")
    return f"{media_type}; charset=utf-8" if is_text else media_type
