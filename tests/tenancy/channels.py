"""One of everything about channels."""

from openclaw.domains.channels import repository
from openclaw.domains.channels.models import ChannelChatRow, ChannelRow
from openclaw.kit import ids
from tests.support.accounts import Person


async def furnish_channels(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A channel whose chat leads to a conversation, with what came in and what is to go out."""
    conversation = await person.post("/conversations", {"title": secret})
    async with person.scope() as scope:
        row = ChannelRow(
            id=ids.new_id(),
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            kind="telegram",
            name=secret,
            state="connected",
            is_paused=True,
            tells="everything",
            settings={},
            account={"name": secret},
            account_key=f"telegram:{secret}",
            sender_id=secret,
            sender_name=secret,
            chat_id=secret,
            poll_offset=0,
            created_at=scope.now(),
            updated_at=scope.now(),
        )
        await repository.add(scope, row)
        owner = {"workspace_id": scope.workspace_id, "user_id": scope.user_id, "channel_id": row.id}
        chat = ChannelChatRow(
            **owner,
            chat_id=secret,
            conversation_id=ids.from_wire("conv", conversation["id"]),
            created_at=scope.now(),
        )
        await repository.add_chat(scope, chat)
        said = owner | {"chat_id": secret, "text": secret, "key": secret}
        await repository.add_update(scope, {**said, "id": ids.new_id(), "received_at": scope.now()})
        message = {**said, "id": ids.new_id(), "buttons": [], "state": "queued", "pieces_sent": 0}
        await repository.add_message(scope, message | {"created_at": scope.now()})
    found["channel_id"] = [ids.to_wire("chan", row.id)]
