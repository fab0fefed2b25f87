"""(e) The same ten requests with 10 and with 10,000 tenants in the database."""

import time

import asyncpg

from benchmarks.product import Product, product
from benchmarks.report import Row, milliseconds

ROUNDS, WARM_UP = 30, 5
_TENANTS = """
WITH new_users AS (
    INSERT INTO users (
        id, username, email, password_hash, display_name, role, language, theme, is_active, created_at, updated_at
    )
    SELECT gen_random_uuid(), 'tenant' || n, 'tenant' || n || '@example.com', '', 'Tenant ' || n, 'member', 'en',
        'system', true, now(), now()
    FROM generate_series($1::int, $2::int) n RETURNING id, display_name
), new_workspaces AS (
    INSERT INTO workspaces (id, name, kind, created_by_user_id, created_at, updated_at)
    SELECT gen_random_uuid(), display_name, 'personal', id, now(), now() FROM new_users RETURNING id, created_by_user_id
)
INSERT INTO memberships (workspace_id, user_id, role, joined_at)
SELECT id, created_by_user_id, 'owner', now() FROM new_workspaces
"""
_CONVERSATIONS = """
WITH chosen AS (
    SELECT w.id AS workspace_id, u.id AS user_id FROM workspaces w JOIN users u ON u.id = w.created_by_user_id
    WHERE u.username LIKE 'tenant%' ORDER BY u.username LIMIT 1000
), new_conversations AS (
    INSERT INTO conversations (id, workspace_id, user_id, title, is_main, summary_through_seq, created_at, updated_at)
    SELECT gen_random_uuid(), workspace_id, user_id, 'Conversation ' || n, false, 0, now(), now()
    FROM chosen, generate_series(1, 100) n RETURNING id, workspace_id, user_id
)
INSERT INTO messages (id, workspace_id, user_id, conversation_id, seq, role, text, created_at)
SELECT gen_random_uuid(), workspace_id, user_id, id, s, CASE s % 2 WHEN 1 THEN 'user' ELSE 'assistant' END,
    'Some words about the harvest, number ' || s, now()
FROM new_conversations, generate_series(1, 2) s
"""


async def measure() -> list[Row]:
    """The same account in a small and in a large installation, by turns, so that both see the same machine."""
    async with product() as small, product() as large:
        few, many = await _account(small), await _account(large)
        await _fill(small, 1, 10, conversations=False)
        await _fill(large, 1, 10_000, conversations=True)
        times: list[tuple[float, float]] = []
        for round_ in range(ROUNDS + WARM_UP):
            one, other = await _ten_requests(small, few), await _ten_requests(large, many)
            if round_ >= WARM_UP:
                times.append((one, other))
    there, here = milliseconds([pair[1] for pair in times]), milliseconds([pair[0] for pair in times])
    ratio = there / here
    return [
        Row(
            "growth: ten requests, 10 → 10,000 tenants",
            f"{there:.1f} ms",
            f"{here:.1f} ms",
            f"{ratio:.2f}×",
            "≤ 1.2×",
            ratio <= 1.2,
        )
    ]


async def _account(subject: Product) -> str:
    """An account with twenty conversations; the first one's id."""
    await subject.sign_up()
    own = [await subject.call("POST", "/conversations", {"title": f"Mine {n}"}) for n in range(20)]
    return str(own[0]["id"])


async def _fill(subject: Product, first: int, last: int, *, conversations: bool) -> None:
    connection = await asyncpg.connect(f"postgresql://postgres@/postgres?host={subject.home / 'postgres'}")
    try:
        await connection.fetch(_TENANTS, first, last)
        if conversations:
            await connection.execute(_CONVERSATIONS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _ten_requests(subject: Product, conversation: str) -> float:
    requests = [
        ("GET", "/users/me", None),
        ("GET", "/conversations", None),
        ("GET", "/conversations?q=Mine", None),
        ("GET", f"/conversations/{conversation}", None),
        ("GET", f"/conversations/{conversation}/messages", None),
        ("PATCH", f"/conversations/{conversation}", {"title": "Renamed"}),
        ("GET", "/devices", None),
        ("GET", "/approvals?state=pending", None),
        ("GET", "/audit", None),
        ("GET", "/workspaces", None),
    ]
    started = time.perf_counter()
    for method, path, body in requests:
        await subject.call(method, path, body)
    return time.perf_counter() - started
