"""Automations and cloud hosts in the console, and the palette that leads to everything by keyboard."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from openclaw.infra.signatures import signed_headers
from openclaw.kit.clock import SystemClock
from tests.e2e.console import Console
from tests.e2e.test_accessibility import expect_accessible
from tests.support.processes import RealProcess, environment


def choose(page: Page, field: Locator, option: str) -> None:
    """One of the options of a select."""
    field.get_by_role("button").click()
    page.get_by_role("option", name=option, exact=True).click()


def deliver(console: Console, path: str, secret: str, delivery_id: str, body: bytes) -> int:
    """What the webhook answers to a delivery of a stranger who has the secret."""
    headers = signed_headers(secret, delivery_id=delivery_id, at=SystemClock().now(), body=body)
    response = console.page.request.post(
        console.url + path, data=body, headers={**headers, "content-type": "application/json"}
    )
    return response.status


def test_a_webhook_is_made_by_form_fired_replayed_and_deleted(console: Console) -> None:
    page = console.page
    console.enter()
    page.get_by_role("link", name="Automations").click()
    expect(page.get_by_text("Nothing happens by itself yet")).to_be_visible()
    page.get_by_test_id("new-automation").click()
    expect(page.get_by_test_id("next-fires").get_by_role("listitem")).to_have_count(10)

    page.get_by_test_id("save-automation").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.get_by_text("This is needed.").first).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Deploy hook")
    page.get_by_role("link", name="Workflows").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("What was changed here is lost.")
    page.get_by_role("button", name="Cancel").last.click()
    page.get_by_role("radio", name="Webhook").click(force=True)
    choose(page, page.get_by_test_id("action"), "Notify me")
    page.get_by_label("Title").fill("Deployed {{ input.body.version }}")
    page.get_by_label("Only if (optional)").fill("inputt.body.version > 1")
    page.get_by_test_id("save-automation").click()
    expect(page.get_by_label("Only if (optional)")).to_be_focused()
    expect(page.get_by_text("Place 1: There is no inputt")).to_be_visible()
    page.get_by_label("Only if (optional)").fill("input.body.version > 1")
    page.get_by_test_id("save-automation").click()

    shown = page.get_by_test_id("hook-secret")
    secret = re.search(r"whsec_[\w+/=]+", shown.inner_text())
    assert secret is not None
    page.get_by_test_id("test-with-secret").click()
    dialog = page.get_by_test_id("test-dialog")
    dialog.get_by_label("Body").fill('{"version": 2}')
    page.get_by_test_id("deliver").click()
    expect(page.get_by_test_id("delivered")).to_be_visible()
    page.keyboard.press("Escape")

    runs = page.get_by_test_id("run-row")
    expect(runs).to_have_count(1)
    expect(runs.first).to_contain_text("Succeeded")
    automation = page.url.rpartition("/")[2]
    path = f"/hooks/{automation}"
    assert deliver(console, path, secret[0], "of-a-stranger", b'{"version": 1, "token": "PLANTED"}') == 202
    expect(runs).to_have_count(2)  # told by the feed
    expect(runs.first).to_contain_text("Its condition was not true.")
    assert deliver(console, path, "whsec_AAAA", "of-nobody", b"{}") == 401
    page.get_by_role("button", name="Look again").click()
    samples = page.get_by_test_id("sample-row")
    expect(samples).to_have_count(3)
    expect(samples.nth(0)).to_contain_text("The signature is wrong")
    samples.nth(1).get_by_text("Show").click()
    expect(samples.nth(1)).to_contain_text('"version": 1')
    expect(samples.nth(1)).not_to_contain_text("PLANTED")
    samples.nth(2).get_by_test_id("replay").click()
    expect(runs).to_have_count(3)
    expect(runs.first).to_contain_text("set off by hand")
    expect(runs.first).to_contain_text("Succeeded")
    notices = console.get("/notifications")["items"]
    assert [notice["title"] for notice in notices].count("Deployed 2") == 2, notices

    page.get_by_role("button", name="Actions for Deploy hook").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_text("Nothing happens by itself yet")).to_be_visible()


def test_failures_switch_it_off_and_others_changes_are_kept(console: Console) -> None:
    page = console.page
    console.enter()
    body: dict[str, Any] = {
        "name": "Fragile",
        "trigger": {"kind": "interval", "seconds": 3600},
        "action": {"kind": "notify", "config": {"title": "Hi"}},
        "success": "result.title == 'Ho'",
        "maxConsecutiveFailures": 1,
    }
    made = console.send("POST", "/automations", body)
    page.goto(f"{console.url}/automations")
    row = page.get_by_test_id("automation-row")
    expect(row).to_contain_text("Every hour")
    console.send("POST", f"/automations/{made['id']}/fire", {})
    expect(row).to_contain_text("Switched off after 1 failure.")
    expect(row.get_by_role("switch")).not_to_be_checked()
    row.get_by_role("link", name="See why").click()
    expect(page.get_by_test_id("why-off")).to_contain_text("The success criteria are not met.")
    page.get_by_test_id("go-on").click()
    expect(page.get_by_role("switch")).to_be_checked()
    expect(page.get_by_test_id("why-off")).to_be_hidden()

    page.get_by_test_id("edit-automation").click()
    page.get_by_label("Name", exact=True).fill("Mine")
    console.send("PUT", f"/automations/{made['id']}", {**body, "name": "Of another page", "success": None})
    page.get_by_test_id("save-automation").click()
    expect(page.get_by_test_id("save-error")).to_contain_text("Somebody has changed it in between")
    page.get_by_role("button", name="Load the latest").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Of another page")
    expect(page.get_by_label("Well done if (optional)")).to_have_value("")
    page.get_by_label("Name", exact=True).fill("Sturdy")
    page.get_by_test_id("save-automation").click()
    expect(page.get_by_role("heading", name="Sturdy", level=1)).to_be_visible()
    assert console.get(f"/automations/{made['id']}")["enabled"] is True


def test_everything_is_reached_by_keyboard(console: Console) -> None:
    page = console.page
    console.enter()
    made = console.send(
        "POST",
        "/automations",
        {
            "name": "Morning digest",
            "trigger": {"kind": "manual"},
            "action": {"kind": "notify", "config": {"title": "Hi"}},
        },
    )
    finder = page.get_by_test_id("finder")
    console.composer.click()
    page.keyboard.press("Control+k")
    expect(page.get_by_test_id("finder-input")).to_be_focused()
    page.keyboard.type("digest")
    expect(finder.get_by_role("menuitem", name="Morning digest")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/automations/{made['id']}")
    expect(finder).to_be_hidden()

    page.keyboard.press("Control+k")
    expect(finder.get_by_role("menuitem").first).to_contain_text("Morning digest")  # what was opened last
    page.keyboard.type("plug")
    expect(finder.get_by_role("menuitem")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/plugins")

    page.keyboard.press("Control+k")
    page.keyboard.type("new ")
    expect(finder.get_by_role("menuitem").first).to_contain_text("New conversation")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/new")

    page.get_by_test_id("open-palette").click()
    page.keyboard.type("nothing of the kind")
    expect(finder).to_contain_text("Nothing of that name")
    page.keyboard.press("Escape")
    expect(finder).to_be_hidden()


def _host(folder: Path, options: str) -> RealProcess:
    return RealProcess(
        "host",
        ["-m", "openclaw.apps.bridge.host", "--json", *options.split()],
        environment(HOME=str(folder), OPENCLAW_HOST_HOME=str(folder / "host")),
        ready=re.compile(r'"running"'),
    )


def test_a_host_is_enrolled_narrowed_rotated_and_revoked(console: Console, tmp_path: Path) -> None:
    page = console.page
    console.enter()
    page.keyboard.press("Control+k")
    page.keyboard.type("enrol")
    page.keyboard.press("Enter")
    dialog = page.get_by_test_id("enrol-dialog")
    dialog.get_by_label("Labels (optional)").fill("GPU, a:b")
    expect(dialog).to_contain_text("a:b cannot be a label")
    dialog.get_by_label("Labels (optional)").fill("GPU")
    page.get_by_test_id("create-host-token").click()
    state = page.get_by_test_id("enrol-state")
    expect(state).to_have_attribute("data-state", "waiting")
    command = re.search(
        r"openclaw host (--token oche_\S+ --server \S+)", dialog.inner_text().replace("\n", " ")
    )
    assert command is not None
    expect_accessible(page)

    host = _host(tmp_path, command[1])
    host.start()
    try:
        expect(state).to_have_attribute("data-state", "healthy")
        page.get_by_test_id("open-host").click()
        expect(page.get_by_test_id("host-state")).to_contain_text("It is connected, and takes runs.")
        expect(page.get_by_text("0 of 5 in use")).to_be_visible()
        expect_accessible(page)
        page.get_by_label("Runs at once").fill("2")
        page.get_by_test_id("save-host").click()
        expect(page.get_by_text("0 of 2 in use")).to_be_visible()
        page.get_by_test_id("rotate-host").click()
        page.get_by_test_id("confirm-action").click()
        dialog = page.get_by_test_id("enrol-dialog")
        expect(dialog).to_contain_text("The old credential is void")
        host.wait()
        expect_accessible(page)
        command = re.search(r"(--token oche_\S+ --server \S+)", dialog.inner_text().replace("\n", " "))
        assert command is not None
        host = _host(tmp_path, command[1])
        host.start()
        expect(state).to_have_attribute("data-state", "healthy")
        dialog.get_by_role("button", name="Close").last.click()
        expect(page.get_by_text("0 of 2 in use")).to_be_visible()
        page.get_by_test_id("revoke-host").click()
        page.get_by_test_id("confirm-action").click()
        expect(page.get_by_text("No cloud host")).to_be_visible()
        host.wait()
    finally:
        host.kill()
