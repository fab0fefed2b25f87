"""Pages that mean harm, in a real Chromium against a real bridge: each is refused, changes nothing, and is logged."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import PAGE_PORT, check_page_port, launched_chromium
from tests.support.processes import BridgeProcess

BRIDGE = f"http://127.0.0.1:{PAGE_PORT}"
REBOUND = "rebound.example"
READ = {"id": "evil-1", "type": "get_state"}


class _Blank(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<!doctype html><title>hostile</title><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def sites() -> Iterator[tuple[str, str]]:
    """A foreign page of this machine (so that no permission stands in its way), and a page of an allowed origin:

    that of the bridge's control plane, which answers nothing a bridge asks. A link would show in the log.
    """
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Blank) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    foreign, allowed = (server.server_address[1] for server in servers)
    yield f"http://localhost:{foreign}", f"http://127.0.0.1:{allowed}"
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for which a name of the attacker leads to 127.0.0.1, as after DNS rebinding."""
    with launched_chromium(f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1") as launched:
        yield launched


@pytest.fixture
def victim(tmp_path: Path, sites: tuple[str, str]) -> Iterator[BridgeProcess]:
    """A bridge that would link without asking, where pages look for it."""
    check_page_port()
    bridge = BridgeProcess(tmp_path, sites[1], port=PAGE_PORT)
    bridge.start()
    before = files_of(bridge)
    yield bridge
    assert bridge.command("status")["linked"] is False
    assert files_of(bridge) == before
    bridge.kill()


@pytest.fixture
def page(browser: Browser, sites: tuple[str, str]) -> Iterator[Page]:
    """The hostile page."""
    context: BrowserContext = browser.new_context()
    opened = context.new_page()
    opened.goto(sites[0])
    yield opened
    context.close()


def files_of(bridge: BridgeProcess) -> dict[str, bytes]:
    """Everything that the bridge keeps, but for its journal."""
    files = (path for path in bridge.state.iterdir() if path.is_file())
    return {file.name: file.read_bytes() for file in files if "journal" not in file.name}


def refused(bridge: BridgeProcess) -> dict[str, int]:
    """What it has turned away so far, as its owner is told."""
    return bridge.command("status")["refused"]


def fetch(page: Page, url: str, **init: Any) -> Any:
    """What the page's script sees: a status, or the name of the error."""
    return page.evaluate(
        "([url, init]) => fetch(url, init).then((r) => r.type === 'opaque' ? 'opaque' : r.status, (e) => e.name)",
        [url, init],
    )


def submit(page: Page, url: str, kind: str) -> int:
    """A form is posted by itself; the status that the window ends at."""
    with page.expect_navigation(url=url) as navigation:
        page.evaluate(
            """([url, kind]) => {
              const form = document.createElement('form');
              form.method = 'post'; form.action = url; form.enctype = kind;
              const field = document.createElement('input');
              field.name = '{"id":"x","type":"get_state","z":"'; field.value = '"}';
              form.append(field); document.body.append(form); form.submit();
            }""",
            [url, kind],
        )
    answer = navigation.value
    assert answer is not None
    return answer.status


def logged(bridge: BridgeProcess, code: str, *, origin: str) -> None:
    bridge.said(f"refused .* from {origin}: {code}")
    assert refused(bridge)[code] >= 1


@pytest.mark.parametrize("path", ["/healthz", "/link/redeem", "/link/page", "/rpc", "/local/status"])
def test_a_foreign_page_reads_and_does_nothing(page: Page, victim: BridgeProcess, path: str) -> None:
    """Simple GET, JSON POST (whose preflight fails), and no-cors, which only hides the answer from the page."""
    assert fetch(page, BRIDGE + path) == "TypeError"
    json_post = {"method": "POST", "headers": {"content-type": "application/json"}, "body": json.dumps(READ)}
    assert fetch(page, BRIDGE + path, **json_post) == "TypeError"
    assert fetch(page, BRIDGE + path, method="POST", mode="no-cors", body=json.dumps(READ)) in {
        "opaque",
        "TypeError",
    }
    logged(victim, "bridge.origin_not_allowed", origin="http://localhost:[0-9]+")


def test_a_rebound_name_is_not_the_bridge(page: Page, victim: BridgeProcess, sites: tuple[str, str]) -> None:
    """Same-origin to the browser, which sends neither Origin nor Sec-Fetch on some GETs: the Host header stops it."""
    answer = page.goto(f"http://{REBOUND}:{PAGE_PORT}/healthz")
    assert answer is not None
    assert answer.status == 421
    assert fetch(page, "/healthz") == "TypeError"  # what it shows may not even fetch
    page.goto(sites[0])
    assert submit(page, f"http://{REBOUND}:{PAGE_PORT}/rpc", "text/plain") == 421
    assert refused(victim)["bridge.wrong_host"] >= 2


def test_a_sandboxed_frame_has_no_origin_that_counts(
    page: Page, victim: BridgeProcess, sites: tuple[str, str]
) -> None:
    """Origin: null, even inside a page of an allowed origin."""
    page.goto(sites[1])
    script = (
        f"fetch('{BRIDGE}/healthz').then(() => 'read', (e) => e.name).then((x) => parent.postMessage(x, '*'))"
    )
    said = page.evaluate(
        """(script) => new Promise((resolve) => {
          addEventListener('message', ({ data }) => resolve(data), { once: true });
          const frame = document.createElement('iframe');
          frame.sandbox = 'allow-scripts';
          frame.allow = 'loopback-network; local-network-access';
          frame.srcdoc = `<script>${script}</${'script'}>`;
          document.body.append(frame);
        })""",
        script,
    )
    assert said == "TypeError"
    logged(victim, "bridge.origin_not_allowed", origin="null")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize("site", [0, 1])
def test_a_form_posts_nothing(
    page: Page, victim: BridgeProcess, sites: tuple[str, str], kind: str, site: int
) -> None:
    """A form needs no preflight and may spell JSON; of a foreign page its origin gives it away, of ours its mode."""
    page.goto(sites[site])
    for path in ("/rpc", "/link/redeem"):
        assert submit(page, BRIDGE + path, kind) == 403
        page.goto(sites[site])
    code = "bridge.origin_not_allowed" if site == 0 else "bridge.not_a_cors_request"
    assert refused(victim)[code] >= 2


@pytest.mark.parametrize("site", [0, 1])
def test_no_socket_is_opened(page: Page, victim: BridgeProcess, sites: tuple[str, str], site: int) -> None:
    """A WebSocket is bound by no CORS: the bridge has none."""
    page.goto(sites[site])
    for path in ("/", "/rpc", "/healthz"):
        said = page.evaluate(
            """(url) => new Promise((resolve) => {
              const socket = new WebSocket(url);
              socket.onopen = () => resolve('open'); socket.onerror = () => resolve('refused');
            })""",
            f"ws://127.0.0.1:{PAGE_PORT}{path}",
        )
        assert said == "refused"
    code = "bridge.origin_not_allowed" if site == 0 else "bridge.not_a_cors_request"
    assert refused(victim)[code] >= 3


@pytest.mark.parametrize("tag", ["img", "script", "iframe", "link", "video", "object"])
def test_nothing_is_embedded(page: Page, victim: BridgeProcess, sites: tuple[str, str], tag: str) -> None:
    """Elements send GETs without an Origin; what they are for gives them away."""
    page.goto(sites[1])
    page.evaluate(
        """([tag, url]) => {
          const made = document.createElement(tag);
          if (tag === 'link') { made.rel = 'stylesheet'; made.href = url; }
          else if (tag === 'object') made.data = url; else made.src = url;
          document.body.append(made);
        }""",
        [tag, f"{BRIDGE}/healthz"],
    )
    logged(victim, "bridge.not_a_cors_request", origin=".*")


def test_a_navigation_shows_nothing(page: Page, victim: BridgeProcess) -> None:
    """A link or a new window to the bridge."""
    answer = page.goto(f"{BRIDGE}/healthz")
    assert answer is not None
    assert answer.status == 403
    assert "nodeId" not in page.content()
    logged(victim, "bridge.not_a_cors_request", origin=".*")


def test_guessing_tokens_from_an_allowed_page_is_locked(
    page: Page, victim: BridgeProcess, sites: tuple[str, str]
) -> None:
    """Even a page of an allowed origin (its server was broken into) gets ten tries a minute at 256 bits."""
    page.goto(sites[1])
    answers = page.evaluate(
        """async ([url, body]) => {
          const statuses = [];
          for (let guess = 0; guess < 14; guess++) {
            const headers = { 'content-type': 'application/json', authorization: `Bearer guess-${guess}` };
            statuses.push((await fetch(url, { method: 'POST', headers, body })).status);
          }
          return statuses;
        }""",
        [f"{BRIDGE}/rpc", json.dumps(READ)],
    )
    assert answers == [401] * 10 + [429] * 4
    counts = refused(victim)
    assert counts["bridge.page_token_needed"] == 10
    victim.said(f"refused POST /rpc from {sites[1]}: bridge.page_token_needed")
    assert "guess-" not in victim.tail()


def test_preflights_tell_a_foreign_page_nothing(page: Page, victim: BridgeProcess) -> None:
    """Every method and header that a script may ask for: no CORS header comes back, so nothing is sent after it."""
    for method in ("PUT", "DELETE", "PATCH", "POST"):
        for header in ("authorization", "x-http-method-override", "content-type"):
            value = "application/json" if header == "content-type" else "x"
            assert (
                fetch(page, f"{BRIDGE}/rpc", method=method, headers={header: value}, body="{}") == "TypeError"
            )
    assert refused(victim) == {"bridge.origin_not_allowed": 12}


def test_an_allowed_page_gets_no_further_than_its_paths(
    page: Page, victim: BridgeProcess, sites: tuple[str, str]
) -> None:
    """No credentials, no control of the owner's, no methods but GET and POST, no token without its server."""
    page.goto(sites[1])
    assert fetch(page, f"{BRIDGE}/healthz") == 200
    assert fetch(page, f"{BRIDGE}/healthz", credentials="include") == "TypeError"
    assert fetch(page, f"{BRIDGE}/local/status") == 403
    assert fetch(page, f"{BRIDGE}/rpc", method="PUT", body="{}") == "TypeError"
    post = {"method": "POST", "headers": {"content-type": "application/json"}}
    assert fetch(page, f"{BRIDGE}/rpc", **post, body=json.dumps(READ)) == 401
    assert fetch(page, f"{BRIDGE}/link/page", **post, body=json.dumps({"appUrl": sites[1]})) == 409
