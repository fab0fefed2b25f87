"""Events of users are numbered and kept for a while; facts for a message broker wait in rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

ROLE = "openclaw_app"
PERSONAL_TABLES = ("user_event_heads", "user_events")


def upgrade() -> None:
    op.create_table(
        "user_event_heads",
        *_owner_columns(),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *_owners("user_event_heads"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_user_event_heads")),
    )
    op.create_table(
        "user_events",
        *_owner_columns(),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_owners("user_events"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", "seq", name=op.f("pk_user_events")),
    )
    op.create_index(op.f("ix_user_events_created_at"), "user_events", ["created_at"], unique=False)
    op.create_table(
        "bus_facts",
        sa.Column("id", sa.UUID(), primary_key=True, server_default=sa.text("gen_random_uuid()")),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("clock_timestamp()"),
        ),
    )
    system = "(SELECT app_is_system())"
    of_user = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
    for table in (*PERSONAL_TABLES, "bus_facts"):
        condition = f"{system} OR ({of_user})" if table in PERSONAL_TABLES else system
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({condition}) WITH CHECK ({condition})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    # Called last in a transaction. A head is locked until the commit, so that numbers follow the order of commits and
    # whoever sees one finds all before it; heads are locked in one order, so that nobody waits in a circle.
    # SECURITY DEFINER: any scope may tell anybody, but only read what it was told itself.
    op.execute(
        """
        CREATE FUNCTION publish_facts(facts jsonb, inline_limit integer, notifies boolean)
        RETURNS TABLE (id uuid, topic text, body jsonb)
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
        DECLARE
            member record;
            fact record;
            last bigint;
            heads jsonb := '{}';
            before text := coalesce(current_setting('app.is_system', true), '');
        BEGIN
            -- Not as a setting of the function: PostgreSQL 15 lets nobody but a superuser write that down.
            PERFORM set_config('app.is_system', 'on', true);
            FOR member IN
                SELECT f ->> 'w' AS w, f ->> 'u' AS u, count(*) AS n FROM jsonb_array_elements(facts) AS f
                WHERE f ? 'u' GROUP BY 1, 2 ORDER BY 1, 2
            LOOP
                INSERT INTO user_event_heads AS head (workspace_id, user_id, seq)
                VALUES (member.w::uuid, member.u::uuid, member.n)
                ON CONFLICT (workspace_id, user_id) DO UPDATE SET seq = head.seq + member.n
                RETURNING head.seq INTO last;
                heads := heads || jsonb_build_object(member.w || member.u, last - member.n);
            END LOOP;
            FOR fact IN
                SELECT f ->> 't' AS t, f -> 'b' AS b, f ->> 'w' AS w, f ->> 'u' AS u
                FROM jsonb_array_elements(facts) WITH ORDINALITY AS e(f, n) ORDER BY n
            LOOP
                topic := fact.t;
                body := fact.b;
                IF fact.u IS NOT NULL THEN
                    last := (heads ->> (fact.w || fact.u))::bigint + 1;
                    heads := heads || jsonb_build_object(fact.w || fact.u, last);
                    INSERT INTO user_events
                    VALUES (fact.w::uuid, fact.u::uuid, last, fact.b, clock_timestamp());
                    body := body || jsonb_build_object('cursor', last);
                END IF;
                IF notifies THEN
                    PERFORM publish_event(topic, body, inline_limit, NULL);
                ELSE
                    INSERT INTO bus_facts AS kept (topic, body) VALUES (publish_facts.topic, publish_facts.body)
                    RETURNING kept.id INTO id;
                    RETURN NEXT;
                END IF;
            END LOOP;
            PERFORM set_config('app.is_system', before, true);
        END $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION publish_facts")
    for table in ("bus_facts", *reversed(PERSONAL_TABLES)):
        op.drop_table(table)


def _owner_columns() -> tuple[sa.Column[object], ...]:
    return sa.Column("workspace_id", sa.UUID(), nullable=False), sa.Column(
        "user_id", sa.UUID(), nullable=False
    )


def _owners(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint(
            [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{table}_{owner}_id"), ondelete="CASCADE"
        )
        for owner in ("workspace", "user")
    )
