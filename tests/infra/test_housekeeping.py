"""What has had its time is forgotten, and nothing else."""

from datetime import timedelta
from pathlib import Path

from openclaw.apps.process.parts import CHORES
from tests.support.accounts import register
from tests.support.server import Server, do_chores


async def test_deleted_conversations_go_for_good_after_a_month_with_their_runs(
    server: Server, tmp_path: Path
) -> None:
    ann = await register(server)
    kept = await ann.post("/conversations", {"title": "kept"})
    gone = await ann.post("/conversations", {"title": "gone"})
    for conversation in (kept, gone):
        with server.watching(ann.topic) as watch:
            sent = await ann.post(f"/conversations/{conversation['id']}/messages", {"text": "hello"})
            await watch.event("chat", state="final")
        async with ann.scope() as scope:
            await server.platform.blobs.put(scope, f"runs/{sent['runId'][4:]}/result.json", b"{}")
    await ann.delete(f"/conversations/{gone['id']}")
    server.manual.advance(timedelta(days=29))
    await do_chores(server, CHORES)
    assert await _counts(server) == (2, 4, 2)
    assert len(list(tmp_path.rglob("result.json"))) == 2
    server.manual.advance(timedelta(days=2))
    await do_chores(server, CHORES)
    assert await _counts(server) == (1, 2, 1)
    await server.settle()
    assert len(list(tmp_path.rglob("result.json"))) == 1


async def _counts(server: Server) -> tuple[object, ...]:
    async with server.owner() as owner:
        tables = ("conversations", "messages", "runs")
        return tuple([await owner.fetchval(f"SELECT count(*) FROM {table}") for table in tables])
