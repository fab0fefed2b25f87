"""Notifications in the console: the bell, what waits and leads there, settings that stay, and the service worker."""

import re

from playwright.sync_api import expect

from tests.e2e.console import Console

QUESTION = {
    "openclaw": "openclaw.workflow/1",
    "name": "Digest",
    "steps": [{"id": "ask", "type": "approval", "config": {"message": "May the digest go out?"}}],
}
PUSH = {
    "id": "noti_1",
    "title": "OpenClaw asks to use exec",
    "body": "ls",
    "link": "/notifications?workspace=ws_1",
    "token": "oca_unknown",
    "answers": "/api/v2/approvals/answer",
    "actions": [{"name": "allow", "label": "Allow"}, {"name": "deny", "label": "Deny"}],
    "language": "en",
}
_TITLES = "self.registration.getNotifications().then((all) => all.map(({ title }) => title))"
_PRESS = """async (action) => {
  const [notification] = await self.registration.getNotifications();
  await act(notification, action);
  return (await self.registration.getNotifications()).map(({ title, body }) => `${title} | ${body}`);
}"""


def start_question(console: Console) -> None:
    """A run of a workflow that waits for the person."""
    workflow = console.send("POST", "/workflows", {"definition": QUESTION})["id"]
    console.send("POST", f"/workflows/{workflow}/activate", {})
    console.send("POST", f"/workflows/{workflow}/runs", {"input": {}})


def test_what_waits_is_told_and_read(console: Console) -> None:
    page = console.page
    console.enter()
    bell = page.get_by_test_id("notification-bell")
    expect(bell).to_have_accessible_name("Notifications")
    start_question(console)
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    bell.click()
    item = page.get_by_test_id("notification")
    expect(item).to_contain_text("Digest waits for your answer")
    expect(item).to_contain_text("May the digest go out?")
    item.get_by_role("link", name="Digest waits").click()
    expect(page).to_have_url(re.compile(r"/workflow-runs/wrun_"))
    expect(bell).to_have_accessible_name("Notifications")
    page.get_by_role("button", name="Approve").first.click()
    bell.click()
    expect(item).to_contain_text("Done")
    item.get_by_test_id("dismiss").click()
    expect(page.get_by_text("Nothing to tell")).to_be_visible()


def test_settings_stay_and_deliveries_are_shown(console: Console) -> None:
    page = console.page
    console.enter()
    page.goto(f"{console.url}/settings/notifications")
    expect(page.get_by_test_id("no-mail")).to_be_visible()
    row = page.locator('[data-kind="run.failed"]')
    row.get_by_text("by push").locator("..").click()
    expect(row.get_by_role("checkbox", name="by push")).not_to_be_checked()
    page.get_by_text("Keep quiet at certain hours").click()
    page.get_by_label("From").fill("23:15")
    page.get_by_label("Time zone").fill("Asia/Nowhere")
    page.get_by_test_id("save-hours").click()
    expect(page.get_by_text("not a time zone")).to_be_visible()
    page.get_by_label("Time zone").fill("Asia/Shanghai")
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        page.get_by_test_id("save-hours").click()
    expect(page.get_by_text("Saved").last).to_be_visible()
    page.reload()
    expect(page.get_by_label("From")).to_have_value("23:15")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Shanghai")
    expect(row.get_by_role("checkbox", name="by push")).not_to_be_checked()

    with page.expect_response("**/notifications/test"):
        page.get_by_test_id("send-test").click()
    page.get_by_test_id("notification-bell").click()
    page.get_by_role("link", name="Deliveries").click()
    delivery = page.get_by_test_id("delivery")
    expect(delivery).to_contain_text("Left out")
    expect(delivery).to_contain_text("This server has no mail account.")


def test_the_service_worker_shows_pushes_and_says_what_was_not_taken(console: Console) -> None:
    page = console.page
    page.context.grant_permissions(["notifications"], origin=console.url)
    console.enter()
    with page.context.expect_event("serviceworker") as begun:
        page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    worker = begun.value
    page.goto("about:blank")  # nobody looks at the console
    worker.evaluate("(message) => show(message)", PUSH)
    assert worker.evaluate(_TITLES) == ["OpenClaw asks to use exec"]
    said = worker.evaluate(_PRESS, "allow")
    assert said == [
        "This notification cannot answer any more. Open OpenClaw to see what waits. | OpenClaw asks to use exec"
    ]
    for link in ("https://example.com/", "//example.com", "/\\example.com", None):
        assert worker.evaluate("(link) => isPath(link)", link) is False
