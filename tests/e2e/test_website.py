"""The website system as its user has it: from the form to a public address and away, and the vault to before.

All of it by the pages, with the demo model on a real machine; only the machine is linked without the dialog."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess

NAME, FIRST, SECOND = "Tea & Rain", "Sell tea for rainy days.", "Tea for every weather."
SLUG = "tea-and-rain-e2e"
FOLDER = "openclaw-sites/tea-rain"
WRITTEN = ["plan.md", "site/style.css", "site/index.html", "site/about.html", "site/contact.html"]


def test_a_website_goes_from_its_form_to_the_public_and_back(
    console: Console, bridge: BridgeProcess, open_console: Callable[..., Console]
) -> None:
    page = console.page
    console.sign_up()
    console.link(bridge)
    system = _make(console)
    _launch(console)
    assert _approve_all(page) == [f"{bridge.home}/{FOLDER}/{name}" for name in WRITTEN]
    expect(page.get_by_test_id("task-standing")).to_contain_text("It is finished.")
    _expect_read(console)

    page.get_by_test_id("result-row").get_by_role("link", name=NAME).click()
    expect(page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
    _expect_preview(page, FIRST)
    _bring_to_publish(page)
    page.get_by_label("Name in the address").fill(SLUG)
    _publish(page)
    url = page.get_by_test_id("public-url").get_attribute("href") or ""
    assert url.endswith(f"/p/{SLUG}/")
    clean = open_console().page
    _expect_public(clean, url, FIRST)
    _expect_linked(clean, url, FIRST)
    assert clean.context.cookies() == []

    page.get_by_test_id("result-menu").click()
    page.get_by_role("menuitem", name="Upload a new version").click()
    page.get_by_test_id("file").set_input_files(
        {"name": "site.zip", "mimeType": "application/zip", "buffer": _second(bridge.home / FOLDER / "site")}
    )
    page.get_by_test_id("version-submit").click()
    expect(page.get_by_test_id("live-is-older")).to_contain_text("The public still sees version 1")
    _expect_preview(page, SECOND)
    _expect_public(clean, url, FIRST)
    _bring_to_publish(page)
    _publish(page)
    _expect_public(clean, url, SECOND)
    _expect_linked(clean, url, SECOND)

    page.get_by_test_id("roll-back").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("live-is-older")).to_contain_text("The public sees version 1 again")
    _expect_public(clean, url, FIRST)

    page.get_by_test_id("unpublish").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("publication")).to_have_attribute("data-live", "false")
    for gone in (url, f"{url}about.html"):
        answer = clean.goto(gone)
        assert answer is not None
        assert answer.status == 404
        expect(clean.get_by_role("heading", name="There is nothing here")).to_be_visible()

    page.get_by_test_id("origin-system").click()
    _change_and_restore(console, system)


def _make(console: Console) -> str:
    """Through the gallery; the system's id."""
    page = console.page
    page.get_by_role("link", name="Systems").first.click()
    page.locator('[data-template="website_development"]').get_by_test_id("use-template").click()
    page.get_by_test_id("create-system").get_by_role("textbox", name="Name").fill("Sites")
    page.get_by_test_id("create-submit").click()
    expect(page.get_by_role("heading", name="Sites", level=1)).to_be_visible()
    return page.url.rsplit("/", 1)[1]


def _launch(console: Console) -> None:
    page = console.page
    page.get_by_test_id("launch").click()
    expect(page.get_by_text("This is needed.")).to_have_count(2)
    page.get_by_label("Name of the site").fill(NAME)
    page.get_by_label("What it is for").fill(FIRST)
    page.get_by_text("Warm", exact=True).click()
    page.get_by_label("Contact address").fill("tea@example.com")
    # It writes files, so the machine that is there is chosen already, and said.
    expect(page.get_by_test_id("launch-place")).to_contain_text(console.get("/devices")["items"][0]["name"])
    page.get_by_test_id("launch").click()
    expect(page).to_have_url(re.compile(r"/task-runs/trun_[0-9a-f]+$"))
    # What was filled in is shown as it was, without what is there for programs.
    expect(console.questions.first).to_contain_text(FIRST)
    expect(console.questions.first).not_to_contain_text("openclaw-intake")


def _approve_all(page: Page) -> list[str]:
    """Answer each question where it is asked, until the run has ended; the files that were asked about."""
    state = page.get_by_test_id("task-state")
    expect(state).to_have_attribute("data-state", "waiting_approval")
    asked: list[str] = []
    for count in range(1, len(WRITTEN) + 1):
        card = page.get_by_test_id("approval-card").first
        path = card.get_by_test_id("approval-path").inner_text()
        card.get_by_test_id("approve-once").click()
        expect(page.get_by_text("You allowed this once")).to_have_count(count)
        expect(page.get_by_test_id("approval-card").filter(has_text=path)).to_have_count(0)
        asked.append(path)
    expect(state).to_have_attribute("data-state", "succeeded")
    # The plan has followed; what is left is the person's.
    expect(page.get_by_test_id("task-plan").locator("[data-state=done]")).to_have_count(4)
    return asked


def _expect_read(console: Console) -> None:
    """What was answered needs nobody any more."""
    expect(console.page.get_by_test_id("pending-approvals")).to_have_count(0)
    assert console.get("/notifications/count")["unread"] == 0


def _second(site: Path) -> bytes:
    """The site as somebody has changed it, in an archive."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        for file in site.iterdir():
            bundle.writestr(file.name, file.read_text().replace(FIRST, SECOND))
    return archive.getvalue()


def _bring_to_publish(page: Page) -> None:
    for status in ("ready_for_review", "approved", "ready_to_publish", "publish"):
        page.get_by_test_id(f"to-{status}").click()


def _publish(page: Page) -> None:
    page.get_by_test_id("publish-submit").click()
    expect(page.get_by_test_id("published")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_test_id("publish-result")).to_have_count(0)


def _expect_preview(page: Page, words: str) -> None:
    """Its pages, by their own links; then the first again."""
    frame = page.frame_locator('[data-testid="preview-frame"]')
    expect(frame.get_by_text(words, exact=True)).to_be_visible()
    _menu(frame.locator("body"), "About").click()
    expect(frame.get_by_text(f"{NAME} has one purpose: {words}")).to_be_visible()
    _menu(frame.locator("body"), "Home").click()
    expect(frame.get_by_text(words, exact=True)).to_be_visible()


def _expect_public(page: Page, url: str, words: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", name=NAME, level=1)).to_be_visible()
    expect(page.get_by_text(words, exact=True)).to_be_visible()


def _expect_linked(page: Page, url: str, words: str) -> None:
    """The other pages of the public site, by its links."""
    _menu(page.locator("body"), "About").click()
    expect(page.get_by_text(f"{NAME} has one purpose: {words}")).to_be_visible()
    _menu(page.locator("body"), "Contact").click()
    expect(page.get_by_role("link", name="Write to tea@example.com")).to_be_visible()
    assert page.url.startswith(url)


def _menu(body: Locator, name: str) -> Locator:
    return body.get_by_role("navigation", name="Pages").get_by_role("link", name=name)


def _change_and_restore(console: Console, system: str) -> None:
    """The profile is changed, and brought back to the snapshot that was made before."""
    page = console.page
    part = page.get_by_role("navigation", name="Parts of the system").get_by_role("link", name="Profile")
    before = console.get(f"/systems/{system}")
    part.click()
    planner = page.get_by_test_id("item-card").filter(has=page.get_by_text("Planner", exact=True)).first
    planner.locator("summary").click()
    planner.get_by_label("What it does").fill("Plans nothing.")
    page.get_by_test_id("save-profile").click()
    expect(page.get_by_test_id("save-profile")).to_have_count(0)
    assert console.get(f"/systems/{system}")["profile"] != before["profile"]

    page.get_by_role("navigation", name="Parts of the system").get_by_role("link", name="Vault").click()
    page.get_by_test_id("snapshot-row").first.get_by_test_id("restore-snapshot").click()
    dialog = page.get_by_test_id("restore-dialog")
    expect(dialog.get_by_test_id("changes")).to_contain_text("Plans nothing.")
    page.get_by_test_id("restore-confirm").click()
    expect(page.get_by_test_id("restore-done")).to_be_visible()
    page.get_by_test_id("restore-close").click()
    after = console.get(f"/systems/{system}")
    assert (after["profile"], after["digest"]) == (before["profile"], before["digest"])
    part.click()
    planner.locator("summary").click()
    does = planner.get_by_label("What it does")
    expect(does).to_have_value(
        next(r["description"] for r in before["profile"]["roles"] if r["name"] == "Planner")
    )
