"""A page from this machine and the bridge on it: each state of seed 002 as a person sees it, with a real bridge."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import PLANTED, runtime
from tests.e2e.console import Console
from tests.support.processes import BridgeProcess

PHONE = {"width": 360, "height": 740}


def here(console: Console) -> Locator:
    return console.page.get_by_test_id("local-here")


def session(console: Console) -> Locator:
    return console.page.get_by_test_id("local-session")


def runtime_of(bridge: BridgeProcess) -> psutil.Process:
    (found,) = [
        c
        for c in psutil.Process(bridge.pid).children(recursive=True)
        if "pi_standin" in " ".join(c.cmdline())
    ]
    return found


def test_absent_shows_the_install_path_and_holds_nothing_up(console: Console) -> None:
    """Home 1 to 3: nothing answers, so the page says how to install; everything else works."""
    page = console.page
    console.enter()
    expect(here(console)).to_have_attribute("data-step", "absent")
    expect(here(console)).to_contain_text("pipx install openclaw")
    expect(here(console)).to_contain_text("openclaw bridge run")
    console.say("what can you do?")
    console.expect_answered("")
    expect(session(console)).to_have_count(0)
    page.get_by_role("link", name="Devices").click()
    expect(here(console)).to_have_attribute("data-step", "absent")
    expect(page.get_by_test_id("local-again")).to_be_visible()


def test_home_links_and_chat_shows_what_runs_here(
    console: Console, bridge_of_this_machine: BridgeProcess
) -> None:
    """Home 4 and 5, chat 1 to 4: present, linked by one click, live; the list of machines is decorated."""
    page = console.page
    console.enter()
    expect(here(console)).to_have_attribute("data-step", "free")
    page.get_by_test_id("local-link").click()
    page.get_by_test_id("link-this-machine").click()
    expect(page.get_by_test_id("link-done")).to_contain_text("is linked")
    console.press("Done")
    expect(session(console)).to_have_attribute("data-state", "live")
    session(console).locator("summary").click()
    expect(page.get_by_test_id("local-message").first).to_be_visible()
    expect(session(console)).to_contain_text("It goes to no server")
    assert PLANTED not in page.content()
    page.get_by_role("link", name="Devices").click()
    expect(page.get_by_test_id("device-row")).to_contain_text("This machine")
    expect(page.get_by_test_id("device-local")).to_have_attribute("data-state", "live")
    page.reload()
    expect(page.get_by_test_id("device-local")).to_have_attribute("data-state", "live")


def test_only_the_live_part_degrades_and_comes_back(
    console: Console, bridge_of_this_machine: BridgeProcess
) -> None:
    """Chat 5 and section 8: reads fail after health succeeds; the conversation stays, the rest is tried again."""
    page = console.page
    console.enter()
    console.link(bridge_of_this_machine)
    console.say("what machine is this?")
    console.expect_tool("ok")
    page.reload()
    expect(session(console)).to_have_attribute("data-state", "live")
    process = runtime_of(bridge_of_this_machine)
    os.kill(process.pid, signal.SIGSTOP)  # it answers nothing any more, and the bridge does
    session(console).locator("summary").click()
    page.get_by_test_id("local-again").click()
    expect(session(console)).to_contain_text("Live on this machine")
    expect(console.questions).to_have_count(1)
    os.kill(process.pid, signal.SIGCONT)
    page.get_by_test_id("local-again").click()
    expect(session(console)).to_have_attribute("data-state", "live")


@pytest.mark.parametrize("faults", [{"never": ["get_messages"]}])
def test_reads_that_fail_leave_the_bridge_reachable(
    console: Console, bridge_of_this_machine: BridgeProcess, tmp_path: Path, faults: dict[str, object]
) -> None:
    """The bridge is marked reachable, its live content missing, with a way to try again."""
    bridge_of_this_machine.stop()
    runtime(tmp_path, faults)
    bridge_of_this_machine.start()
    console.enter()
    console.link(bridge_of_this_machine)
    console.page.reload()
    expect(session(console)).to_have_attribute("data-state", "degraded")
    session(console).locator("summary").click()
    expect(session(console)).to_contain_text("too long to answer")
    expect(console.page.get_by_test_id("local-again")).to_be_visible()
    expect(console.composer).to_be_enabled()


def test_linked_without_a_runtime(
    console: Console, bridge_of_this_machine: BridgeProcess, tmp_path: Path
) -> None:
    """Linked and nothing live to show: said so, and the page stays on what the server knows."""
    bridge_of_this_machine.stop()
    (tmp_path / "state" / "settings.json").write_text('{"piCommand": ["no-such-program-anywhere"]}')
    bridge_of_this_machine.start()
    console.enter()
    console.link(bridge_of_this_machine)
    console.page.reload()
    expect(here(console)).to_have_attribute("data-step", "linked")
    expect(session(console)).to_have_count(0)


def test_linked_elsewhere(
    open_console: Callable[..., Console], bridge_of_this_machine: BridgeProcess
) -> None:
    """Another account's machine is named as such, and nothing of it shows."""
    owner, other = open_console(), open_console()
    owner.enter()
    owner.link(bridge_of_this_machine)
    other.enter()
    expect(here(other)).to_have_attribute("data-step", "elsewhere")
    expect(session(other)).to_have_count(0)


def test_in_chinese_on_a_phone(
    open_console: Callable[..., Console], bridge_of_this_machine: BridgeProcess
) -> None:
    """The same in Chinese at 360 pixels: nothing is wider than the screen."""
    console = open_console(locale="zh-CN", viewport=PHONE, has_touch=True, is_mobile=True)
    console.enter(language="zh")
    expect(here(console)).to_contain_text("桥接程序正在本机运行")
    console.link(bridge_of_this_machine)
    console.page.reload()
    expect(session(console)).to_contain_text("本机实时内容")
    session(console).locator("summary").tap()
    expect(console.page.get_by_test_id("local-message").first).to_be_visible()
    assert console.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
