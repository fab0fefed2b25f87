"""Who lets what run: reviews and kill switches of the server's operator, and the isolation a workspace asks for."""

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Page, expect

from tests.domains.plugins.making import archive, work
from tests.domains.workflows.running import definition
from tests.e2e.console import Console
from tests.e2e.test_workflows import expect_state, node, save
from tests.support.processes import Installation


@pytest.fixture
def operator(open_console: Callable[..., Console], installation: Installation) -> Iterator[Console]:
    """The owner of the server, looking at what it lets run."""
    console = open_console()
    console.enter()
    me = console.get("/users/me")["user"]
    _set_role(installation, me["id"], "owner")
    open_control(console)
    yield console
    _set_role(installation, me["id"], me["role"])


def _set_role(installation: Installation, user: str, role: str) -> None:
    """Owners are made by setting up a server, which the first test of a session has done."""

    async def put() -> None:
        connection = await asyncpg.connect(installation.database_url())
        try:
            await connection.execute(
                "UPDATE users SET role = $2 WHERE id = $1", user.rpartition("_")[2], role
            )
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:  # the browser's library has an event loop in this thread
        pool.submit(asyncio.run, put()).result()


def open_control(console: Console) -> None:
    """The marketplace's page of what may run."""
    console.page.goto(f"{console.url}/plugins")
    console.page.get_by_text("Control", exact=True).click()
    expect(console.page.get_by_test_id("least-tier")).to_be_visible()


def porter(version: str) -> bytes:
    """A package that goes to everybody."""
    return archive(name="porter", version=version, title={"en": "Porter"})


def decide(page: Page, decision: str, note: str) -> None:
    """About the only package that waits."""
    row = page.get_by_test_id("review-row")
    row.get_by_test_id(decision).click()
    page.get_by_test_id("review-dialog").get_by_role("textbox").fill(note)
    page.get_by_test_id("review-dialog").get_by_role("button", name=decision.capitalize()).click()
    expect(row).to_have_count(0)


def start(console: Console, workflow: str) -> dict[str, Any]:
    """A run of the workflow, on its page."""
    run = console.send("POST", f"/workflows/{workflow}/runs", {"input": {}})
    console.page.goto(f"{console.url}/workflow-runs/{run['id']}")
    return run


def test_a_public_plugin_is_rejected_approved_and_blocked_for_everybody(
    operator: Console, console: Console
) -> None:
    boss, page = operator.page, console.page
    console.enter()
    console.publish(porter("1.0.0"), "public")
    page.goto(f"{console.url}/plugins/porter")
    expect(page.get_by_text("It waits for the operator")).to_be_visible()
    expect(page.get_by_test_id("install")).to_be_disabled()
    open_control(operator)
    expect(boss.get_by_test_id("review-row")).to_contain_text("Keep small values between calls")
    decide(boss, "reject", "It carries too much")
    page.reload()
    expect(page.get_by_text("It carries too much")).to_be_visible()

    console.publish(porter("1.1.0"), "public")
    open_control(operator)
    decide(boss, "approve", "")
    page.goto(f"{console.url}/plugins/porter")
    page.get_by_test_id("install").click()
    page.get_by_text("I agree that Porter may do this").click()
    page.get_by_test_id("install-submit").click()
    expect(page.get_by_test_id("version-row").first).to_contain_text("Installed")
    workflow = save(console, definition(work("carry", plugin="porter", do="echo")))

    boss.get_by_test_id("add-block").click()
    dialog = boss.get_by_test_id("block-dialog")
    dialog.get_by_label("Name").fill("porter")
    dialog.get_by_label("Reason").fill("It drops things")
    dialog.get_by_text("On the whole server").click()
    boss.get_by_test_id("block-submit").click()
    expect(boss.get_by_test_id("block-row")).to_contain_text("Whole server")
    start(console, workflow)
    expect_state(page, "failed")
    expect(page.get_by_test_id("step-error")).to_contain_text("It drops things")
    open_control(console)
    expect(page.get_by_test_id("block-row")).to_contain_text("It drops things")
    expect(page.get_by_test_id("unblock")).to_have_count(0)

    boss.get_by_test_id("unblock").click()
    boss.get_by_test_id("confirm-action").click()
    expect(boss.get_by_test_id("block-row")).to_have_count(0)
    assert console.get("/plugins")["items"][0]["blocked"] is None


def test_a_workspace_asks_for_more_isolation_than_there_may_be(console: Console) -> None:
    page = console.page
    console.enter()
    package = console.publish(archive())
    console.send("POST", "/plugins", {"packageId": package["id"], "permissions": {"kv": {}}})
    workflow = save(console, definition(work(do="echo")))
    open_control(console)
    page.get_by_test_id("least-tier").get_by_role("button").click()
    page.get_by_role("option", name="Own kernel").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    expect(page.get_by_test_id("least-tier")).to_contain_text("Own kernel")
    start(console, workflow)
    expect(page.get_by_test_id("run-state")).to_have_attribute("data-state", re.compile("completed|failed"))
    node(page, "work").click()
    call = page.get_by_test_id("plugin-call").or_(page.get_by_test_id("step-error")).first
    expect(call).to_be_visible()
    if page.get_by_test_id("run-state").get_attribute("data-state") == "completed":
        expect(call).to_have_attribute("data-tier", "hardened")
    else:  # where no kernel of its own can be had
        expect(call).to_contain_text("hardened")
