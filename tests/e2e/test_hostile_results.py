"""Results that mean harm, in a real Chromium that is signed in: they are shown, and reach nothing of the console's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.console import Console
from tests.support.processes import Installation

# Each tries one thing, and says what it got; whatever throws or is refused is "blocked".
ATTACKS = Path(__file__).with_name("hostile_result.html")
# Its own files; a page within it, which is bound as it is; a beacon, which is taken and never sent (`reaching`).
EXPECTED = {"own": "200", "sourceDocument": "ran null", "beacon": "queued"}
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" onload="document.documentElement.id = self.origin"><script>
fetch('/api/v2/users/me', {credentials: 'include'}).then((r) =&gt;
  document.documentElement.setAttribute('data-got', r.status))
</script></svg>"""


@pytest.fixture
def signed_in(console: Console) -> Console:
    console.enter()
    return console


def hostile(console: Console, gateway: str) -> str:
    """A result of everything that might be tried."""
    page = ATTACKS.read_text().replace("GATEWAY", json.dumps(gateway))
    files = [
        {"path": "index.html", "content": page},
        {"path": "data.json", "content": "{}"},
        {"path": "sw.js", "content": "onfetch = () => {}"},
        {"path": "drawing.svg", "content": DRAWING},
        {"path": "note.txt", "content": "<script>document.title = 'ran'</script>"},
    ]
    body = {"title": "Hostile", "kind": "site", "files": files}
    return str(console.send("POST", "/artifacts", body)["id"])


def wrong(found: dict[str, str]) -> dict[str, str]:
    """What an attack got."""
    return {
        name: got for name, got in found.items() if got != EXPECTED.get(name, "blocked") and got != "none"
    }


def reaching(page: Page) -> list[str]:
    """From now on: what results in the page's frames, or in place of it, were answered besides themselves."""
    seen: list[str] = []

    def note(response: Response) -> None:
        is_own = "/a/" in response.url or "/p/" in response.url or response.url.startswith(("data:", "blob:"))
        is_theirs = response.frame != page.main_frame or "/a/" in page.url or "/p/" in page.url
        if is_theirs and not is_own:
            seen.append(f"{response.request.method} {response.url}")

    page.on("response", note)
    return seen


@pytest.mark.parametrize("attribute", ["allow-scripts", None])
def test_a_framed_result_reaches_nothing_of_the_page_around_it(
    signed_in: Console, installation: Installation, attribute: str | None
) -> None:
    """As the console frames it, and should the attribute be forgotten: the answer's own policy holds as well."""
    page = signed_in.page
    address = signed_in.get(f"/artifacts/{hostile(signed_in, installation.gateway_url())}/view")["url"]
    seen = reaching(page)
    before = page.url
    found: dict[str, str] = page.evaluate(
        """([url, attribute]) => new Promise((resolve) => {
          new BroadcastChannel('x').onmessage = () => { document.body.dataset.heard = 'yes'; };
          addEventListener('message', ({ data }) => data.found && resolve(data.found));
          const frame = document.createElement('iframe');
          if (attribute !== null) frame.setAttribute('sandbox', attribute);
          frame.src = url;
          document.body.append(frame);
        })""",
        [address, attribute],
    )
    assert wrong(found) == {}
    assert page.url == before
    assert len(page.context.pages) == 1
    assert page.locator("body").get_attribute("data-heard") is None
    assert seen == []
    assert signed_in.get("/users/me")["user"]["username"]
    cookies = {cookie.get("name"): cookie.get("value") for cookie in page.context.cookies()}
    assert cookies["openclaw_session"] != "stolen"


def shown_alone(page: Page, address: str) -> dict[str, str]:
    """What its attacks got when it is a page of its own."""
    page.goto(address)
    page.wait_for_function("() => document.body.dataset.found !== undefined")
    found: dict[str, str] = json.loads(page.locator("body").get_attribute("data-found") or "")
    return found


def test_a_result_in_a_window_of_its_own_reaches_nothing(
    signed_in: Console, installation: Installation
) -> None:
    """Opened by its address in the very browser whose session it is after; published, the same."""
    artifact = hostile(signed_in, installation.gateway_url())
    for status in ("ready_for_review", "approved", "ready_to_publish"):
        signed_in.send("POST", f"/artifacts/{artifact}/status", {"status": status})
    address = signed_in.get(f"/artifacts/{artifact}/view")["url"]
    page = signed_in.page.context.new_page()
    seen = reaching(page)
    assert wrong(shown_alone(page, address)) == {}
    published = signed_in.send("POST", f"/artifacts/{artifact}/publish", {"ignore": ["links"]})
    expect_live(signed_in, artifact)
    assert wrong(shown_alone(page, published["url"])) == {}
    for base in (address, published["url"]):
        page.goto(f"{base}drawing.svg")
        page.wait_for_function("() => document.documentElement.id === 'null'")
        assert page.evaluate("() => document.documentElement.getAttribute('data-got')") is None
        page.goto(f"{base}note.txt")
        assert page.title() != "ran"
    assert seen == []
    assert len(page.context.pages) == 2
    assert signed_in.get("/users/me")["user"]["username"]


def test_what_is_published_is_seen_by_a_clean_browser(
    signed_in: Console, open_console: Callable[..., Console]
) -> None:
    """With a password, through its form; after it is taken back, by nobody."""
    page = (
        "<title>Bakery</title><link rel=stylesheet href=a.css><h1>Fresh bread</h1>"
        "<script type=module src=b.js></script>"
    )
    files: list[dict[str, Any]] = [
        {"path": "index.html", "content": page},
        {"path": "a.css", "content": "h1 { color: rgb(1, 2, 3) }"},
        {"path": "b.js", "content": "document.querySelector('h1').dataset.ran = 'yes'"},
    ]
    artifact = signed_in.send("POST", "/artifacts", {"title": "Bakery", "kind": "site", "files": files})["id"]
    for status in ("ready_for_review", "approved", "ready_to_publish"):
        signed_in.send("POST", f"/artifacts/{artifact}/status", {"status": status})
    found = signed_in.send("POST", f"/artifacts/{artifact}/publish", {"password": "open sesame"})
    expect_live(signed_in, artifact)
    clean = open_console().page
    clean.goto(found["url"])
    clean.get_by_label("Password").fill("open sesame")
    clean.get_by_role("button", name="Open").click()
    heading = clean.get_by_role("heading", name="Fresh bread")
    expect(heading).to_have_css("color", "rgb(1, 2, 3)")
    expect(heading).to_have_attribute("data-ran", "yes")
    assert clean.context.cookies() == []
    signed_in.send("POST", f"/artifacts/{artifact}/unpublish", {})
    answer = clean.goto(found["url"])
    assert answer is not None
    assert answer.status == 404


def expect_live(console: Console, artifact: str) -> None:
    """Wait until the pipeline has ended."""
    console.page.evaluate(
        """async (path) => {
          while ((await (await fetch(path)).json()).releases[0].state === 'checking');
        }""",
        f"/api/v2/artifacts/{artifact}/publication",
    )
    found = console.get(f"/artifacts/{artifact}/publication")
    assert found["isLive"], str(found)
