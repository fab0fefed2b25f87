"""Every kind of page under axe-core, in light and in dark: names, roles, order, contrast."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ROOT
from tests.domains.plugins.making import archive
from tests.domains.workflows.running import definition, step, transform
from tests.e2e.console import Console
from tests.e2e.test_workflows import FORM, INPUT, save

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
# What the library for live regions keeps names elements that are gone again: it is no part of the page.
_SCAN = """async (rules) => {
  await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  const options = { reporter: "no-passes", selectors: false, ...(rules ? { runOnly: rules } : {}) };
  const found = await axe.run({ exclude: [["[data-live-announcer]"]] }, options);
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 300)}`));
}"""


def expect_accessible(page: Page) -> None:
    """Nothing that axe-core finds, whatever the scheme; but for colours, both schemes are one page."""
    if not page.evaluate("'axe' in window"):  # not as a script of the page: its policy lets none in
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {"light": page.evaluate(_SCAN, None)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = page.evaluate(_SCAN, ["color-contrast"])
    page.emulate_media(color_scheme="light")
    assert found == {"light": [], "dark": []}, page.url


@pytest.mark.timeout(300)  # many pages
def test_no_page_shuts_anybody_out(open_console: Callable[..., Console]) -> None:
    console = open_console()
    page = console.page
    console.enter()
    workflow, run = _workflow(console)
    result = _results(console)
    console.say("help")
    console.expect_answered("")
    expect_accessible(page)

    _follow(page, "Devices")
    expect_accessible(page)

    _follow(page, "Results")
    expect(page.get_by_test_id("result")).to_have_count(2)
    expect_accessible(page)
    page.goto(f"{console.url}/results/{result}?publish=true")
    expect(page.get_by_test_id("publish-result")).to_be_visible()
    expect_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("preview-frame")).to_be_visible()
    expect_accessible(page)
    page.goto(f"{console.url}/results/{result}/compare?before=1&after=1")
    expect(page.get_by_text("Nothing is different")).to_be_visible()
    expect_accessible(page)

    _follow(page, "Workflows")
    expect(page.get_by_test_id("workflow-row")).to_have_count(1)
    expect_accessible(page)

    _follow(page, "Plugins")
    expect(page.get_by_role("link", name="Draw a chart")).to_be_visible()
    expect_accessible(page)
    page.get_by_role("radio", name="Control").click(force=True)
    expect(page.get_by_test_id("least-tier")).to_be_visible()
    expect_accessible(page)

    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    expect_accessible(page)

    hook = _automations(console)
    _follow(page, "Automations")
    expect(page.get_by_test_id("automation-row")).to_have_count(2)
    expect_accessible(page)
    page.get_by_test_id("new-automation").click()
    expect(page.get_by_test_id("next-fires").get_by_role("listitem")).to_have_count(10)
    page.get_by_test_id("save-automation").click()
    expect(page.get_by_text("This is needed.").first).to_be_visible()
    expect_accessible(page)
    page.goto(f"{console.url}/automations/{hook}")
    expect(page.get_by_test_id("run-row")).to_contain_text("Succeeded")
    page.get_by_text("Input and result").click()
    expect_accessible(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("hook")
    expect(page.get_by_role("menuitem", name="Deploy hook")).to_be_visible()
    expect_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_test_id("fire-automation").click()
    page.get_by_test_id("try-out").click()
    expect(page.get_by_test_id("trial")).to_be_visible()
    expect_accessible(page)

    page.goto(f"{console.url}/workflow-runs/{run}")
    expect(page.get_by_test_id("approval-form")).to_be_visible()
    expect_accessible(page)

    expect_tasks_accessible(console)

    page.goto(f"{console.url}/workflows/{workflow}/edit")
    page.locator('[data-testid="step-node"][data-step="write"]').dblclick()
    expect(page.get_by_test_id("tools-of-plugin").first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollHeight <= window.innerHeight"), (
        "only the panel scrolls"
    )
    expect_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Text").click(force=True)
    expect(page.locator(".cm-line").first).to_be_visible()
    expect_accessible(page)

    page.goto(f"{console.url}/plugins/worker")
    page.get_by_test_id("install").click()
    expect(page.get_by_test_id("install-dialog")).to_be_visible()
    expect_accessible(page)

    _systems(console)

    stranger = open_console().page
    stranger.goto(f"{console.url}/sign-in")
    expect(stranger.get_by_role("button", name="Sign in")).to_be_visible()
    expect_accessible(stranger)
    stranger.get_by_role("link", name="Create an account").click()
    expect(stranger.get_by_test_id("signup-form")).to_be_visible()
    expect_accessible(stranger)


def expect_tasks_accessible(console: Console) -> None:
    """Tasks, the form of one, a run that has ended, and the dashboard that tells of it."""
    page = console.page
    task = console.send("POST", "/tasks", {"text": "help", "budget": {"calls": 9}})["id"]
    run = console.send("POST", f"/tasks/{task}/runs", {})["id"]
    page.goto(f"{console.url}/task-runs/{run}")
    expect(page.get_by_test_id("task-state")).to_have_attribute("data-state", "succeeded")
    page.get_by_test_id("task-log").click()
    expect_accessible(page)
    _follow(page, "Tasks")
    expect(page.get_by_test_id("task-row")).to_have_count(1)
    expect_accessible(page)
    page.get_by_test_id("new-task").click()
    expect(page.get_by_test_id("task-form")).to_be_visible()
    expect_accessible(page)
    _follow(page, "Dashboard")
    expect(page.get_by_test_id("task-run-row")).to_have_count(1)
    expect_accessible(page)


def _workflow(console: Console) -> tuple[str, str]:
    """A workflow with something of each kind, its run that asks, and a plugin to install."""
    steps = [
        step("approval", "ask", {"message": "Keep **it**?", "form": FORM}, next_steps=["write"]),
        step("agent", "write", {"prompt": "Write.", "tools": ["fs.read", "rss"]}, on_failure="end"),
        transform("end", "done"),
    ]
    workflow = save(console, definition(*steps, input=INPUT))
    run = console.send("POST", f"/workflows/{workflow}/runs", {"input": {"amount": 7}})["id"]
    secrets: dict[str, Any] = {"secrets": {"names": ["token"]}, "network": {"hosts": ["example.com"]}}
    console.publish(archive(permissions=secrets))
    return workflow, run


def _results(console: Console) -> str:
    """A table with a tag, and a site that is to be published."""
    table = {
        "title": "Prices",
        "kind": "table",
        "content": "a,b\n1,2\n",
        "tags": ["shop"],
        "summary": "All of them.",
    }
    console.send("POST", "/artifacts", table)
    files = [
        {
            "path": "index.html",
            "content": "<!doctype html><html lang=en><title>x</title><main><h1>x</h1></main>",
        }
    ]
    files.append({"path": "a.txt", "content": "a"})
    site = console.send("POST", "/artifacts", {"title": "Site", "kind": "site", "files": files})["id"]
    for status in ("ready_for_review", "approved", "ready_to_publish"):
        console.send("POST", f"/artifacts/{site}/status", {"status": status})
    console.send("PATCH", f"/artifacts/{site}", {"rating": 4, "tags": ["launch"]})
    return str(site)


def _automations(console: Console) -> str:
    """One that is due, and one with a webhook that has run; the latter's id."""
    action = {"kind": "notify", "config": {"title": "Hi"}}
    times = {"kind": "schedule", "cron": "0 9 * * *", "zone": "Europe/Berlin"}
    console.send("POST", "/automations", {"name": "Digest", "trigger": times, "action": action})
    hook = {"name": "Deploy hook", "trigger": {"kind": "webhook"}, "action": action}
    made = console.send("POST", "/automations", hook)["id"]
    console.send("POST", f"/automations/{made}/fire", {"input": {"body": {"version": 2}}})
    return made


def _systems(console: Console) -> None:
    """The gallery, a launch form, the editor, a vault with branches, and what may be done with it."""
    page = console.page
    system = console.send("POST", "/systems", {"template": "website_development", "name": "Tea shop"})["id"]
    console.send("POST", f"/systems/{system}/branches", {"name": "Bold"})
    console.send("PATCH", f"/systems/{system}", {"description": "A shop window."})
    page.goto(f"{console.url}/systems")
    expect(page.get_by_test_id("template-card")).to_have_count(8)
    expect_accessible(page)
    page.get_by_test_id("use-template").first.click()
    expect(page.get_by_test_id("create-system")).to_be_visible()
    expect_accessible(page)
    page.goto(f"{console.url}/systems/{system}")
    page.get_by_test_id("launch").click()
    expect(page.get_by_text("This is needed.").first).to_be_visible()
    page.get_by_text("Approvals, limit").click()
    expect_accessible(page)
    page.goto(f"{console.url}/systems/{system}/profile")
    for card in ("Planner", "Brief"):
        page.get_by_test_id("item-card").filter(has_text=card).first.locator("summary").click()
    page.get_by_label("Name of the role").fill("")
    page.get_by_test_id("save-profile").click()
    expect(page.get_by_test_id("profile-problems")).to_be_visible()
    expect_accessible(page)
    page.goto(f"{console.url}/systems/{system}/vault")
    expect(page.get_by_test_id("snapshot-row")).to_have_count(3)
    expect_accessible(page)
    page.get_by_test_id("restore-snapshot").last.click()
    expect(page.get_by_test_id("changes")).to_be_visible()
    expect_accessible(page)
    page.goto(f"{console.url}/systems/{system}/sharing")
    expect(page.get_by_test_id("visibility")).to_be_visible()
    expect_accessible(page)


def _follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
