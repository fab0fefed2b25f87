"""Channels in the console: a bot from its token to its person, changed, paused and removed."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.console import Console
from tests.e2e.test_accessibility import expect_accessible
from tests.support.scripted_http import Asked, ScriptedHttp


class _Receiver(ScriptedHttp):
    async def answer(self, asked: Asked) -> tuple[int, object]:
        return (200 if asked.path == "/good" else 404), {}


@pytest.fixture
def receiver() -> Iterator[str]:
    """A program that answers are delivered to, on a loop of its own: the browser's driver has this thread's."""
    loop, ready, receiver = asyncio.new_event_loop(), threading.Event(), _Receiver()
    leaving = asyncio.Event()

    async def serve() -> None:
        async with receiver:
            ready.set()
            await leaving.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait()
    yield receiver.url
    loop.call_soon_threadsafe(leaving.set)
    thread.join()
    loop.close()


def test_a_channel_step_by_step(console: Console, receiver: str) -> None:
    page = console.page
    console.enter()
    page.get_by_role("link", name="Channels").click()
    expect(page.get_by_text("No channels yet")).to_be_visible()
    expect_accessible(page)
    page.get_by_test_id("add-channel").click()
    wizard = page.get_by_test_id("channel-wizard")
    wizard.get_by_test_id("channel-kind").get_by_role("button").click()
    page.get_by_role("option", name="Webhook").click()
    wizard.get_by_label("Name").fill("My program")
    wizard.get_by_test_id("channel-next").click()
    expect(wizard.get_by_text("whsec_")).to_be_visible()
    expect(wizard.get_by_text("/hooks/channels/chan_")).to_be_visible()
    expect_accessible(page)
    wizard.get_by_label("Address for answers").fill(f"{receiver}/bad")
    wizard.get_by_test_id("channel-save").click()
    expect(wizard.get_by_text("it answered 404")).to_be_visible()
    wizard.get_by_label("Address for answers").fill(f"{receiver}/good")
    wizard.get_by_test_id("channel-save").click()
    wizard.get_by_test_id("channel-code").click()
    expect(wizard.get_by_text("Waiting for the code")).to_be_visible()
    expect_accessible(page)
    page.keyboard.press("Escape")
    row = page.get_by_test_id("channel-row")
    expect(row).to_contain_text("Waits for the code")
    row.get_by_role("button", name="Actions for My program").click()
    page.get_by_role("menuitem", name="Pause").click()
    expect(row).to_contain_text("Paused")
    expect_accessible(page)
    row.get_by_role("button", name="Actions for My program").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_test_id("confirm-action").click()
    expect(page.get_by_text("No channels yet")).to_be_visible()
