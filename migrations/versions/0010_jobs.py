"""Jobs: the queue's rows, a lane for each workspace, and the two statements that have to see all tenants at once."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
WORKSPACE = "workspace_id = (SELECT app_workspace())"
TABLES = {"jobs": f"{WORKSPACE} AND user_id = (SELECT app_user())", "job_lanes": WORKSPACE}


def upgrade() -> None:
    _jobs()
    _lanes()
    for table, condition in TABLES.items():
        whole = f"(SELECT app_is_system()) OR ({condition})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    # What is done leaves dead rows at the head of the queue: they go before anybody has to walk over them.
    op.execute(
        "ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02)"
    )
    op.execute(_ENTER)
    op.execute(_CLAIM)
    op.execute(_OPEN_RUNS)


def downgrade() -> None:
    op.execute("DROP FUNCTION claim_jobs")
    op.execute("DROP FUNCTION enter_job_lane")
    for table in reversed(TABLES):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _to(table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{table}_{owner}_id"), ondelete="CASCADE"
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("kind", sa.String(64)),
        _required("title", sa.String(200)),
        _required("payload", JSON),
        _required("state", sa.String(20)),
        _required("priority", sa.SmallInteger()),
        _required("due_at", TIME),
        _required("attempt", sa.Integer()),
        _required("max_attempts", sa.Integer()),
        _required("retry_seconds", sa.Integer()),
        sa.Column("timeout_seconds", sa.Integer()),
        sa.Column("idempotency_key", sa.String(200)),
        _required("epoch", sa.Integer()),
        sa.Column("executor_id", sa.String(100)),
        sa.Column("result", JSON),
        sa.Column("error", JSON),
        sa.Column("cancel_requested_at", TIME),
        _required("created_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        _to("jobs", "workspace"),
        _to("jobs", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_jobs_idempotency_key"),
    )
    for name, columns, where in (
        ("pending", ["workspace_id", sa.text("priority DESC"), "due_at", "id"], "state = 'pending'"),
        ("delayed", ["due_at"], "state = 'delayed'"),
        ("open", ["workspace_id", "state"], "state IN ('running', 'waiting', 'delayed')"),
        ("of_executor", ["executor_id"], "executor_id IS NOT NULL"),
        ("of_user", ["user_id", "workspace_id", "created_at", "id"], None),
        ("of_user_in_state", ["user_id", "workspace_id", "state", "created_at", "id"], None),
    ):
        op.create_index(
            f"ix_jobs_{name}", "jobs", columns, postgresql_where=sa.text(where) if where else None
        )


def _lanes() -> None:
    op.create_table(
        "job_lanes",
        _required("workspace_id", sa.UUID()),
        _required("served_at", TIME),
        _required("queued", sa.Integer()),
        _required("window_at", TIME),
        _required("started", sa.Integer()),
        _to("job_lanes", "workspace"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_job_lanes")),
    )


# Both see every member's jobs, which row-level security hides from the one who asks. Not as a setting of the function:
# PostgreSQL 15 lets nobody but a superuser write that down. Their plans are forced onto the indexes: one that was made
# while the table was small would read all of it when it is large.
_ENTER = """
CREATE FUNCTION enter_job_lane(
    lane uuid, adding integer, at_most integer,
    OUT working integer, OUT waiting integer, OUT has_pending boolean, OUT is_full boolean
) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    before text := coalesce(current_setting('app.is_system', true), '');
    total integer;
BEGIN
    PERFORM set_config('app.is_system', 'on', true);
    INSERT INTO job_lanes (workspace_id, served_at, queued, window_at, started)
    VALUES (lane, '-infinity', 0, '-infinity', 0) ON CONFLICT DO NOTHING;
    -- Nobody else enters the lane until this transaction ends. The count only grows here: it is too high, never too
    -- low, and made right when it seems to be full.
    UPDATE job_lanes SET queued = queued + adding WHERE workspace_id = lane RETURNING queued INTO total;
    is_full := total > at_most;
    IF is_full THEN
        SELECT adding + (SELECT count(*) FROM jobs WHERE workspace_id = lane AND state = 'pending')
            + (SELECT count(*) FROM jobs WHERE workspace_id = lane AND state = 'delayed') INTO total;
        UPDATE job_lanes SET queued = total WHERE workspace_id = lane;
        is_full := total > at_most;
    END IF;
    SELECT count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'waiting')
    INTO working, waiting FROM jobs WHERE workspace_id = lane AND state IN ('running', 'waiting');
    has_pending := EXISTS (SELECT FROM jobs WHERE workspace_id = lane AND state = 'pending');
    PERFORM set_config('app.is_system', before, true);
END $$
"""

_CLAIM = """
CREATE FUNCTION claim_jobs(
    executor text, kinds text[], at timestamptz, slots integer, spare integer,
    per_workspace integer, most_begun integer, per_minute integer,
    OUT claimed uuid[], OUT locked uuid, OUT has_more boolean, OUT next_at timestamptz
) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
DECLARE
    lane record;
    head record;
    taken uuid[];
    running integer;
    waiting integer;
    room integer;
    share integer;
    free integer;
    promoted integer;
    is_cut boolean;
BEGIN
    claimed := '{}';
    has_more := false;
    -- One claim at a time, so that none sees a lane as it was before another's. A process that freezes within one is
    -- cut off.
    PERFORM set_config('idle_in_transaction_session_timeout', '5s', true);
    PERFORM pg_advisory_xact_lock(7003);
    WITH due AS (
        SELECT id FROM jobs WHERE state = 'delayed' AND due_at <= at
        ORDER BY due_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs SET state = 'pending' FROM due WHERE jobs.id = due.id;
    GET DIAGNOSTICS promoted = ROW_COUNT;
    FOR round IN 1..2 LOOP
        is_cut := false;
        free := slots;
        FOR lane IN
            -- Workspaces that have work, each found by one step down the index, however much work they have.
            WITH RECURSIVE busy AS (
                (SELECT workspace_id FROM jobs WHERE state = 'pending' ORDER BY workspace_id LIMIT 1)
                UNION ALL
                SELECT (
                    SELECT j.workspace_id FROM jobs j
                    WHERE j.state = 'pending' AND j.workspace_id > b.workspace_id ORDER BY j.workspace_id LIMIT 1
                ) FROM busy b WHERE b.workspace_id IS NOT NULL
            )
            SELECT l.workspace_id, l.window_at, l.started, count(*) OVER () AS lanes
            FROM busy JOIN job_lanes l ON l.workspace_id = busy.workspace_id
            ORDER BY l.served_at, l.workspace_id
        LOOP
            IF slots <= 0 AND spare <= 0 THEN
                has_more := true;
                EXIT;
            END IF;
            PERFORM FROM job_lanes WHERE workspace_id = lane.workspace_id FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN
                locked := lane.workspace_id;
                CONTINUE;
            END IF;
            SELECT count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'waiting')
            INTO running, waiting
            FROM jobs WHERE workspace_id = lane.workspace_id AND state IN ('running', 'waiting');
            room := least(per_workspace - running, most_begun - running - waiting);
            IF per_minute IS NOT NULL THEN
                IF lane.window_at + interval '1 minute' <= at THEN
                    lane.window_at := at;
                    lane.started := 0;
                END IF;
                IF per_minute <= lane.started THEN
                    next_at := least(next_at, lane.window_at + interval '1 minute');
                END IF;
                room := least(room, per_minute - lane.started);
            END IF;
            IF room < 1 THEN
                CONTINUE;
            END IF;
            IF slots > 0 THEN
                share := CASE WHEN round = 1 THEN ceil(free::numeric / lane.lanes) ELSE slots END;
                is_cut := is_cut OR room > share;
                room := least(room, share, slots);
            ELSIF running = 0 THEN  -- whoever has nothing at work does not wait for others' to end
                room := 1;
            ELSE
                has_more := true;
                CONTINUE;
            END IF;
            taken := '{}';
            FOR head IN
                SELECT id FROM jobs
                WHERE workspace_id = lane.workspace_id AND state = 'pending' AND kind = ANY (kinds)
                ORDER BY priority DESC, due_at, id LIMIT room FOR UPDATE SKIP LOCKED
            LOOP
                taken := taken || head.id;
            END LOOP;
            IF taken = '{}' THEN
                CONTINUE;
            END IF;
            UPDATE jobs SET state = 'running', executor_id = executor, epoch = epoch + 1, attempt = attempt + 1,
                started_at = coalesce(started_at, at)
            WHERE id = ANY (taken);
            UPDATE job_lanes SET served_at = clock_timestamp(), window_at = lane.window_at,
                started = lane.started + cardinality(taken)
            WHERE workspace_id = lane.workspace_id;
            claimed := claimed || taken;
            IF slots > 0 THEN
                slots := slots - cardinality(taken);
            ELSE
                spare := spare - 1;
            END IF;
        END LOOP;
        EXIT WHEN slots <= 0 OR NOT is_cut;
    END LOOP;
    SELECT least(next_at, min(due_at)) INTO next_at FROM jobs WHERE state = 'delayed';
    IF promoted = 1000 THEN
        next_at := at;
    END IF;
END $$
"""

# Runs from before: each goes on as a job, whoever carried it.
_OPEN_RUNS = """
INSERT INTO jobs (id, workspace_id, user_id, kind, title, payload, state, priority, due_at, attempt, max_attempts,
    retry_seconds, epoch, created_at)
SELECT r.id, r.workspace_id, r.user_id, 'workflows.run', w.name,
    jsonb_build_object('runId', replace(r.id::text, '-', ''), 'workspaceId', replace(r.workspace_id::text, '-', ''),
        'userId', replace(r.user_id::text, '-', '')),
    'pending', 2, r.created_at, 0, 1, 0, 0, r.created_at
FROM workflow_runs r JOIN workflows w ON w.id = r.workflow_id WHERE r.finished_at IS NULL
"""
