"""An answer's changes are undone on the page: looked at first, what the person changed since only when they say so."""

from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess


def test_undo_the_changes_of_an_answer(console: Console, bridge: BridgeProcess) -> None:
    page, file = console.page, bridge.home / "Documents" / "notes.txt"
    file.write_text("mine\n")
    console.enter()
    console.link(bridge)
    console.say("create notes.txt with two lines in ~/Documents")
    page.get_by_test_id("approve-once").click()
    console.expect_tool("ok")
    console.expect_answered("notes.txt")
    assert file.read_text() == "Line 1\nLine 2\n"

    file.write_text("Line 1\nmine again\n")
    console.press("Undo changes")
    row = page.get_by_test_id("undo-path")
    expect(row).to_contain_text("Changed since, by you or a program")
    expect(page.get_by_test_id("undo-submit")).to_be_disabled()
    row.get_by_text("notes.txt").first.click()
    expect(row.get_by_role("row").filter(has_text="mine again")).to_be_visible()
    row.get_by_text("Undo it all the same").click()
    console.press("Undo 1 change")
    expect(page.get_by_test_id("undo-outcome")).to_have_text("1 change undone")
    assert file.read_text() == "mine\n"
    page.get_by_test_id("undo-close").click()
    expect(console.answers.last).to_contain_text("Changes undone")
    console.press("Undo changes")
    expect(page.get_by_test_id("undo-dialog")).to_contain_text("There is nothing to undo")
