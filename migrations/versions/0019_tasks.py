"""Budgets that runs are charged to; tasks, their runs and the log of each, which nobody can change."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0015"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
BIG = sa.BigInteger()
OWN = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
BUDGETS = ("money", "tokens", "calls", "time")


def upgrade() -> None:
    _budgets()
    for name in ("input_price_micros", "output_price_micros"):
        op.add_column("model_providers", sa.Column(name, BIG))
    op.add_column("runs", sa.Column("kind", sa.String(10), nullable=False, server_default="chat"))
    op.add_column("runs", sa.Column("budget_id", sa.UUID()))
    op.add_column("runs", sa.Column("approval_mode", sa.String(10), nullable=False, server_default="ask"))
    op.add_column("runs", sa.Column("paused_at", TIME))
    op.create_foreign_key(
        op.f("fk_runs_budget_id"), "runs", "budgets", ["budget_id"], ["id"], ondelete="SET NULL"
    )
    op.add_column("conversations", sa.Column("kind", sa.String(10), nullable=False, server_default="chat"))
    _protect("budgets", "SELECT, INSERT, UPDATE, DELETE")
    _protect("budget_charges", "SELECT, INSERT, UPDATE, DELETE")
    op.execute(_RESERVE)


def downgrade() -> None:
    op.execute("DROP FUNCTION reserve_budget")
    op.drop_column("conversations", "kind")
    for name in ("paused_at", "approval_mode", "budget_id", "kind"):
        op.drop_column("runs", name)
    for name in ("output_price_micros", "input_price_micros"):
        op.drop_column("model_providers", name)
    for table in ("budget_charges", "budgets"):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _to(table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{table}_{owner}_id"), ondelete="CASCADE"
    )


def _owned(table: str) -> tuple[Any, ...]:
    return (
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _to(table, "workspace"),
        _to(table, "user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _protect(table: str, rights: str) -> None:
    whole = f"(SELECT app_is_system()) OR ({OWN})"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
    op.execute(f"GRANT {rights} ON {table} TO {ROLE}")


def _budgets() -> None:
    parts: list[Any] = []
    for part in BUDGETS:
        unit = "_ms" if part == "time" else ""
        limit, used, held = (f"{part}_{what}{unit}" for what in ("limit", "used", "held"))
        parts += [sa.Column(limit, BIG), _required(used, BIG), _required(held, BIG)]
        parts.append(sa.CheckConstraint(f"{used} + {held} <= {limit}", name=op.f(f"ck_budgets_{part}")))
    op.create_table(
        "budgets",
        *_owned("budgets"),
        _required("name", sa.String(200)),
        *parts,
        _required("is_named", sa.Boolean()),
        _required("created_at", TIME),
    )
    op.create_index("ix_budgets_of_user", "budgets", ["user_id", "workspace_id", "created_at", "id"])
    op.create_table(
        "budget_charges",
        *_owned("budget_charges"),
        _required("budget_id", sa.UUID()),
        _required("run_id", sa.UUID()),
        _required("money", BIG),
        _required("tokens", BIG),
        _required("time_ms", BIG),
        sa.Column("reported_tokens", BIG),
        sa.Column("counted_tokens", BIG),
        _required("created_at", TIME),
        sa.Column("settled_at", TIME),
        _to("budget_charges", "budget"),
    )
    op.create_index("ix_budget_charges_budget_id", "budget_charges", ["budget_id"])
    op.create_index(
        "ix_budget_charges_held",
        "budget_charges",
        ["run_id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )


# One statement for whoever asks: the row is locked, so that of a hundred callers each sees what the one before took.
# "busy" is for what would be granted if the calls of others that are not over took nothing.
_RESERVE = """
CREATE FUNCTION reserve_budget(
    wanted uuid, charge uuid, of_run uuid, at timestamptz, input_tokens bigint,
    fewest bigint, most bigint, input_micros bigint, output_rate bigint, shortest_ms bigint, longest_ms bigint,
    OUT verdict text, OUT granted_tokens bigint, OUT granted_ms bigint
) LANGUAGE plpgsql AS $$
DECLARE
    b budgets%ROWTYPE;
    held bigint;
    round integer;
    money bigint;
BEGIN
    SELECT * INTO b FROM budgets WHERE id = wanted FOR UPDATE;
    IF NOT FOUND THEN
        verdict := 'gone';
        RETURN;
    END IF;
    IF b.money_limit IS NOT NULL AND output_rate IS NULL THEN
        verdict := 'price';
        RETURN;
    END IF;
    FOR round IN 0..1 LOOP
        held := 1 - round;
        granted_tokens := most;
        IF b.tokens_limit IS NOT NULL THEN
            granted_tokens := LEAST(
                granted_tokens, b.tokens_limit - b.tokens_used - held * b.tokens_held - input_tokens
            );
        END IF;
        verdict := CASE WHEN granted_tokens < fewest THEN 'tokens' END;
        IF b.money_limit IS NOT NULL AND verdict IS NULL THEN
            money := b.money_limit - b.money_used - held * b.money_held - input_micros;
            IF money < 0 THEN
                granted_tokens := -1;
            ELSIF output_rate > 0 THEN
                granted_tokens := LEAST(granted_tokens, floor(money::numeric * 1000000 / output_rate)::bigint);
            END IF;
            verdict := CASE WHEN granted_tokens < fewest THEN 'money' END;
        END IF;
        granted_ms := longest_ms;
        IF b.time_limit_ms IS NOT NULL AND verdict IS NULL THEN
            granted_ms := LEAST(granted_ms, b.time_limit_ms - b.time_used_ms - held * b.time_held_ms);
            verdict := CASE WHEN granted_ms < shortest_ms THEN 'time' END;
        END IF;
        IF b.calls_limit IS NOT NULL AND verdict IS NULL AND b.calls_used + held * b.calls_held >= b.calls_limit THEN
            verdict := 'calls';
        END IF;
        IF round = 1 AND verdict IS NULL THEN
            verdict := 'busy';
            RETURN;
        END IF;
        EXIT WHEN verdict IS NULL;
    END LOOP;
    IF verdict IS NOT NULL THEN
        RETURN;
    END IF;
    verdict := 'granted';
    money := COALESCE(input_micros, 0) + ceil(granted_tokens::numeric * COALESCE(output_rate, 0) / 1000000)::bigint;
    UPDATE budgets SET
        money_held = money_held + money, tokens_held = tokens_held + input_tokens + granted_tokens,
        calls_held = calls_held + 1, time_held_ms = time_held_ms + granted_ms
    WHERE id = wanted;
    INSERT INTO budget_charges (id, workspace_id, user_id, budget_id, run_id, money, tokens, time_ms, created_at)
    VALUES (
        charge, b.workspace_id, b.user_id, wanted, of_run, money, input_tokens + granted_tokens, granted_ms, at
    );
END $$
"""
