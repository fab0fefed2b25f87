"""Parameters of the methods of release 4 that make conversations, work in them and follow them."""

from typing import Annotated, Any, Literal

from msgspec import Meta

from openclaw.protocol.gateway.params import (
    MAX_MESSAGE,
    ChatHistoryParams,
    Id,
    Key,
    Label,
    Milliseconds,
    Params,
    SessionKey,
)


class SessionsCreateParams(Params):
    """A conversation, and what is said in it first (``task`` is another word for ``message``).

    ``key`` names one that is there; a new one is given its key here. ``fork``: with everything that was said in the
    parent. ``succeeds_parent`` and ``emit_command_hooks`` are about hooks, of which there are none.
    """

    unsupported = (
        "category",
        "model",
        "permission_mode",
        "tool_overrides",
        "incognito",
        "visibility",
        "catalog_id",
        "spawn_depth",
        "attachments",
        "project_id",
        "project_git_url",
        "worktree",
        "worktree_base_ref",
        "worktree_name",
        "exec_node",
        "cwd",
    )

    key: SessionKey | None = None
    idempotency_key: Key | None = None
    agent_id: Id | None = None
    label: Annotated[str, Meta(min_length=1, max_length=512)] | None = None
    display_name: Annotated[str, Meta(min_length=1, max_length=500)] | None = None
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)] | None = None
    task: Annotated[str, Meta(max_length=MAX_MESSAGE)] | None = None
    parent_session_key: SessionKey | None = None
    fork: bool | None = None
    fork_from: Literal["last-completed"] | None = None
    emit_command_hooks: bool | None = None
    succeeds_parent: bool | None = None
    thinking_level: Label | None = None
    fast_mode: bool | Literal["auto"] | None = None
    context_window: Label | None = None
    category: Label | None = None
    model: Label | None = None
    permission_mode: Label | None = None
    tool_overrides: dict[str, Any] | None = None
    incognito: bool | None = None
    visibility: Label | None = None
    catalog_id: Id | None = None
    spawn_depth: int | None = None
    attachments: list[Any] | None = None
    project_id: Id | None = None
    project_git_url: Annotated[str, Meta(max_length=2048)] | None = None
    worktree: bool | None = None
    worktree_base_ref: Label | None = None
    worktree_name: Label | None = None
    exec_node: Label | None = None
    cwd: Annotated[str, Meta(max_length=4096)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.message is not None and self.task is not None:
            raise ValueError("only one of `message` and `task` can be given")
        if self.fork and (self.parent_session_key is None or self.key is not None):
            raise ValueError("`fork` needs `parentSessionKey`, and makes a conversation with a new `key`")
        if self.fork_from is not None and not self.fork:
            raise ValueError("`forkFrom` needs `fork`")

    @property
    def text(self) -> str | None:
        """What is said first, if anything."""
        said = self.message or self.task or ""
        return said if said.strip() else None


class SessionsSendParams(Params):
    """Words for a conversation; without an ``idempotency_key`` each call is another message."""

    unsupported = ("attachments",)

    key: SessionKey
    message: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE)]
    idempotency_key: Key | None = None
    agent_id: Id | None = None
    thinking: Annotated[str, Meta(max_length=64)] | None = None
    attachments: list[Any] | None = None
    timeout_ms: Milliseconds | None = None


class SessionsAbortParams(Params):
    """Stop what runs in a conversation, or a run by its name. Nothing queues up here that could be cleared."""

    key: SessionKey | None = None
    run_id: Key | None = None
    agent_id: Id | None = None
    clear_queued: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.key is None and self.run_id is None:
            raise ValueError("`key` or `runId` is needed")


class SessionsDescribeParams(Params):
    """One conversation, as ``sessions.list`` has it. Its title is the derived one until it is given another."""

    key: SessionKey
    include_derived_titles: bool | None = None
    include_last_message: bool | None = None


class SessionsFollowParams(Params):
    """Whose messages to be told word for word.

    ``include_approvals`` adds nothing: whoever may answer them is told of all by ``exec.approval.requested``.
    """

    key: SessionKey
    agent_id: Id | None = None
    include_approvals: bool | None = None


class SessionsUnfollowParams(Params):
    """Whose messages to be told no more."""

    key: SessionKey
    agent_id: Id | None = None


class ChatInjectParams(Params):
    """A note on the assistant's side that no run has made; ``label`` is set before it in brackets."""

    session_key: SessionKey
    message: Annotated[str, Meta(min_length=1, max_length=MAX_MESSAGE)]
    agent_id: Id | None = None
    label: Annotated[str, Meta(max_length=100)] | None = None


class ChatStartupParams(ChatHistoryParams, kw_only=True):
    """What a chat page begins with: as `ChatHistoryParams`, in about ``max_bytes`` of messages at most."""

    max_bytes: Annotated[int, Meta(ge=1)] | None = None


class ChatMetadataParams(Params):
    """What there is to choose from in a chat, for a conversation or in general."""

    agent_id: Id | None = None
    session_key: SessionKey | None = None
