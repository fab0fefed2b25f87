"""One server for all of these, with a mail server of its own: each test brings its own people."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.server import Server, running_server
from tests.support.smtp import ScriptedSmtp


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def smtp() -> AsyncIterator[ScriptedSmtp]:
    async with ScriptedSmtp() as smtp:
        yield smtp


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, smtp: ScriptedSmtp
) -> AsyncIterator[Server]:
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp.port,
        "smtp_tls": "none",
        "smtp_user": "openclaw",
        "smtp_password": "a password",
        "mail_from": "openclaw@example.com",
        "mail_per_hour": 4,
        "plugin_internal_hosts": ("localhost",),
    }
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home"), **settings) as server:
            yield server
