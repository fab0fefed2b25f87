"""A database with tenants and processes for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.durable.queues import Office


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    office = Office(database_url)
    yield office
    await office.database.close()
