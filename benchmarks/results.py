"""(m) The results centre with 100,000 results: pages, searches and filters, beside the same rows by bare SQL."""

import time

import asyncpg

from benchmarks.product import Product, product
from benchmarks.report import Row, percentile

RESULTS, ROUNDS, WARM_UP = 100_000, 40, 5
_RESULTS = """
INSERT INTO artifacts (
    id, workspace_id, created_by_user_id, last_updated_by_user_id, visibility, sync_mode, kind, title, summary, status,
    tags, rating, version, media_type, bytes, file_count, excerpt, provenance, created_at, updated_at
)
SELECT gen_random_uuid(), w.id, w.created_by_user_id, w.created_by_user_id, 'private', 'full',
    (ARRAY['site', 'markdown', 'table', 'image'])[1 + n % 4], 'Report ' || n, 'What was found in week ' || n % 52,
    (ARRAY['draft', 'approved', 'published', 'complete', 'archived'])[1 + n % 5], '["weekly"]', n % 6, 1,
    'text/markdown', 1000, 1, repeat('Some words. ', 20),
    jsonb_build_object('systemId', 'sys_' || n % 100, 'runId', 'run_' || n), now() - n * interval '1 minute',
    now() - n * interval '1 minute'
FROM generate_series(1, $1::int) n, workspaces w
"""
_TERMS = """
INSERT INTO artifact_terms (workspace_id, term, artifact_id)
SELECT DISTINCT workspace_id, term, id FROM artifacts, LATERAL unnest(
    regexp_split_to_array(lower(title || ' ' || summary), ' ')
    || ARRAY['#weekly', 'systemId=' || (provenance->>'systemId'), 'runId=' || (provenance->>'runId')]
) term
"""
_ROWS = (
    "SELECT * FROM artifacts WHERE workspace_id = $1 AND status <> 'archived'{}"
    " ORDER BY updated_at DESC, id DESC LIMIT 51"
)
_OF = " AND id IN (SELECT artifact_id FROM artifact_terms WHERE workspace_id = $1 AND term = '{}')"
# What is asked for, and the plainest query that has the same answer.
_ASKED = {
    "newest": ("", ""),
    "finished": ("finished=true", " AND status IN ('approved', 'ready_to_publish', 'published', 'complete')"),
    "best": ("sort=best", " ORDER BY rating DESC, updated_at DESC, id DESC LIMIT 51 --"),
    "kind": ("kind=site&status=published", " AND kind = 'site' AND status = 'published'"),
    "system": ("system=sys_7", _OF.format("systemId=sys_7")),
    "common word": ("q=report", _OF.format("report")),
    "rare word": ("q=99999", _OF.format("99999")),
    "no such word": ("q=nothing", _OF.format("nothing")),
}


async def measure() -> list[Row]:
    """Each question by turns through the API and by SQL, so that both see the same machine."""
    async with product() as subject:
        await subject.sign_up()
        connection = await asyncpg.connect(
            f"postgresql://postgres@/postgres?host={subject.home / 'postgres'}"
        )
        try:
            await connection.execute(_RESULTS.replace("$1::int", str(RESULTS)))
            await connection.execute(_TERMS)
            await connection.execute("VACUUM ANALYZE artifacts, artifact_terms")
            workspace = await connection.fetchval("SELECT id FROM workspaces")
            return [await _compare(subject, connection, workspace, name) for name in _ASKED]
        finally:
            await connection.close()


async def _compare(subject: Product, connection: asyncpg.Connection, workspace: object, name: str) -> Row:
    query, condition = _ASKED[name]
    ours: list[float] = []
    bare: list[float] = []
    for round_ in range(ROUNDS + WARM_UP):
        started = time.perf_counter()
        await subject.call("GET", f"/artifacts?limit=50&{query}")
        between = time.perf_counter()
        await connection.fetch(_ROWS.format(condition), workspace)
        if round_ >= WARM_UP:
            ours.append(between - started)
            bare.append(time.perf_counter() - between)
    here, floor = percentile(ours, 0.95) * 1000, percentile(bare, 0.95) * 1000
    return Row(
        f"results: 100,000, {name}, p95",
        f"{here:.1f} ms",
        f"{floor:.1f} ms",
        f"{here / floor:.1f}×",
        "≤ 50 ms",
        here <= 50,
    )
