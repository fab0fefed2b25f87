"""Tasks in the console: launched from the form, watched, approved in place, finished; what the dashboard then says."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.console import Console
from tests.support.processes import BridgeProcess


def choose(page: Page, picker: str, name: str) -> None:
    page.get_by_test_id(picker).get_by_role("button").click()
    page.get_by_role("option", name=name).first.click()


def test_a_task_is_launched_watched_approved_and_finished(console: Console, bridge: BridgeProcess) -> None:
    page = console.page
    console.enter()
    console.link(bridge)
    device = console.get("/devices")["items"][0]["name"]
    page.get_by_role("link", name="Tasks").click()
    page.get_by_test_id("new-task").click()
    page.get_by_test_id("launch-task").click()
    expect(page.get_by_text("This is needed.")).to_be_visible()
    page.get_by_label("What is to be done").fill("create task.txt with two lines in ~/Documents")
    page.get_by_label("Name").fill("Two lines")
    choose(page, "task-place", device)
    page.get_by_label("Tokens").fill("500000")
    page.get_by_test_id("launch-task").click()

    state = page.get_by_test_id("task-state")
    expect(page).to_have_url(re.compile(r"/task-runs/trun_[0-9a-f]+$"))
    expect(state).to_have_attribute("data-state", "waiting_approval")
    expect(page.get_by_test_id("task-standing")).to_contain_text("waits for your approval")
    expect(console.approval).to_contain_text("task.txt")
    run = page.url
    page.get_by_role(
        "link", name="OpenClaw", exact=True
    ).click()  # the first page, now that there is something on it
    row = page.get_by_test_id("approval-row")
    expect(row).to_contain_text(f"Write file on {device}?")
    row.get_by_role("link").click()
    expect(page).to_have_url(run)
    page.set_viewport_size({"width": 1280, "height": 400})  # all of the navigation is reached all the same
    page.get_by_role("link", name="Plugins").click()
    expect(page).to_have_url(re.compile(r"/plugins$"))
    page.get_by_placeholder("Search conversations").click()
    page.get_by_test_id("pending-approvals").click()
    expect(page).to_have_url(run)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_test_id("pause-task").click()
    expect(page.get_by_test_id("task-standing")).to_contain_text("It is paused.")
    page.get_by_test_id("resume-task").click()
    expect(page.get_by_test_id("pause-task")).to_be_visible()
    page.get_by_test_id("approve-once").click()
    expect(state).to_have_attribute("data-state", "succeeded")
    console.expect_tool("ok")
    assert (bridge.home / "Documents" / "task.txt").read_text() == "Line 1\nLine 2\n"
    expect(page.get_by_test_id("task-usage")).to_contain_text("Tool calls")
    expect(page.get_by_role("complementary", name="About the run")).to_contain_text("of 500,000")
    page.get_by_test_id("task-log").click()
    expect(page.locator('[data-testid="task-event"][data-kind="approval_answered"]')).to_be_visible()
    expect(page.get_by_text("Every entry holds the hash of the one before")).to_be_visible()

    page.get_by_label("What next?").fill("help")
    page.get_by_test_id("follow-up").click()
    expect(page).not_to_have_url(run)
    expect(state).to_have_attribute("data-state", "succeeded")
    expect(console.questions).to_have_count(2)

    page.get_by_role("link", name="Tasks").first.click()
    choose(page, "tasks-shown", "Finished")
    expect(page).to_have_url(re.compile(r"show=finished"))
    task = page.get_by_test_id("task-row")
    expect(task).to_contain_text("Two lines")
    page.get_by_label("Search tasks").fill("nothing of it")
    expect(page.get_by_text("No task has these words in its name")).to_be_visible()
    page.get_by_label("Search tasks").fill("lines two")
    expect(page).to_have_url(re.compile(r"show=finished&q=lines"))
    expect(task).to_have_count(1)
    page.get_by_test_id("task-menu").click()
    page.get_by_role("menuitem", name="Archive").click()
    undo = page.get_by_role("button", name="Undo")
    undo.hover()  # it stays while it is pointed at
    expect(task).to_have_count(0)
    undo.click()
    expect(task).to_have_count(1)

    page.get_by_role("link", name="Dashboard").click()
    dashboard = page.get_by_test_id("dashboard")
    expect(dashboard.get_by_test_id("task-run-row").first).to_contain_text("Two lines")
    expect(dashboard).to_contain_text("Nothing waits for you.")
    expect(dashboard.get_by_test_id("machine-row")).to_contain_text("online")
    expect(page.get_by_test_id("cost")).to_contain_text("2 runs")
