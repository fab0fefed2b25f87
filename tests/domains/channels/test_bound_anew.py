"""A channel that is bound anew: to another chat, another bot or another address; and what must not stand in its way."""

from datetime import timedelta

import pytest
import pytest_asyncio

from tests.domains.channels.talking import paired, until_state
from tests.support.accounts import Person, register
from tests.support.devices import link, online
from tests.support.scripted_telegram import Bot, ScriptedTelegram, written
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


def sent_to(bot: Bot, chat: int) -> list[str]:
    return [message["text"] for message in bot.sent if message["chat_id"] == str(chat)]


async def test_who_was_bound_before_is_told_nothing_any_more(ann: Person, telegram: ScriptedTelegram) -> None:
    """Neither what they have asked, nor what waits to be sent."""
    bot = telegram.bot()
    made = await paired(ann, bot)
    machine = await link(ann)
    with ann.server.watching(ann.topic) as watch:
        bot.says("system info")
        await watch.until(lambda b: b["payload"].get("data", {}).get("state") == "waiting_for_device")
    telegram.failures.append((502, "<html>"))
    await ann.post(f"/channels/{made['id']}/test")
    await telegram.until_failed()
    while (await ann.get("/jobs"))["items"][0]["state"] != "delayed":
        await ann.server.platform.database.ping()
    code = (await ann.post(f"/channels/{made['id']}/pairing"))["code"]
    bot.says(code, sender=50)
    await bot.until_sent("now connected", chat=50)
    before = len(bot.sent)
    ann.server.manual.advance(timedelta(seconds=12))
    async with (
        online(machine, {"system.info": lambda _: {"hostname": "laptop"}}),
        ann.server.owner() as owner,
    ):
        unfinished = "SELECT count(*) FROM jobs WHERE user_id = $1 AND finished_at IS NULL"
        while await owner.fetchval(unfinished, ann.user_id):
            await ann.server.platform.database.ping()
    assert len(bot.sent) == before, sent_to(bot, 42)
    bot.says("/help", sender=50)
    await bot.until_sent("Questions are answered", chat=50)


async def test_another_bot_is_paired_anew_also_after_a_wrong_token(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    """Else it would be read from where the bot before was: nothing that is said to it would ever be seen."""
    bot, other = telegram.bot(), telegram.bot()
    made = await paired(ann, bot)
    saved = {"name": "x", "tells": "nothing"}
    await ann.put(f"/channels/{made['id']}", saved | {"settings": {"botToken": "123:" + "w" * 30}})
    await until_state(ann, made["id"], "failed")
    await ann.put(f"/channels/{made['id']}", saved | {"settings": {"botToken": other.token}})
    shown = await until_state(ann, made["id"], "pairing", "connected")
    assert (shown["state"], shown["sender"]) == ("pairing", None)
    code = (await ann.post(f"/channels/{made['id']}/pairing"))["code"]
    other.add({"message": written(code)}, number=3)
    await other.until_sent("now connected")


async def test_a_change_of_the_name_does_not_lose_the_check(ann: Person, telegram: ScriptedTelegram) -> None:
    bot = telegram.bot()
    body = {"kind": "telegram", "name": "x", "settings": {"botToken": bot.token}}
    telegram.failures.append((502, "<html>"))
    made = await ann.post("/channels", body)
    await telegram.until_failed()
    await ann.put(f"/channels/{made['id']}", {"name": "Phone", "tells": "nothing"})
    assert (await until_state(ann, made["id"], "pairing"))["name"] == "Phone"


async def test_nothing_that_anybody_sends_keeps_the_rest_from_being_read(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    """The longest messages there are, many at once; and a button that was never offered."""
    bot = telegram.bot()
    made = await paired(ann, bot)
    await ann.post(f"/channels/{made['id']}/pause")
    await bot.until_left()
    longest = written("\u6f22" * 4_096, sender=77)
    for _ in range(50):
        bot.add({"message": longest | {"reply_to_message": longest}})
    bot.presses("allow:\0")
    bot.says("/help")
    await ann.post(f"/channels/{made['id']}/resume")
    await bot.until_sent("Questions are answered")
    assert (await ann.get(f"/channels/{made['id']}"))["state"] == "connected"


async def test_a_job_that_is_cancelled_holds_nobody_up(ann: Person, telegram: ScriptedTelegram) -> None:
    bot = telegram.bot()
    await paired(ann, bot)
    await link(ann)
    with ann.server.watching(ann.topic) as watch:
        bot.says("system info")
        asked = await watch.until(lambda b: b["payload"].get("data", {}).get("state") == "waiting_for_device")
    [job] = [job for job in (await ann.get("/jobs"))["items"] if job["kind"] == "channels.handle"]
    await ann.post(f"/jobs/{job['id']}/cancel")
    await ann.post(f"/runs/{asked['payload']['run']}/abort")
    while (await ann.get(f"/runs/{asked['payload']['run']}"))["state"] != "aborted" or (
        await ann.get(f"/jobs/{job['id']}")
    )["state"] != "cancelled":
        await ann.server.platform.database.ping()  # nobody is told of it
    bot.says("hello")
    await bot.until_sent("Demo model")
