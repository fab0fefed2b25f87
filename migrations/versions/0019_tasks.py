"""Budgets that runs are charged to; tasks, their runs and the log of each, which nobody can change."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"

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
    _tasks()
    _task_runs()
    _task_run_events()
    _protect("tasks", "SELECT, INSERT, UPDATE, DELETE")
    _protect("task_runs", "SELECT, INSERT, UPDATE, DELETE")
    _protect("task_run_events", "SELECT, INSERT")
    for statement in (_STATES, _STATES_TRIGGER, _LOG, *_LOG_TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for table in ("task_run_events", "task_runs", "tasks"):
        op.drop_table(table)
    for function in ("check_task_run_state", "check_task_run_event", "reserve_budget"):
        op.execute(f"DROP FUNCTION {function}")
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


def _tasks() -> None:
    op.create_table(
        "tasks",
        *_owned("tasks"),
        _required("title", sa.String(200)),
        _required("text", sa.Text()),
        _required("target", JSON),
        _required("approval_mode", sa.String(10)),
        sa.Column("budget", JSON),
        sa.Column("budget_id", sa.UUID()),
        sa.Column("time_limit_seconds", sa.Integer()),
        _required("when_lost", sa.String(10)),
        _required("version", sa.Integer()),
        sa.Column("idempotency_key", sa.String(200)),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        sa.Column("archived_at", TIME),
        sa.UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_tasks_idempotency_key"),
    )
    op.create_index("ix_tasks_of_user", "tasks", ["user_id", "workspace_id", "created_at", "id"])


def _task_runs() -> None:
    op.create_table(
        "task_runs",
        *_owned("task_runs"),
        _required("task_id", sa.UUID()),
        _required("title", sa.String(200)),
        _required("text", sa.Text()),
        _required("reason", sa.String(10)),
        sa.Column("origin_run_id", sa.UUID()),
        _required("attempt", sa.Integer()),
        _required("state", sa.String(20)),
        _required("target", JSON),
        sa.Column("device_id", sa.UUID()),
        _required("approval_mode", sa.String(10)),
        sa.Column("budget_id", sa.UUID()),
        sa.Column("time_limit_seconds", sa.Integer()),
        _required("when_lost", sa.String(10)),
        sa.Column("conversation_id", sa.UUID()),
        sa.Column("agent_run_id", sa.UUID()),
        _required("seen_position", sa.Integer()),
        _required("seen_open", JSON),
        _required("epoch", sa.Integer()),
        _required("event_seq", sa.Integer()),
        _required("event_hash", sa.LargeBinary()),
        sa.Column("moving_to", JSON),
        sa.Column("slot_epoch", sa.Integer()),
        sa.Column("lost_epoch", sa.Integer()),
        sa.Column("paused_at", TIME),
        sa.Column("cancel_requested_at", TIME),
        sa.Column("error", JSON),
        sa.Column("idempotency_key", sa.String(200)),
        _required("created_at", TIME),
        sa.Column("dispatched_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        _to("task_runs", "task"),
        sa.UniqueConstraint(
            "user_id", "workspace_id", "idempotency_key", name="uq_task_runs_idempotency_key"
        ),
    )
    order = ["created_at", "id"]
    op.create_index("ix_task_runs_of_user", "task_runs", ["user_id", "workspace_id", *order])
    op.create_index("ix_task_runs_of_task", "task_runs", ["task_id", *order])
    op.create_index(op.f("ix_task_runs_conversation_id"), "task_runs", ["conversation_id"])
    is_open = sa.text("finished_at IS NULL")
    op.create_index("ix_task_runs_open", "task_runs", ["workspace_id"], postgresql_where=is_open)


def _task_run_events() -> None:
    op.create_table(
        "task_run_events",
        _required("run_id", sa.UUID()),
        _required("seq", sa.Integer()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("event", sa.Text()),
        _required("previous_hash", sa.LargeBinary()),
        _required("hash", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["run_id"], ["task_runs.id"], name=op.f("fk_task_run_events_run_id"), ondelete="CASCADE"
        ),
        _to("task_run_events", "workspace"),
        _to("task_run_events", "user"),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_task_run_events")),
        sa.CheckConstraint(
            "hash = sha256(previous_hash || convert_to(event, 'UTF8'))", name=op.f("ck_task_run_events_hash")
        ),
    )


# The table of `openclaw.domains.tasks.policy`, as it is when this is written; a test compares every pair. After the
# row, so that whose it is is judged first.
_STATES = """
CREATE FUNCTION check_task_run_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed text[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'queued' THEN
            RAISE EXCEPTION 'a run begins queued, not %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    allowed := CASE OLD.state
        WHEN 'queued' THEN ARRAY['dispatched', 'failed', 'cancelled', 'timed_out']
        WHEN 'dispatched' THEN ARRAY['running', 'failed', 'cancelled', 'timed_out', 'lost']
        WHEN 'running' THEN ARRAY[
            'waiting_approval', 'waiting_device', 'succeeded', 'failed', 'cancelled', 'timed_out', 'lost'
        ]
        WHEN 'waiting_approval' THEN ARRAY['running', 'failed', 'cancelled', 'timed_out', 'lost']
        WHEN 'waiting_device' THEN ARRAY['running', 'failed', 'cancelled', 'timed_out', 'lost']
        ELSE ARRAY[]::text[]
    END;
    IF NEW.state <> OLD.state AND NOT NEW.state = ANY(allowed) THEN
        RAISE EXCEPTION 'a run cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_STATES_TRIGGER = """
CREATE TRIGGER task_run_state AFTER INSERT OR UPDATE OF state ON task_runs
FOR EACH ROW EXECUTE FUNCTION check_task_run_state()
"""
# A log only grows, by what follows on its end; it goes with its run and not otherwise.
_LOG = """
CREATE FUNCTION check_task_run_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM task_runs WHERE id = OLD.run_id) THEN
        RETURN OLD;
    ELSIF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'the log of a run cannot be changed' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.event::json ->> 'seq')::integer <> NEW.seq OR NOT (
        CASE WHEN NEW.seq = 1 THEN NEW.previous_hash = sha256('')
        ELSE EXISTS (
            SELECT FROM task_run_events e
            WHERE e.run_id = NEW.run_id AND e.seq = NEW.seq - 1 AND e.hash = NEW.previous_hash
        ) END
    ) THEN
        RAISE EXCEPTION 'entry % does not follow on the log', NEW.seq USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""
_LOG_TRIGGERS = (
    """
    CREATE TRIGGER task_run_event_follows AFTER INSERT ON task_run_events
    FOR EACH ROW EXECUTE FUNCTION check_task_run_event()
    """,
    """
    CREATE TRIGGER task_run_event_stays BEFORE UPDATE OR DELETE ON task_run_events
    FOR EACH ROW EXECUTE FUNCTION check_task_run_event()
    """,
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
