"""Systems in the console: from a template to a launch form, edited by two at once, kept, compared and restored."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess

PROMPT = "Build {{ intake.siteName }}, and bake the pages twice."


def make(console: Console, name: str) -> str:
    """A website system that was made through the gallery; its id."""
    page = console.page
    page.get_by_role("link", name="Systems").first.click()
    page.locator('[data-template="website_development"]').get_by_test_id("use-template").click()
    dialog = page.get_by_test_id("create-system")
    dialog.get_by_role("textbox", name="Name").fill(name)
    page.get_by_test_id("create-submit").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    (system,) = [each for each in console.get("/systems")["items"] if each["name"] == name]
    return system["id"]


def enter(console: Console, part: str) -> str:
    """A website system that was made without the gallery, with a part of its page in view; its id."""
    console.enter()
    made = console.send("POST", "/systems", {"template": "website_development", "name": "Tea shop"})
    console.page.goto(f"{console.url}/systems/{made['id']}/{part}")
    return made["id"]


def part(page: Page, name: str) -> None:
    """Go to a part of a system's page."""
    page.get_by_role("navigation", name="Parts of the system").get_by_role("link", name=name).click()


def opened(page: Page, title: str) -> Locator:
    """A card of the editor with its fields in view."""
    card = page.get_by_test_id("item-card").filter(has=page.get_by_text(title, exact=True)).first
    card.locator("summary").click()
    return card


def test_a_system_is_made_edited_kept_compared_and_restored(console: Console) -> None:
    page = console.page
    console.enter()
    system = make(console, "Tea shop")

    part(page, "Profile")
    brief = opened(page, "Brief")
    text = brief.get_by_label("Text")
    before = text.input_value()
    text.fill("{{ intake.nothing }}")
    page.get_by_test_id("save-profile").click()
    expect(page.get_by_test_id("profile-problems")).to_contain_text("the form has no field nothing")
    expect(text).to_have_attribute("aria-invalid", "true")
    text.fill(PROMPT)
    page.get_by_test_id("save-profile").click()
    expect(page.get_by_test_id("save-profile")).to_have_count(0)
    assert console.get(f"/systems/{system}")["profile"]["prompts"][0]["text"] == PROMPT

    part(page, "Vault")
    page.get_by_test_id("take-snapshot").click()
    page.get_by_test_id("snapshot-dialog").get_by_label("Name of the snapshot").fill("Baked twice")
    page.get_by_test_id("snapshot-submit").click()
    kept = page.get_by_test_id("snapshot-row")
    expect(kept.first).to_contain_text("Baked twice")
    expect(kept.last).to_contain_text("Baseline")

    part(page, "Profile")
    page.get_by_test_id("permission-allowBash").get_by_role("button").click()
    page.get_by_role("option", name="Not allowed").click()
    text = opened(page, "Brief").get_by_label("Text")
    text.fill(before)
    page.get_by_test_id("save-profile").click()
    expect(page.get_by_test_id("save-profile")).to_have_count(0)

    part(page, "Vault")
    row = kept.filter(has_text="Baked twice")
    row.get_by_test_id("compare-snapshot").click()
    changes = page.get_by_test_id("compare-dialog").get_by_test_id("changes")
    expect(changes).to_contain_text("Prompt “Brief”: the text was changed")
    expect(changes).to_contain_text("The permission “allowBash” was changed: – → False")
    expect(changes).to_contain_text("bake the pages twice")
    page.keyboard.press("Escape")

    row.get_by_test_id("restore-snapshot").click()
    dialog = page.get_by_test_id("restore-dialog")
    expect(dialog.get_by_test_id("changes")).to_contain_text("Prompt “Brief”: the text was changed")
    assert console.get(f"/systems/{system}")["profile"]["prompts"][0]["text"] == before
    page.get_by_test_id("restore-confirm").click()
    expect(page.get_by_test_id("restore-done")).to_contain_text("Automatic checkpoint")
    profile = console.get(f"/systems/{system}")["profile"]
    assert (profile["prompts"][0]["text"], profile["permissions"]["allowBash"]) == (PROMPT, None)

    page.get_by_test_id("undo-restore").click()
    expect(dialog).to_contain_text("Automatic checkpoint")
    page.get_by_test_id("restore-confirm").click()
    page.get_by_test_id("restore-close").click()
    profile = console.get(f"/systems/{system}")["profile"]
    assert (profile["prompts"][0]["text"], profile["permissions"]["allowBash"]) == (before, False)

    page.get_by_test_id("new-branch").click()
    page.get_by_test_id("branch-dialog").get_by_label("Name of the branch").fill("Bold")
    page.get_by_test_id("branch-submit").click()
    page.get_by_test_id("branch-go").click()
    page.get_by_test_id("restore-confirm").click()
    page.get_by_test_id("restore-close").click()
    expect(page.get_by_test_id("branch-row").filter(has_text="Bold")).to_contain_text("Here now")

    page.get_by_test_id("system-menu").click()
    page.get_by_role("menuitem", name="Archive").click()
    undo = page.get_by_role("button", name="Undo", exact=True)
    undo.hover()  # it stays while it is pointed at
    expect(page.get_by_test_id("bring-back")).to_be_visible()
    undo.click()
    expect(page.get_by_test_id("bring-back")).to_have_count(0)
    assert console.get(f"/systems/{system}")["status"] == "active"


def test_what_others_change_meanwhile_is_never_overwritten_unseen(console: Console) -> None:
    page = console.page
    system = enter(console, "profile")
    opened(page, "Planner").get_by_label("What it does").fill("Plans little.")
    console.send("PATCH", f"/systems/{system}", {"description": "Theirs."})
    overtaken = page.get_by_test_id("overtaken")
    expect(overtaken).to_contain_text("They changed: Description.")
    expect(page.get_by_test_id("save-profile")).to_be_disabled()
    page.get_by_test_id("keep-mine").click()
    page.get_by_test_id("save-profile").click()
    expect(page.get_by_test_id("save-profile")).to_have_count(0)
    saved = console.get(f"/systems/{system}")
    assert saved["description"] == "Theirs."
    assert saved["profile"]["roles"][0]["description"] == "Plans little."


def test_a_link_shows_a_system_to_strangers_until_it_is_revoked(
    console: Console, open_console: Callable[..., Console]
) -> None:
    page = console.page
    enter(console, "sharing")
    page.get_by_test_id("visibility").get_by_text("By link").click()
    page.get_by_test_id("confirm-action").click()
    link = page.get_by_role("textbox", name="Link").input_value()
    assert re.fullmatch(rf"{re.escape(console.url)}/shared-system#oclink_\S+", link)
    stranger = open_console().page
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Tea shop", level=1)).to_be_visible()
    expect(stranger.get_by_text("Planner").first).to_be_visible()
    page.get_by_test_id("end-link").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_test_id("share-link")).to_have_count(0)
    stranger.reload()
    expect(stranger.get_by_role("alert")).to_contain_text("The system cannot be shown")


def test_what_is_local_only_says_where_it_lives_and_what_to_do(
    console: Console, bridge: BridgeProcess
) -> None:
    page = console.page
    console.enter()
    console.link(bridge)
    page.get_by_role("link", name="Systems").first.click()
    page.locator('[data-template="legal_documents"]').get_by_test_id("use-template").click()
    page.get_by_text("Local only").click()
    page.get_by_test_id("create-submit").click()
    part(page, "Vault")
    expect(page.get_by_test_id("kept-there")).to_have_attribute("data-state", "online")
    page.get_by_test_id("take-snapshot").click()
    page.get_by_test_id("snapshot-submit").click()
    expect(page.get_by_test_id("snapshot-row")).to_have_count(2)
    bridge.kill()
    expect(page.get_by_test_id("kept-there")).to_contain_text("run “openclaw bridge run”")
    expect(page.get_by_test_id("take-snapshot")).to_be_disabled()
    part(page, "Launch")
    expect(page.get_by_test_id("obstacle")).to_contain_text("is offline")
    expect(page.get_by_test_id("launch")).to_be_disabled()
