"""One server for a module: each test brings its own people and workspaces."""

import pytest

from tests.support.server import Server


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared
