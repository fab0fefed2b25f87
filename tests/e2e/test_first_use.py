"""The main job: sign up, link a machine, ask, approve, see it done, and find all of it again."""

from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess

LINES = "Line 1\nLine 2\nLine 3\n"


def test_link_by_one_click(console: Console, bridge_of_this_machine: BridgeProcess) -> None:
    """With the demo model, from nothing to a file on the disk."""
    page, home = console.page, bridge_of_this_machine.home
    console.sign_up()
    expect(page.get_by_test_id("demo-banner")).to_contain_text("No model is connected yet")

    page.get_by_test_id("local-link").click()
    page.get_by_test_id("link-this-machine").click()
    expect(page.get_by_test_id("link-done")).to_contain_text("is linked")
    console.press("Start a chat")

    _write_notes(console, home=str(home), closing="Created")
    assert (home / "Documents" / "notes.txt").read_text() == LINES


def test_code_typed_at_the_machine(console: Console, bridge: BridgeProcess) -> None:
    """The page shows a code, the person types it at the machine, the page sees it linked."""
    page, home = console.page, bridge.home
    console.sign_up()
    page.get_by_test_id("link-device").first.click()
    code = page.get_by_test_id("link-code").get_attribute("data-code")
    assert code is not None
    assert bridge.command("link", code, "--server", console.url)["name"]
    expect(page.get_by_test_id("link-done")).to_contain_text("is linked")
    console.press("Start a chat")

    _write_notes(console, home=str(home), closing="Created")
    assert (home / "Documents" / "notes.txt").read_text() == LINES


def test_through_an_openai_compatible_server(console: Console, bridge: BridgeProcess, model_url: str) -> None:
    """Any base URL works: added in the settings, tried by the button, and used for the same job."""
    page, home = console.page, bridge.home
    console.enter()
    console.link(bridge)
    page.get_by_role("link", name="Connect a model").first.click()
    console.press("Add a provider")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Provider").click()
    page.get_by_role("option", name="Other, OpenAI-compatible").click()
    dialog.get_by_label("Name").fill("Scripted")
    dialog.get_by_label("Base URL").fill(model_url)
    dialog.get_by_label("Model", exact=True).fill("scripted-1")
    console.press("Add", within=dialog)
    console.press("Test")
    expect(page.get_by_test_id("provider-test")).to_have_attribute("data-ok", "true")

    page.get_by_test_id("new-chat").click()
    expect(page.get_by_test_id("demo-banner")).to_have_count(0)
    _write_notes(console, home=str(home), closing="Done.")
    assert (home / "Documents" / "notes.txt").read_text() == LINES
    reply = console.get(f"/conversations/{console.get('/conversations')['items'][0]['id']}/messages")[
        "items"
    ][-1]
    assert (reply["model"], reply["demo"]) == ("scripted-1", False)
    assert reply["usage"]["inputTokens"] > 0


def _write_notes(console: Console, *, home: str, closing: str) -> None:
    """Ask for a file, read exactly what would be written where, allow it, and find it all after a reload."""
    page = console.page
    console.say("create notes.txt with three lines in ~/Documents")
    expect(console.approval).to_have_attribute("data-grade", "modify")
    expect(page.get_by_test_id("approval-path")).to_have_text(f"{home}/Documents/notes.txt")
    written = console.approval.get_by_role("group", name="Full content to be written")
    shown = written.text_content() or ""
    assert shown.rstrip("\n") == LINES.rstrip("\n")
    page.get_by_test_id("approve-once").click()
    console.expect_tool("ok")
    console.expect_answered(closing)
    said = console.answers.last.get_by_role("paragraph").all_inner_texts()

    page.reload()
    expect(console.questions).to_have_count(1)
    console.expect_tool("ok")
    expect(page.get_by_test_id("approval-outcome")).to_have_text("You allowed this once")
    expect(console.answers.last.get_by_role("paragraph")).to_have_text(said)
    console.tools.first.get_by_role("button").first.click()
    expect(console.tools.first).to_contain_text("Line 3")
