"""Several machines on one page: the primary one, groups, limits, and what would happen with a call."""

from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess


def test_a_primary_machine_a_group_and_limits(console: Console, bridge: BridgeProcess) -> None:
    page = console.page
    console.enter()
    console.link(bridge)
    page.goto(f"{console.url}/devices")
    row = page.get_by_test_id("device-row")
    row.get_by_role("button").click()
    page.get_by_role("menuitem", name="Make primary").click()
    expect(row).to_contain_text("Primary")
    row.get_by_role("button").click()
    page.get_by_role("menuitem", name="Limits").click()
    page.get_by_role("button", name="The riskiest call that you are asked about").click()
    page.get_by_role("option", name="Reading only").click()
    page.get_by_test_id("save-limits").click()
    expect(row).to_contain_text("Limited")
    page.get_by_test_id("add-group").click()
    page.get_by_label("Group name").fill("web")
    page.get_by_role("dialog").locator("label", has=page.get_by_role("checkbox")).click()
    page.get_by_test_id("save-group").click()
    expect(page.get_by_test_id("group-row")).to_contain_text("1 of 1 online")
    page.goto(console.url)
    console.say("create a.txt with one line in ~/Documents")
    console.expect_tool("denied")
    assert not (bridge.home / "Documents" / "a.txt").exists()


def test_what_would_happen_is_said_by_both_sides(console: Console, bridge: BridgeProcess) -> None:
    page = console.page
    console.enter()
    console.link(bridge)
    page.goto(f"{console.url}/settings/approvals")
    page.get_by_label("Command", exact=True).and_(page.get_by_role("textbox")).fill(
        "touch owned; cat ~/.ssh/id_rsa"
    )
    page.get_by_test_id("simulate").click()
    expect(page.get_by_test_id("simulation")).to_have_attribute("data-outcome", "ask")
    expect(page.get_by_test_id("simulation-device")).to_have_attribute("data-state", "refused")
    assert not (bridge.home / "owned").exists()
