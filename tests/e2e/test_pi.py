"""A chat with the Pi of a machine, on the page: chosen, asked, said into, and what stays on the machine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console import Console
from tests.support.pi_chat import doing, gate, pi_environment
from tests.support.processes import BridgeProcess, Installation


@pytest.fixture
def gates(tmp_path: Path) -> Path:
    folder = tmp_path / "gates"
    folder.mkdir()
    return folder


@pytest.fixture
def with_pi(installation: Installation, tmp_path: Path, gates: Path) -> Iterator[BridgeProcess]:
    """A running bridge with a Pi runtime, at any port."""
    process = BridgeProcess(tmp_path, installation.url)
    process.start(**pi_environment(gates=str(gates)))
    yield process
    process.kill()


def choose(page: Page, picker: str, option: str) -> None:
    page.get_by_test_id(picker).get_by_role("button").click()
    page.get_by_role("option", name=option).click()


def test_a_chat_with_pi(console: Console, with_pi: BridgeProcess, gates: Path) -> None:
    """It is offered where the bridge has one; its questions are ours, and one may speak while it works."""
    page = console.page
    console.enter()
    console.link(with_pi)
    choose(page, "device-picker", "Pi on")
    file = with_pi.home / "made.txt"
    console.say(doing(f"echo made > {file}"))
    expect(page.get_by_test_id("fixed-place")).to_contain_text("Pi on")
    expect(console.approval).to_contain_text("echo made")
    console.approval.get_by_test_id("approve-once").click()
    console.expect_tool("ok")
    console.expect_answered("Done.")
    assert file.read_text() == "made\n"
    expect(page.get_by_test_id("edit")).to_have_count(0)  # Pi goes on from the end only
    with gate(gates, "half") as half:
        console.say("Wait at gate:half please")
        expect(console.answers.last).to_contain_text("Before the gate.")
        console.say("And this")
        half.open()
        # Said into it, or a turn of its own.
        expect(console.answers.last).to_contain_text("You said: And this")
    # While a turn is on there is no new session to be had.
    expect(console.answers.last).to_have_attribute("data-state", "complete")
    page.get_by_role("button", name="Conversation actions").click()
    page.get_by_role("menuitem", name="New Pi session").click()
    expect(page.get_by_text("Pi has begun a new session")).to_be_visible()


def test_words_that_stay_on_the_machine(open_console: Callable[..., Console], with_pi: BridgeProcess) -> None:
    """At a telephone's width: the page says where the words are, and what it is asked about it cannot know."""
    console = open_console(viewport={"width": 360, "height": 740})
    page = console.page
    console.enter()
    console.link(with_pi)
    choose(page, "device-picker", "Pi on")
    choose(page, "sync-picker", "Keep nothing")
    console.composer.fill(doing("touch secret-name.txt"))
    page.get_by_test_id("send").click()
    expect(console.approval).to_contain_text("does not leave")
    expect(console.approval).not_to_contain_text("secret-name")
    console.approval.get_by_test_id("approve-once").click()
    expect(console.answers.last).to_have_attribute("data-state", "complete")
    expect(page.get_by_test_id("kept-there")).to_have_count(2)
    expect(page.locator("body")).not_to_contain_text("secret-name")
    assert (with_pi.home / "secret-name.txt").exists()
