"""One server and one of each provider for a file: each test has people and bots of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.scripted_feishu import ScriptedFeishu
from tests.support.scripted_qq import ScriptedQq
from tests.support.scripted_telegram import ScriptedTelegram
from tests.support.server import Server, running_server
from tests.support.smtp import ScriptedSmtp


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram() -> AsyncIterator[ScriptedTelegram]:
    async with ScriptedTelegram() as telegram:
        yield telegram


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def feishu() -> AsyncIterator[ScriptedFeishu]:
    async with ScriptedFeishu() as feishu:
        yield feishu


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def qq() -> AsyncIterator[ScriptedQq]:
    async with ScriptedQq() as qq:
        yield qq


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def smtp() -> AsyncIterator[ScriptedSmtp]:
    async with ScriptedSmtp() as smtp:
        yield smtp


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    cluster: Cluster,
    tmp_path_factory: pytest.TempPathFactory,
    telegram: ScriptedTelegram,
    feishu: ScriptedFeishu,
    qq: ScriptedQq,
    smtp: ScriptedSmtp,
) -> AsyncIterator[Server]:
    settings = {
        "telegram_url": telegram.url,
        "feishu_url": feishu.url,
        "qq_url": qq.url,
        "qq_token_url": f"{qq.url}/app/getAppAccessToken",
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp.port,
        "smtp_tls": "none",
        "smtp_user": "openclaw",
        "smtp_password": "a password",
        "mail_from": "openclaw@example.com",
    }
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home"), **settings) as server:
            yield server
