"""Channels of people in tests: made, brought to a state, paired."""

from typing import Any

from tests.support.accounts import Person
from tests.support.scripted_telegram import Bot


async def until_state(person: Person, channel_id: str, *states: str) -> dict[str, Any]:
    """The channel, once it is in one of those states."""
    with person.server.watching(person.topic) as watch:
        while (channel := await person.get(f"/channels/{channel_id}"))["state"] not in states:
            await watch.event("channel.changed", channelId=channel_id)
            watch.messages.clear()
    return channel


async def telegram_channel(person: Person, bot: Bot, **more: Any) -> dict[str, Any]:
    """A channel of that bot that waits for its code."""
    body = {"kind": "telegram", "name": "Phone", "settings": {"botToken": bot.token}} | more
    made = await person.post("/channels", body)
    return await until_state(person, made["id"], "pairing")


async def paired(person: Person, bot: Bot, *, sender: int = 42, **more: Any) -> dict[str, Any]:
    """A channel of that bot with its person bound."""
    made = await telegram_channel(person, bot, **more)
    code = (await person.post(f"/channels/{made['id']}/pairing"))["code"]
    bot.says(code, sender=sender)
    await bot.until_sent("now connected", chat=sender)
    return await person.get(f"/channels/{made['id']}")
