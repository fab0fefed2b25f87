"""`openclaw up` on a PostgreSQL that its operator brings: the packaged one, 15 or newer, and a plain owner."""

import pytest

from tests.chaos.remote import RemoteServer, page
from tests.support import processes
from tests.support.stock_postgres import find_programs, stock_postgres

PROGRAMS = find_programs()


@pytest.mark.e2e
@pytest.mark.skipif(PROGRAMS is None, reason="no packaged PostgreSQL on this machine (tools/setup_system.sh)")
async def test_a_stock_postgresql() -> None:
    """The tables are made, somebody signs up and is answered, and after a restart all of it is still there."""
    assert PROGRAMS is not None
    with stock_postgres(PROGRAMS) as url, processes.installation() as installation:
        standalone = installation.start("standalone", OPENCLAW_DATABASE_URL=url)
        remote = RemoteServer(installation)
        ann = await remote.sign_up("ann")
        conversation = (await ann.post("/conversations", {}))["id"]
        async with page(ann, installation.gateway_url()) as shown:
            params = {"sessionKey": conversation, "message": "hello", "idempotencyKey": "once"}
            run = (await shown.call("chat.send", params))["run"]
            await shown.event("chat", lambda payload: payload["run"] == run and payload["state"] == "final")
        assert not (installation.home / "postgres").exists(), "it has no database of its own"
        assert standalone.stop() == 0
        installation.start("standalone")
        kept = (await ann.get(f"/conversations/{conversation}/messages"))["items"]
        assert [message["role"] for message in kept] == ["user", "assistant"]
        await remote.close()
