"""Each house rule of tools/source_rules.py, once broken and once kept."""

import pytest

from tools.source_rules import RULES, check_source

SLICE = "src/openclaw/domains/devices"

BROKEN = [
    ("commit-in-db-only", f"{SLICE}/service.py", "async def f(scope):\n    await scope.session.commit()"),
    ("queries-in-repository-only", f"{SLICE}/service.py", "from sqlalchemy import select\nselect(1)"),
    ("queries-in-repository-only", f"{SLICE}/service/links.py", "import sqlalchemy as sa\nsa.update(T)"),
    (
        "queries-in-repository-only",
        "src/openclaw/apps/server/main.py",
        "from sqlalchemy.dialects.postgresql import insert as upsert\nupsert(T)",
    ),
    ("queries-in-repository-only", f"{SLICE}/api.py", "from sqlalchemy import text\ntext('SELECT 1')"),
    ("repository-takes-scope", f"{SLICE}/repository.py", "async def find_device(device_id): ..."),
    ("repository-takes-scope", f"{SLICE}/repository.py", "async def find_device(*, scope): ..."),
    ("repository-takes-scope", f"{SLICE}/repository/links.py", "def count_links(): ..."),
    (
        "writes-own-models-only",
        f"{SLICE}/repository.py",
        "from sqlalchemy import delete\nfrom openclaw.domains.identity.models import UserRow\ndelete(UserRow)",
    ),
    (
        "writes-own-models-only",
        f"{SLICE}/repository.py",
        "from openclaw.domains.identity import models\ndef f(scope):\n    scope.session.add(models.UserRow(id=1))",
    ),
    ("sql-is-literal", f"{SLICE}/repository.py", "from sqlalchemy import text\ntext(f'SELECT {x}')"),
    ("sql-is-literal", "src/openclaw/infra/db.py", "import sqlalchemy\nsqlalchemy.text('SELECT ' + x)"),
    ("sql-is-literal", "migrations/versions/0001.py", "import sqlalchemy as sa\nsa.text('{}'.format(x))"),
    ("sql-is-literal", "src/openclaw/infra/db.py", "connection.exec_driver_sql(f'SET ROLE {role}')"),
    ("tasks-by-spawn-only", "src/openclaw/infra/bus.py", "import asyncio\nasyncio.create_task(f())"),
    (
        "tasks-by-spawn-only",
        "src/openclaw/apps/bridge/main.py",
        "from asyncio import ensure_future as go\ngo(f())",
    ),
    (
        "tasks-by-spawn-only",
        "src/openclaw/apps/bridge/main.py",
        "import asyncio\nasyncio.get_running_loop().create_task(f())",
    ),
    ("environment-in-config-only", "src/openclaw/infra/logs.py", "import os\nx = os.environ['X']"),
    ("environment-in-config-only", "src/openclaw/apps/cli/main.py", "from os import getenv"),
    ("environment-in-config-only", "src/openclaw/apps/bridge/main.py", "import os\nos.getenv('X')"),
    ("bottom-is-standard-library", "src/openclaw/kit/ids.py", "import msgspec"),
    ("protocol-opens-nothing", "src/openclaw/protocol/tools.py", "from pathlib import Path"),
    ("protocol-opens-nothing", "src/openclaw/protocol/tools.py", "open('x')"),
    ("protocol-opens-nothing", "src/openclaw/protocol/tools.py", "import urllib.request"),
    ("tests-never-sleep", "tests/infra/test_bus.py", "import time\ntime.sleep(1)"),
    (
        "tests-never-sleep",
        "tests/support/wait.py",
        "from asyncio import sleep\nasync def f():\n    await sleep(0)",
    ),
    ("tests-never-mock-us", "tests/infra/test_bus.py", "from unittest.mock import AsyncMock"),
    (
        "tests-never-mock-us",
        "tests/infra/test_bus.py",
        "from openclaw.infra import bus\nmonkeypatch.setattr(bus, 'x', 1)",
    ),
    ("tests-never-mock-us", "tests/infra/test_bus.py", "monkeypatch.setattr('openclaw.infra.bus.x', 1)"),
]

KEPT = [
    ("src/openclaw/infra/db.py", "async def f(session):\n    await session.commit()"),
    ("src/openclaw/apps/bridge/journal.py", "connection.commit()"),
    (
        f"{SLICE}/repository.py",
        "from sqlalchemy import select\ndef f(scope):\n    return select(1)\ndef _g(): ...",
    ),
    (
        f"{SLICE}/repository/links.py",
        "from sqlalchemy import text\nasync def f(scope, key): text('SELECT 1')",
    ),
    (f"{SLICE}/models.py", "from sqlalchemy import text\ntext('revoked_at IS NULL')"),
    (f"{SLICE}/service.py", "import select\nselect.select([], [], [])"),
    ("src/openclaw/durable/queue.py", "from sqlalchemy import select\nselect(1)"),
    (
        f"{SLICE}/repository.py",
        "from sqlalchemy import update\nfrom openclaw.domains.devices.models import DeviceRow\nupdate(DeviceRow)",
    ),
    (f"{SLICE}/service.py", "seen = set()\nseen.add(1)"),
    ("src/openclaw/infra/db.py", "import sqlalchemy as sa\nsa.text('SELECT set_config(:k, :v, true)')"),
    ("src/openclaw/kit/tasks.py", "import asyncio\nasyncio.create_task(f())"),
    (
        "src/openclaw/infra/bus.py",
        "import asyncio\nasync def f():\n    async with asyncio.TaskGroup() as group:\n        group.create_task(g())",
    ),
    ("src/openclaw/infra/config.py", "import os\nos.environ['X']"),
    ("src/openclaw/apps/bridge/config.py", "from os import environ"),
    ("src/openclaw/kit/tasks.py", "import asyncio\nfrom openclaw.kit.clock import Clock"),
    ("src/openclaw/protocol/tools.py", "from pathlib import PurePosixPath, PureWindowsPath"),
    ("src/openclaw/protocol/tools.py", "from urllib.parse import urlsplit"),
    ("tests/kit/test_clock.py", "clock.sleep(1)\nmonkeypatch.setenv('X', '1')"),
]


@pytest.mark.parametrize(("rule", "path", "source"), BROKEN)
def test_breach_is_found(rule: str, path: str, source: str) -> None:
    assert {breach.rule for breach in check_source(path, source)} == {rule}


@pytest.mark.parametrize(("path", "source"), KEPT)
def test_what_is_allowed_is_not_found(path: str, source: str) -> None:
    assert check_source(path, source) == []


def test_a_file_that_does_not_parse_is_a_breach() -> None:
    assert [breach.rule for breach in check_source("src/openclaw/kit/ids.py", "def f(:")] == ["syntax"]


def test_every_rule_has_a_case() -> None:
    assert {rule.__name__.replace("_", "-") for rule in RULES} == {rule for rule, _, _ in BROKEN}
