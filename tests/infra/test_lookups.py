"""Lookups: one statement of one tenant, as strictly kept apart as in a transaction."""

from collections.abc import AsyncIterator

import pytest

from openclaw.infra.lookups import Lookups
from openclaw.infra.scope import Actor
from openclaw.kit.errors import UnavailableError
from tests.support.accounts import Person, register
from tests.support.devices import link
from tests.support.server import Server

NAMES = "SELECT string_agg(name, ',') FROM devices"


@pytest.fixture
async def lookups(server: Server) -> AsyncIterator[Lookups]:
    lookups = Lookups(server.platform.database.url)
    yield lookups
    lookups.close()


async def actor_of(person: Person) -> Actor:
    async with person.scope() as scope:
        return scope.who


async def test_each_sees_their_own_and_nobody_writes(server: Server, lookups: Lookups) -> None:
    ann, bob = await register(server, "ann"), await register(server, "bob")
    await link(ann, "anns")
    await link(bob, "bobs")
    actors = {"anns": await actor_of(ann), "bobs": await actor_of(bob)}
    for name in ("anns", "bobs", "bobs", "anns"):
        assert await lookups.of(actors[name]).value(NAMES) == name
    with pytest.raises(UnavailableError):
        await lookups.of(actors["anns"]).value("UPDATE devices SET name = 'x' RETURNING name")
    with pytest.raises(UnavailableError):
        await lookups.of(actors["anns"]).value("SELECT 1 / 0")
    assert await lookups.of(actors["bobs"]).value(NAMES) == "bobs", "after an error too"


async def test_a_connection_that_died_is_not_noticed(server: Server, lookups: Lookups) -> None:
    ann = await register(server, "ann")
    await link(ann, "anns")
    actor = await actor_of(ann)
    async with server.owner() as owner:
        for _ in range(20):  # whether the end of the connection or only its farewell has come is chance
            assert await lookups.of(actor).value(NAMES) == "anns"
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'openclaw lookups' AND datname = current_database()"
            )
