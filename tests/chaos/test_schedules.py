"""Two gateways and two workers on one PostgreSQL: a page at one drives a machine at the other, over random schedules.

Connections are lost, processes are killed and asked to stop, at any point; the page comes back to the other gateway
with its cursor. `make soak` plays a hundred schedules, the suite the first of them.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from itertools import count
from pathlib import Path

import pytest

from openclaw.kit.tasks import spawn
from tests.chaos.chat import Chat, Script, link, open_chat
from tests.chaos.remote import RemoteServer, page
from tests.chaos.schedules import Stage, model_rule, schedule_of
from tests.support.processes import BridgeProcess, Installation
from tests.support.scripted_openai import ScriptedOpenAI

SCHEDULES = int(os.environ.get("OPENCLAW_TEST_SCHEDULES", "12"))
AT_ONCE = 8
PEOPLE = 2


@pytest.fixture
async def stage(installation: Installation, remote: RemoteServer, tmp_path: Path) -> AsyncIterator[Stage]:
    """People with a machine each, which is connected to ``gateway``; a second worker for the length of the test."""
    worker = installation.start("worker-2")
    async with AsyncExitStack() as stack:
        processes = stack.enter_context(ExitStack())
        processes.callback(worker.stop)
        model = await stack.enter_async_context(ScriptedOpenAI(model_rule))
        made = Stage(remote, [], {}, model)
        for number in range(PEOPLE):
            chat: Chat = await open_chat(remote, model, Script())
            bridge = BridgeProcess(tmp_path / f"{number}", installation.url, name=f"bridge-{number}")
            processes.callback(bridge.kill)
            await asyncio.to_thread(bridge.start)
            async with page(chat.person, installation.gateway_url("gateway-2")) as first:
                await link(chat, bridge, first)
            made.people.append(chat.person)
            made.homes[chat.person.id] = bridge.home
        yield made


@pytest.mark.timeout(600)
async def test_nothing_is_lost_or_doubled_whatever_ends_when(stage: Stage) -> None:
    """Many at once, so that each process that ends takes several turns with it."""
    seeds = count()

    async def play_some() -> None:
        while (seed := next(seeds)) < SCHEDULES:
            await stage.play(schedule_of(seed))

    players = [spawn(play_some(), name="schedules") for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*players)
    finally:
        for player in players:
            player.cancel()
    ends = [schedule.hit for schedule in map(schedule_of, range(SCHEDULES)) if schedule.hit]
    assert sorted(stage.hits) == sorted(f"{how.name} {role}" for _, role, how in ends)
    assert len(stage.hits) >= SCHEDULES // 12
