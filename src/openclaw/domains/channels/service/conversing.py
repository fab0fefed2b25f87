"""What the bound person has sent becomes a command, an answer, or a turn in the conversation of its chat."""

from dataclasses import dataclass, replace
from uuid import UUID

from openclaw.domains.agents.errors import RunBusyError
from openclaw.domains.agents.schemas import Run, TextPart
from openclaw.domains.agents.service import runs
from openclaw.domains.channels import repository
from openclaw.domains.channels.events import MESSAGE_RECEIVED
from openclaw.domains.channels.models import ChannelChatRow, ChannelRow, ChannelUpdateRow
from openclaw.domains.channels.policy.commands import AnswerTo, Command, understand
from openclaw.domains.channels.policy.words import say
from openclaw.domains.channels.service import asking
from openclaw.domains.channels.service.receiving import LONGEST_TEXT
from openclaw.domains.channels.service.registry import Channels
from openclaw.domains.channels.service.sending import queue_message
from openclaw.domains.conversations.errors import ConversationNotFoundError
from openclaw.domains.conversations.schemas import CreateConversation
from openclaw.domains.conversations.service import catalog, messages
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.bus import publish
from openclaw.infra.outbox import record
from openclaw.infra.scope import Role, Scope
from openclaw.kit.errors import OpenClawError

_ENDED = frozenset({"completed", "failed", "aborted"})


@dataclass(frozen=True)
class Begun:
    """``run_id``: the agent's, that answers (None: it has to wait for what came before). ``starts``: it is new."""

    run_id: UUID | None
    starts: bool = False


def channel_topic(channel_id: UUID) -> str:
    """On the bus: something that came in by a channel is done with."""
    return f"channel:{channel_id.hex}"


async def begin(scope: Scope, channels: Channels, update_id: UUID) -> Begun | None:
    """Act on what came; None when that is all. Raises what `messages.send_message` does, and then nothing was done."""
    row, channel = await _open(scope, update_id)
    if row is None or channel is None or row.handled_at is not None:
        return None
    if row.run_id is not None:
        return Begun(row.run_id)
    user, role = await workspaces.get_acting(scope)
    if role in (None, Role.VIEWER) or not user.is_active:
        await _done(scope, row)  # they have left; nothing is said to anybody
        return None
    scope = replace(scope, actor=replace(scope.who, role=role, language=user.language))
    language = user.language
    wanted = asking.pressed(row.button["data"]) if row.button else understand(row.text)
    if isinstance(wanted, AnswerTo):
        said = await asking.answer(scope, channels, channel, wanted, language=language)
    elif isinstance(wanted, Command):
        said = await _obey(scope, row, wanted, language)
    elif not row.text.strip():
        said = say("only_text", language)
    elif len(row.text) > LONGEST_TEXT:
        said = say("too_long", language, limit=LONGEST_TEXT)
    else:
        return await _ask_agent(scope, channel, row)
    await reply(scope, channels, channel, row, said, key=f"reply:{row.id.hex}")
    await _done(scope, row)
    return None


async def conclude(scope: Scope, channels: Channels, update_id: UUID) -> bool:
    """Say what the agent's run has come to; False when it has not ended."""
    row, channel = await _open(scope, update_id)
    if row is None or channel is None or row.handled_at is not None or row.run_id is None:
        return True
    run = (await runs.view_runs(scope, [row.run_id])).get(row.run_id)
    if run is not None and run.state not in _ENDED:
        return False
    user, _ = await workspaces.get_acting(scope)
    await reply(scope, channels, channel, row, _outcome(run, user.language), key=f"answer:{row.id.hex}")
    await _done(scope, row)
    return True


async def say_that_it_goes_on(scope: Scope, channels: Channels, update_id: UUID) -> None:
    """Once, for whoever waits; not while it is them who are waited for."""
    row, channel = await _open(scope, update_id)
    if row is None or channel is None or row.handled_at is not None:
        return
    run = (await runs.view_runs(scope, [row.run_id])).get(row.run_id) if row.run_id else None
    if run is not None and run.state == "awaiting_approval":
        return
    user, _ = await workspaces.get_acting(scope)
    text = say("going_on", user.language)
    await reply(scope, channels, channel, row, text, key=f"going-on:{row.id.hex}")


async def fail(scope: Scope, channels: Channels, update_id: UUID, error: OpenClawError) -> None:
    """It cannot be done: say so, and be done with it."""
    row, channel = await _open(scope, update_id)
    if row is None or channel is None or row.handled_at is not None:
        return
    user, _ = await workspaces.get_acting(scope)
    text = say("failed", user.language, error=error.words(user.language))
    await reply(scope, channels, channel, row, text, key=f"reply:{row.id.hex}")
    await _done(scope, row)


async def reply(
    scope: Scope, channels: Channels, channel: ChannelRow, row: ChannelUpdateRow, text: str, *, key: str
) -> None:
    """Answer what came in, in its chat, as long as that is still the bound person's."""
    if channel.state != "connected" or channel.is_paused:
        return
    await queue_message(
        scope,
        channels,
        channel,
        chat_id=row.chat_id,
        text=text,
        key=key,
        reply_to=row.reply_to,
        callback=(row.button or {}).get("callback"),
    )


async def _open(scope: Scope, update_id: UUID) -> tuple[ChannelUpdateRow | None, ChannelRow | None]:
    """What came in, as it is once nobody else can bind the channel to another chat."""
    row = await repository.find_update(scope, update_id)
    channel = await repository.find(scope, row.channel_id, lock=True) if row else None
    return await repository.find_update(scope, update_id), channel


async def _obey(scope: Scope, row: ChannelUpdateRow, wanted: Command, language: str) -> str:
    if wanted.name == "new":
        await repository.forget_chat(scope, row.channel_id, row.chat_id)
    elif wanted.name == "stop":
        chat = await repository.find_chat(scope, row.channel_id, row.chat_id)
        run = await runs.find_open_run(scope, chat.conversation_id) if chat else None
        if run is None:
            return say("nothing_to_stop", language)
        await runs.abort_run(scope, run.id)
        return say("stopped", language)
    return say(wanted.name, language)


async def _ask_agent(scope: Scope, channel: ChannelRow, row: ChannelUpdateRow) -> Begun:
    chat = await repository.find_chat(scope, channel.id, row.chat_id)
    conversation_id = chat.conversation_id if chat else None
    if await repository.find_earlier(scope, row, conversation_id) is not None:
        return Begun(None)
    if conversation_id is not None:
        try:
            await catalog.access_conversation(scope, conversation_id)
        except ConversationNotFoundError:  # the person has deleted it
            await repository.forget_chat(scope, channel.id, row.chat_id)
            conversation_id = None
    if conversation_id is None:
        conversation_id = await _new_conversation(scope, channel, row.chat_id)
    try:
        accepted = await messages.send_message(
            scope, conversation_id, text=row.text, key=f"channel:{row.id.hex}"
        )
    except RunBusyError:  # something is said there in the console
        return Begun(None)
    row.conversation_id, row.run_id, row.text = conversation_id, accepted.run_id, ""
    body = {
        "userId": channel.user_id.hex,
        "workspaceId": channel.workspace_id.hex,
        "channelId": channel.id.hex,
        "kind": channel.kind,
        "name": channel.name,
        "text": accepted.message.parts[0].text if isinstance(accepted.message.parts[0], TextPart) else "",
        "conversationId": conversation_id.hex,
    }
    await record(scope, MESSAGE_RECEIVED, body)
    return Begun(accepted.run_id, starts=accepted.is_new)


async def _new_conversation(scope: Scope, channel: ChannelRow, chat_id: str) -> UUID:
    made = await catalog.create_conversation(scope, CreateConversation.model_validate({}))
    await repository.add_chat(
        scope,
        ChannelChatRow(
            channel_id=channel.id,
            chat_id=chat_id,
            workspace_id=channel.workspace_id,
            user_id=channel.user_id,
            conversation_id=made.id,
            created_at=scope.now(),
        ),
    )
    return made.id


def _outcome(run: Run | None, language: str) -> str:
    if run is None or run.state == "aborted":
        return say("aborted", language)
    said = "\n\n".join(part.text for part in run.parts if isinstance(part, TextPart) and part.text.strip())
    if run.state == "failed":
        failure = say("failed", language, error=run.error.title if run.error else "")
        return f"{said}\n\n{failure}" if said else failure
    return said or "…"


async def _done(scope: Scope, row: ChannelUpdateRow) -> None:
    """What was said is in its conversation, and what was wanted is done: no copy is kept."""
    row.handled_at, row.text = scope.now(), ""
    await scope.session.flush()
    await publish(scope, channel_topic(row.channel_id), {})
