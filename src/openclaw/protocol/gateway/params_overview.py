"""Parameters of the methods by which clients look at a gateway: its schedules, channels and skills."""

from typing import Annotated, Literal

from msgspec import Meta

from openclaw.protocol.gateway.params import (
    Id,
    Key,
    Label,
    Limit,
    Milliseconds,
    Params,
    SessionKey,
    SessionsListParams,
)


class CronListParams(Params):
    """Which scheduled jobs."""

    include_disabled: bool | None = None
    limit: Limit | None = None
    offset: Annotated[int, Meta(ge=0)] | None = None
    query: Label | None = None
    enabled: Literal["all", "enabled", "disabled"] | None = None
    schedule_kind: Literal["all", "at", "every", "cron", "on-exit", "stream"] | None = None
    last_run_status: Literal["all", "ok", "error", "skipped", "unknown"] | None = None
    trigger: Literal["all", "conditional", "unconditional"] | None = None
    sort_by: Literal["nextRunAtMs", "updatedAtMs", "name"] | None = None
    sort_dir: Literal["asc", "desc"] | None = None
    agent_id: Id | None = None
    compact: bool | None = None
    include_delivery_previews: bool | None = None


class ChannelsStatusParams(Params):
    """``probe`` asks channels for a fresh look; there are none."""

    probe: bool | None = None
    timeout_ms: Milliseconds | None = None
    channel: Label | None = None


class SkillsStatusParams(Params):
    """Whose skills."""

    agent_id: Id | None = None
    session_key: SessionKey | None = None


class SessionsResolveParams(Params):
    """A conversation by one of its names; ``allow_missing``: that there is none is an answer too."""

    key: SessionKey | None = None
    session_id: Id | None = None
    label: Label | None = None
    agent_id: Id | None = None
    spawned_by: Key | None = None
    include_global: bool | None = None
    include_unknown: bool | None = None
    allow_missing: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(name is not None for name in (self.key, self.session_id, self.label)) != 1:
            raise ValueError("exactly one of `key`, `sessionId` and `label` is needed")


class SessionsCompactParams(Params):
    """``max_lines`` is how much of a transcript to keep; nothing of ours is thrown away."""

    key: SessionKey
    agent_id: Id | None = None
    max_lines: Annotated[int, Meta(ge=1)] | None = None


class SessionsSubscribeParams(SessionsListParams):
    """The first page to answer with, if any."""
