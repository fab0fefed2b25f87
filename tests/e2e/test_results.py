"""Results from where they are made to where the public sees them, and no longer does."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess
from tests.support.scripted_openai import MODEL

PAGE = "<!doctype html><title>Bakery</title><h1>Fresh bread</h1>"


def with_model(console: Console, model_url: str) -> None:
    """A model that does what it is told in words."""
    model = {
        "kind": "openai",
        "name": "Scripted",
        "baseUrl": model_url,
        "model": MODEL,
        "apiKey": "sk-scripted",
    }
    console.send("POST", "/model-providers", model)


def test_a_folder_of_a_machine_is_kept_as_a_site(
    console: Console, bridge: BridgeProcess, model_url: str
) -> None:
    site = bridge.home / "Documents" / "site"
    (site / "img").mkdir(parents=True)
    (site / "index.html").write_text(PAGE)
    (site / "img" / "large.bin").write_bytes(bytes(range(256)) * 20_000)
    (site / "secret").symlink_to("/etc/passwd")
    console.enter()
    console.link(bridge)
    with_model(console, model_url)
    console.say('tool:fs_collect {"path": "~/Documents/site", "title": "Bakery", "kind": "site"}')
    console.expect_tool("ok")
    [found] = console.get("/artifacts")["items"]
    assert (found["title"], found["kind"], found["provenance"]["origin"]) == ("Bakery", "site", "run")
    shown = console.get(f"/artifacts/{found['id']}")["shown"]
    assert [(file["path"], file["bytes"]) for file in shown["files"]] == [
        ("img/large.bin", 5_120_000),
        ("index.html", len(PAGE)),
    ]
    console.page.goto(console.get(f"/artifacts/{found['id']}/view")["url"])
    console.page.get_by_role("heading", name="Fresh bread").wait_for()


def test_a_result_goes_from_a_conversation_to_the_public_and_back(
    console: Console, open_console: Callable[..., Console], model_url: str
) -> None:
    console.enter()
    with_model(console, model_url)
    console.say(f'tool:save_result {{"title": "Bakery", "kind": "site", "content": "{PAGE}"}}')
    page = console.page
    page.get_by_test_id("saved-result").get_by_role("link", name="Bakery").click()
    expect(page.get_by_role("heading", name="Bakery", level=1)).to_be_visible()
    page.get_by_test_id("origin-conversation").click()
    expect(page.get_by_test_id("tool-card").get_by_role("button").first).to_be_focused()
    page.go_back()
    _expect_preview(page, "Fresh bread")

    _bring_to_publish(page)
    page.get_by_test_id("to-publish").click()
    page.get_by_label("Name in the address").fill("fresh-bread-e2e")
    _publish(page)
    address = page.get_by_test_id("public-url")
    expect(address).to_have_count(1)
    url = address.get_attribute("href") or ""
    assert url.endswith("/p/fresh-bread-e2e/")
    clean = open_console().page
    _expect_public(clean, url, "Fresh bread")
    assert clean.context.cookies() == []

    page.get_by_test_id("result-menu").click()
    page.get_by_role("menuitem", name="Upload a new version").click()
    second = PAGE.replace("Fresh bread", "Second bread").encode()
    page.get_by_test_id("file").set_input_files(
        {"name": "index.html", "mimeType": "text/html", "buffer": second}
    )
    page.get_by_test_id("version-submit").click()
    _expect_preview(page, "Second bread")
    expect(page.get_by_test_id("live-is-older")).to_be_visible()
    _expect_public(clean, url, "Fresh bread")
    _bring_to_publish(page)
    page.get_by_test_id("to-publish").click()
    _publish(page)
    _expect_public(clean, url, "Second bread")

    page.get_by_test_id("roll-back").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("live-is-older")).to_contain_text("version 1")
    _expect_public(clean, url, "Fresh bread")

    page.get_by_test_id("unpublish").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("publication")).to_have_attribute("data-live", "false")
    gone = clean.goto(url)
    assert gone is not None
    assert gone.status == 404

    page.get_by_test_id("result-menu").click()
    page.get_by_role("menuitem", name="Archive").click()
    undo = page.get_by_role("button", name="Undo")
    undo.hover()  # it stays while it is pointed at
    expect(page.get_by_test_id("flow")).to_have_count(0)
    undo.click()
    expect(page.get_by_test_id("flow").locator("[aria-current]")).to_contain_text("Ready to publish")


def test_the_results_centre_is_narrowed_by_its_address(console: Console) -> None:
    console.enter()
    system = f"sys_{'a' * 32}"
    body = {"title": "Prices", "kind": "table", "content": "a,b\n1,2\n", "tags": ["shop"]}
    console.send("POST", "/artifacts", body | {"provenance": {"systemId": system}})
    plan = console.send("POST", "/artifacts", {"title": "Plan", "kind": "markdown", "content": "# Spring"})[
        "id"
    ]
    for status in ("ready_for_review", "approved"):
        console.send("POST", f"/artifacts/{plan}/status", {"status": status})
    page = console.page
    page.get_by_role("link", name="Results").click()
    shown = page.get_by_test_id("result")
    expect(shown).to_have_count(2)
    page.get_by_test_id("share-finished").click()
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Plan")
    page.go_back()
    page.get_by_role("link", name="#shop").click()
    expect(page.get_by_test_id("chosen-tag")).to_be_visible()
    expect(shown).to_contain_text(["Prices"])
    page.get_by_test_id("chosen-tag").click()
    expect(shown).to_have_count(2)
    page.get_by_label("Search title, text and tags").fill("spring")
    page.wait_for_url("**/results?q=spring")
    expect(shown).to_contain_text(["Plan"])
    page.goto(f"{console.url}/results?system={system}&view=list&kind=table")
    expect(shown).to_contain_text(["Prices"])
    page.goto(f"{console.url}/results?show=archived")
    page.get_by_test_id("show-all").click()
    expect(shown).to_have_count(2)


def _bring_to_publish(page: Page) -> None:
    for status in ("ready_for_review", "approved", "ready_to_publish"):
        page.get_by_test_id(f"to-{status}").click()


def _publish(page: Page) -> None:
    page.get_by_test_id("publish-submit").click()
    expect(page.get_by_test_id("published")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_test_id("publish-result")).to_have_count(0)


def _expect_preview(page: Page, words: str) -> None:
    frame = page.frame_locator('[data-testid="preview-frame"]')
    expect(frame.get_by_role("heading", name=words)).to_be_visible()


def _expect_public(page: Page, url: str, words: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", name=words)).to_be_visible()
