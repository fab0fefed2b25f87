"""What is looked at before a result is published: an entry page, sizes, secrets, links. Pure; nothing is fetched."""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

CheckName = Literal["entry", "size", "secrets", "links"]
MAX_BYTES = 104_857_600
MAX_FILES = 1_000
MAX_READ = 2_097_152
_MOST_PROBLEMS = 50
_LINKS = {
    "a": "href",
    "link": "href",
    "img": "src",
    "script": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "area": "href",
    "object": "data",
    "embed": "src",
    "image": "href",
}
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')]{1,2000})["']?\s*\)""", re.IGNORECASE)
_SECRETS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a private key", re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    ("a key of Amazon Web Services", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("a token of GitHub", re.compile(r"\b(?:gh[opusr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})")),
    ("a key of a model provider", re.compile(r"\bsk-[A-Za-z0-9_-]{20,}")),
    ("a key of Stripe", re.compile(r"\b(?:sk|rk)_live_[A-Za-z0-9]{16,}")),
    ("a token of Slack", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}")),
    ("a key of Google", re.compile(r"\bAIza[A-Za-z0-9_-]{35}")),
    ("a signed token", re.compile(r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    ("a password in an address", re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:[^\s/:@]{3,100}@")),
)
_SECRET_FILES = re.compile(
    r"(?:^|/)(?:\.env(?:\..*)?|\.git/.*|\.ssh/.*|\.aws/.*|id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.netrc|\.pgpass"
    r"|.*\.(?:pem|key|p12|pfx|keystore))$",
    re.IGNORECASE,
)


class _Links(HTMLParser):
    """Collects what a page names: files that it needs, and pages that it leads to."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.base: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        if tag == "base" and self.base is None:
            self.base = values.get("href")
        if (name := _LINKS.get(tag)) in values:
            self.found.append(values[name])
        for part in values.get("srcset", "").split(","):
            if part.split():
                self.found.append(part.split()[0])
        self.found += _CSS_URL.findall(values.get("style", ""))


def links_in(media_type: str, text: str) -> list[str]:
    """Addresses that a page or a style sheet names, in order."""
    if media_type == "text/css":
        return _CSS_URL.findall(text)
    if media_type != "text/html":
        return []
    parser = _Links()
    parser.feed(text)
    return parser.found


def find_broken(path: str, links: Iterable[str], names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Of ``links`` in the file at ``path``: those that lead to nothing among ``names``, and those that lead out."""
    known = set(names)
    broken: list[str] = []
    external: list[str] = []
    for link in dict.fromkeys(link.strip() for link in links):
        try:
            parts = urlsplit(link)
        except ValueError:
            broken.append(f"{path}: {link[:200]}")
            continue
        if parts.scheme in ("data", "blob", "mailto", "tel", "javascript", "about"):
            continue
        if parts.scheme or parts.netloc:
            external.append(link[:500])
        elif parts.path.startswith("/"):
            broken.append(f"{path}: {link[:200]} (starts at the server's root, not the site's)")
        elif parts.path and not _is_there(path, unquote(parts.path), known):
            broken.append(f"{path}: {link[:200]}")
    return broken, external


def check_entry(kind: str, entry: str, files: Sequence[Mapping[str, Any]]) -> list[str]:
    """A site, and whatever is more than one file, begins with a page."""
    if not entry:
        return ["There is no index.html."]
    first = next((file for file in files if file["path"] == entry), None)
    if first is None or (first["type"] != "text/html" and (kind == "site" or len(files) > 1)):
        return [f"{entry} is no page."]
    return []


def check_size(files: Sequence[Mapping[str, Any]]) -> list[str]:
    """Not more than the public should have to load, or this server to keep."""
    problems: list[str] = []
    if len(files) > MAX_FILES:
        problems.append(f"{len(files)} files; at most {MAX_FILES} are published.")
    if (total := sum(file["bytes"] for file in files)) > MAX_BYTES:
        problems.append(f"{total} bytes; at most {MAX_BYTES} are published.")
    return problems


def find_secrets(path: str, text: str) -> list[str]:
    """What in a file looks like a secret, without the secret."""
    problems = [f"{path}: this file is for its owner only."] if _SECRET_FILES.search(path) else []
    for what, pattern in _SECRETS:
        if (match := pattern.search(text)) is not None:
            problems.append(f"{path}, line {text.count(chr(10), 0, match.start()) + 1}: {what}.")
    return problems


def shortened(problems: Sequence[str]) -> list[str]:
    """As many problems as are told."""
    more = len(problems) - _MOST_PROBLEMS
    return [*problems[:_MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]


def _is_there(path: str, link: str, names: set[str]) -> bool:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
    if target == ".":
        return "index.html" in names
    is_folder = link.endswith("/") or f"{target}/index.html" in names
    return target in names or f"{target}.html" in names or (is_folder and f"{target}/index.html" in names)
