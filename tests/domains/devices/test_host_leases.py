"""Slots of hosts: never more runs than room, one lease for a run, and what becomes of them when a host is lost."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio

from openclaw.domains.devices.events import HOST_LOST
from openclaw.domains.devices.models import DeviceRow, HostRow
from openclaw.domains.devices.repository import leases
from openclaw.domains.devices.service import hosts
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.db import Database
from openclaw.infra.scope import Role
from openclaw.kit import ids
from tests.support.accounts import Person, register
from tests.support.devices import claim_slot
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    return await (await register(server)).create_workspace()


async def make_host(person: Person, name: str, *, slots: int = 2, labels: Sequence[str] = ()) -> UUID:
    """A healthy host of the workspace."""
    device_id = ids.new_id()
    async with person.server.platform.database.system() as scope:
        soon = scope.now() + timedelta(seconds=45)
        device = DeviceRow(
            id=device_id,
            workspace_id=person.workspace_id,
            user_id=person.user_id,
            node_id=device_id.hex * 2,
            public_key="-",
            name=name,
            platform="linux",
            version="1",
            kind="host",
            commands=[],
            linked_at=scope.now(),
            online_until=soon,
        )
        scope.session.add(device)
        await scope.session.flush()
        host = HostRow(
            device_id=device_id,
            workspace_id=person.workspace_id,
            reported={},
            offers=list(labels),
            slots=slots,
            last_heartbeat_at=scope.now(),
            late_at=soon,
            lease_until=soon,
        )
        scope.session.add(host)
        await scope.session.flush()
        await leases.make_slots(scope, host)
    return device_id


async def claim(
    person: Person, run_id: UUID | None = None, *, host_id: UUID | None = None, labels: Sequence[str] = ()
) -> hosts.HostSlot | None:
    async with person.scope() as scope:
        return await claim_slot(scope, run_id=run_id or ids.new_id(), host_id=host_id, labels=labels)


async def test_runs_are_spread_over_hosts_with_room(ann: Person) -> None:
    small, large = await make_host(ann, "small", slots=1), await make_host(ann, "large", slots=3)
    taken = [await claim(ann) for _ in range(5)]
    assert [slot and slot.host_id for slot in taken[:2]] == [large, large]
    assert sorted(slot.host_id for slot in taken if slot) == sorted([small, large, large, large])
    assert taken[4] is None
    epochs = [slot.epoch for slot in taken if slot]
    assert epochs == sorted(set(epochs))


async def test_labels_and_a_named_host_narrow_the_choice(ann: Person) -> None:
    plain, fitted = await make_host(ann, "plain"), await make_host(ann, "fitted", labels=["gpu", "eu"])
    slot = await claim(ann, labels=["gpu"])
    assert slot is not None
    assert (slot.host_id, slot.host_name) == (fitted, "fitted")
    assert await claim(ann, labels=["gpu", "us"]) is None
    assert await claim(ann, labels=["gpu"], host_id=plain) is None
    named = await claim(ann, host_id=plain)
    assert named is not None
    assert named.host_id == plain


async def test_a_run_has_one_slot_until_it_gives_it_back(ann: Person) -> None:
    await make_host(ann, "host")
    run = ids.new_id()
    first, again = await claim(ann, run), await claim(ann, run)
    assert first is not None
    assert again == first
    async with ann.scope() as scope:
        assert not await hosts.release_slot(scope, run_id=run, epoch=first.epoch + 1), "another dispatch's"
        assert await hosts.find_slot(scope, run) == first
        assert await hosts.release_slot(scope, run_id=run, epoch=first.epoch)
        assert not await hosts.release_slot(scope, run_id=run)
    later = await claim(ann, run)
    assert later is not None
    assert later.epoch > first.epoch


async def test_three_workers_never_exceed_the_room(ann: Person) -> None:
    """Thirty runs, each claimed by three workers at once, for five slots."""
    server = ann.server
    await make_host(ann, "one", slots=2)
    await make_host(ann, "two", slots=3)
    runs = [ids.new_id() for _ in range(30)]
    async with AsyncExitStack() as stack:
        workers: list[Database] = []
        for _ in range(3):
            worker = Database(server.owner_url, server.clock)
            stack.push_async_callback(worker.close)
            workers.append(worker)

        async def work(worker: Database, run_id: UUID) -> hosts.HostSlot | None:
            async with worker.transaction(ann.actor) as scope:
                return await claim_slot(scope, run_id=run_id)

        found = await asyncio.gather(*(work(worker, run) for run in runs for worker in workers))
    held: dict[UUID, set[tuple[UUID, int]]] = {}
    for number, slot in enumerate(found):
        if slot is not None:
            held.setdefault(runs[number // 3], set()).add((slot.host_id, slot.number))
    assert len(held) == 5
    assert all(len(places) == 1 for places in held.values()), "a run is in one place"
    assert len({place for places in held.values() for place in places}) == 5


async def test_a_silent_host_loses_its_runs_once(ann: Person) -> None:
    server, host, run = ann.server, await make_host(ann, "host"), ids.new_id()
    slot = await claim(ann, run)
    assert slot is not None
    async with server.platform.database.system() as scope:
        host_row = await scope.session.get(HostRow, host)
        assert host_row is not None
        assert await hosts.lose_lapsed(scope) == 0
        host_row.lease_until = scope.now()
    assert await claim(ann) is None, "nothing is sent to a host whose lease is over"
    database = server.platform.database
    async with database.system() as first, database.system() as second:
        assert [await hosts.lose_lapsed(first), await hosts.lose_lapsed(second)] == [1, 0]
    async with server.owner() as owner:
        facts = await owner.fetch("SELECT body FROM outbox WHERE event = $1", HOST_LOST)
    assert len(facts) <= 1, "or it has been carried already"
    async with ann.scope() as scope:
        assert await hosts.find_slot(scope, run) is None


async def test_others_get_no_slot(ann: Person) -> None:
    server, host = ann.server, await make_host(ann, "host")
    stranger = await (await register(server)).create_workspace()
    assert await claim(stranger) is None
    assert await claim(stranger, host_id=host) is None
    run = ids.new_id()
    assert await claim(ann, run) is not None
    async with stranger.scope() as scope:
        assert not await hosts.release_slot(scope, run_id=run)
        assert await hosts.find_slot(scope, run) is None
    colleague = await ann.invite(await register(server))
    assert await claim(colleague, host_id=host) is not None, "a host serves its whole workspace"
    viewer = await ann.invite(await register(server), Role.VIEWER)
    with pytest.raises(NotAllowedError):
        await claim(viewer)
