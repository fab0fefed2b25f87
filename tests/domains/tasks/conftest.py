"""Somebody who launches tasks."""

import pytest

from tests.support.accounts import Person, register
from tests.support.server import Server


@pytest.fixture
async def ann(server: Server) -> Person:
    return await register(server, "ann")
