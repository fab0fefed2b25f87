"""What a person can answer, stop and take back: each as seen on the page and on the machine."""

from collections.abc import Callable

import psutil
from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.support.processes import END_SECONDS, BridgeProcess


def test_deny_with_a_reason(console: Console, bridge: BridgeProcess) -> None:
    """Nothing is written, the assistant is told why, and the card says so for good."""
    page = console.page
    console.enter()
    console.link(bridge)
    console.say("create secret.txt with two lines in ~/Documents")
    page.get_by_test_id("deny").click()
    page.get_by_label("Reason for the assistant").fill("Not in that folder")
    page.get_by_test_id("deny-submit").click()
    console.expect_tool("denied")
    expect(page.get_by_test_id("approval-outcome")).to_have_text("You denied this: Not in that folder")
    console.expect_answered("Not in that folder")
    assert not (bridge.home / "Documents" / "secret.txt").exists()


def test_high_risk_takes_two_steps(console: Console, bridge: BridgeProcess) -> None:
    """One press is not enough, one may step back, and the second does it."""
    page, victim = console.page, bridge.home / "Documents" / "old.txt"
    victim.write_text("old\n")
    console.enter()
    console.link(bridge)
    console.say(f"run rm -r {victim}")
    expect(console.approval).to_have_attribute("data-grade", "high")
    expect(console.approval.get_by_role("group", name="Command")).to_have_text(f"rm -r {victim}")
    page.get_by_test_id("approve-once").click()
    console.press("Back")
    assert victim.exists()
    page.get_by_test_id("approve-once").click()
    page.get_by_test_id("approve-confirm").click()
    console.expect_tool("ok")
    assert not victim.exists()


def test_stop_ends_the_command(console: Console, bridge: BridgeProcess) -> None:
    """The stop button kills what runs on the machine, and the conversation can go on."""
    page = console.page
    console.enter()
    console.link(bridge)
    console.say("run echo begun; sleep 600")
    expect(page.get_by_test_id("output")).to_contain_text("begun")
    # Whatever it is just then: the shell, and what it has begun.
    running = psutil.Process(bridge.pid).children(recursive=True)
    assert running
    page.get_by_test_id("stop").click()
    expect(console.answers.last).to_have_attribute("data-state", "aborted")
    console.expect_tool("aborted")
    assert psutil.wait_procs(running, timeout=END_SECONDS)[1] == []
    console.say("what machine is this?")
    console.expect_tool("ok", nth=1)


def test_revoke_a_machine(console: Console, bridge: BridgeProcess) -> None:
    """From its menu, asked once more; it goes from the list, and the machine forgets its session."""
    page = console.page
    console.enter()
    console.link(bridge)
    page.get_by_role("link", name="Devices").click()
    row = page.get_by_test_id("device-row")
    expect(row).to_contain_text("Online")
    row.get_by_role("button", name="Actions for").click()
    page.get_by_role("menuitem", name="Revoke").click()
    expect(page.get_by_test_id("confirm")).to_contain_text("running commands are stopped at once")
    page.get_by_test_id("confirm-action").click()
    expect(row).to_have_count(0)
    bridge.said("the server has revoked this machine")
    assert not bridge.command("status")["linked"]


def test_an_answer_given_elsewhere(open_console: Callable[..., Console], bridge: BridgeProcess) -> None:
    """Two pages of one person show the same question; an answer on one settles it on the other."""
    first, second = open_console(), open_console()
    first.enter()
    first.link(bridge)
    second.page.context.add_cookies(first.page.context.cookies())  # pyright: ignore[reportArgumentType]
    first.say("create both.txt with one line in ~/Documents")
    expect(first.approval).to_be_visible()
    second.page.goto(first.page.url)
    second.page.get_by_test_id("approve-once").click()
    first.expect_tool("ok")
    expect(first.approval).to_have_count(0)
    expect(first.page.get_by_test_id("approval-outcome")).to_be_visible()
    assert (bridge.home / "Documents" / "both.txt").read_text() == "Line 1\n"
