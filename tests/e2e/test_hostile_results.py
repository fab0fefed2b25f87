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
# Its own files; a page within it, which is bound as it is; a beacon, which is taken and never sent (`reaching`); and
# what browsers let any page do, which a host of its own for results takes the worth of (decision 0030).
EXPECTED = {"own": "200", "sourceDocument": "ran null", "beacon": "queued", "address": "/sign-in"}
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"
onload="document.documentElement.id = self.origin"><image href="/favicon.svg"/><use href="/favicon.svg#x"/>
<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="/"/></foreignObject><script>
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
        {"path": "refresh.html", "content": "<meta http-equiv=refresh content='0; url=/settings'>"},
        {"path": "leave.html", "content": "<script>location = '/api/v2/users/me'</script>"},
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


def test_the_preview_of_a_result_reaches_nothing_of_the_console(
    signed_in: Console, installation: Installation
) -> None:
    """On the page of the result, with a person who presses what it offers."""
    page = signed_in.page
    artifact = hostile(signed_in, installation.gateway_url())
    seen, kept = reaching(page), downloads(page)
    page.goto(f"{signed_in.url}/results/{artifact}")
    page.evaluate(_LISTENING)
    before = page.url
    frame = page.frame_locator('[data-testid="preview-frame"]')
    frame.locator("body[data-found]").wait_for()
    found = json.loads(frame.locator("body").get_attribute("data-found") or "")
    assert wrong(found) == {}
    for lure in ("#top", "#blank", "#kept", "#made", "#form button", "#away button"):
        frame.locator(lure).click()
    assert (seen, kept) == ([], [])
    # Its own frame it may take elsewhere: there nobody is signed in, and nothing of the console is shown.
    for name, place, status in (("refresh", "/settings", 200), ("leave", "/api/v2/users/me", 401)):
        with (
            page.expect_event("framenavigated", lambda moved: moved.url.startswith("chrome-error:")),
            page.expect_response(f"**{place}") as answer,
        ):
            page.get_by_test_id("files").get_by_role("button", name=f"{name}.html", exact=True).click()
        assert answer.value.status == status
    expect_untouched(signed_in, before, pages=1)
    assert kept == []


def test_a_frame_without_the_attribute_is_bound_by_the_answer_alone(
    signed_in: Console, installation: Installation
) -> None:
    page = signed_in.page
    address = signed_in.get(f"/artifacts/{hostile(signed_in, installation.gateway_url())}/view")["url"]
    seen, kept = reaching(page), downloads(page)
    before = page.url
    page.evaluate(_LISTENING)
    found: dict[str, str] = page.evaluate(
        """(url) => new Promise((resolve) => {
          addEventListener('message', ({ data }) => data?.found && resolve(data.found));
          const frame = document.createElement('iframe');
          Object.assign(frame, { src: url, referrerPolicy: 'no-referrer' });
          document.body.append(frame);
        })""",
        address,
    )
    assert wrong(found) == {}
    expect_untouched(signed_in, before, pages=1)
    assert (seen, kept) == ([], [])


_LISTENING = "() => { new BroadcastChannel('x').onmessage = () => { document.body.dataset.heard = 'yes'; }; }"


def downloads(page: Page) -> list[str]:
    """What the page's browser is made to keep, from now on."""
    kept: list[str] = []
    page.on("download", lambda download: kept.append(download.url))
    return kept


def expect_untouched(console: Console, place: str, *, pages: int) -> None:
    """The console is where it was and whose it was, and nobody spoke to it."""
    page = console.page
    assert page.url == place
    assert len(page.context.pages) == pages
    assert page.locator("body").get_attribute("data-heard") is None
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") <= 1, (
        "the console's own, for pushes"
    )
    assert console.get("/users/me")["user"]["username"]
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
    seen, kept = reaching(page), downloads(page)
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
    for lure in ("#kept", "#made", "#blank", "#form button", "#away button"):
        page.goto(address)
        page.locator(lure).click()
    assert page.url == address
    assert (seen, kept) == ([], [])
    expect_untouched(signed_in, signed_in.page.url, pages=2)


def test_a_window_that_the_console_opens_knows_nobody(signed_in: Console, installation: Installation) -> None:
    """By its own link, and by one that forgot to say so."""
    page = signed_in.page
    artifact = hostile(signed_in, installation.gateway_url())
    page.goto(f"{signed_in.url}/results/{artifact}")
    link = page.get_by_role("link", name="Open in a tab of its own")
    before = page.url
    with page.context.expect_page() as opened:
        link.click()
    address = link.get_attribute("href")
    with page.context.expect_page() as forgotten:
        page.evaluate("(url) => { window.open(url); }", address)
    for window in (opened.value, forgotten.value):
        window.wait_for_function("() => document.body?.dataset.found !== undefined")
        found = json.loads(window.locator("body").get_attribute("data-found") or "")
        if window is opened.value:
            assert wrong(found) == {}
        assert wrong(found | {"referrer": "none"}) == {}
        assert window.evaluate("window.opener") is None
    expect_untouched(signed_in, before, pages=3)


def test_what_the_console_draws_of_a_result_runs_nothing(signed_in: Console) -> None:
    """Names, tags, pictures, texts, tables and documents that mean harm, in the page of the console itself."""
    page = signed_in.page
    evil = "<img src=x onerror=\"document.body.dataset.ran='yes'\">"
    text = (
        f"{evil}\n\n[press](javascript:document.body.dataset.ran='yes') "
        "![x](/api/v2/auth/logout) <script>document.body.dataset.ran='yes'</script>\n\n<https://example.com>"
    )
    contents = {
        "markdown": ("a.md", text),
        "image": ("a.svg", DRAWING),
        "table": ("a.csv", f"a,{evil}\n1,{evil}\n"),
    }
    contents["code"] = ("a.html", f"</code></pre>{evil}")
    looks = {
        "markdown": ".Preview-sheet",
        "image": '[data-testid="run-picture"]',
        "table": "td",
        "code": "code",
    }
    made = {
        kind: signed_in.send(
            "POST",
            "/artifacts",
            {
                "title": evil,
                "summary": evil,
                "tags": [evil[:50]],
                "kind": kind,
                "path": path,
                "content": content,
            },
        )["id"]
        for kind, (path, content) in contents.items()
    }
    pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
    made["document"] = signed_in.send(
        "POST", "/artifact-uploads?title=Paper&kind=document&filename=a.pdf", pdf
    )["id"]
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    for kind, artifact in made.items():
        page.goto(f"{signed_in.url}/results/{artifact}")
        shown = (
            page.get_by_test_id("preview").locator(looks[kind]).first
            if kind in looks
            else page.get_by_text("are not shown here")
        )
        expect(shown).to_be_visible()
        expect(page.locator("iframe, object, embed, a[href^='javascript:']")).to_have_count(0)
        assert page.evaluate("[document.body.dataset.ran, document.documentElement.dataset.got]") == [
            None,
            None,
        ]
    page.goto(f"{signed_in.url}/results")
    expect(page.get_by_test_id("result")).to_have_count(len(made))
    assert page.evaluate("document.body.dataset.ran") is None
    assert not [url for url in sent if "logout" in url or url.endswith("/x")]
    assert signed_in.get("/users/me")["user"]["username"]
    address = signed_in.get(f"/artifacts/{made['document']}/view")["url"]
    assert page.request.get(address).headers["content-disposition"] == "attachment", (
        "a viewer of its own would run it"
    )


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
