"""Telegram from the token to an answered question: as its person, as a stranger, and with the provider failing."""

from datetime import timedelta

import pytest
import pytest_asyncio

from tests.domains.channels.talking import paired, telegram_channel, until_state
from tests.support.accounts import Person, register
from tests.support.devices import link, online
from tests.support.scripted_telegram import ScriptedTelegram, written
from tests.support.server import Server, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRITES = {"fs.write": lambda p: {"path": p["path"], "bytes": 3, "created": True, "diff": ""}}
CREATE = "create notes.txt with three lines in ~/docs"


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def test_from_the_token_to_an_answer(ann: Person, telegram: ScriptedTelegram) -> None:
    bot = telegram.bot()
    made = await telegram_channel(ann, bot)
    assert (made["account"]["name"], made["sender"], made["hookPath"]) == (f"@bot{bot.id}", None, None)
    assert made["secrets"] == ["botToken"]
    assert bot.token not in str(await ann.get("/channels"))
    code = (await ann.post(f"/channels/{made['id']}/pairing"))["code"]
    bot.says(f"/start {code.lower()}")
    await bot.until_sent("now connected")
    made = await ann.get(f"/channels/{made['id']}")
    assert (made["state"], made["sender"]) == ("connected", "Ann Lee")
    bot.says("hello")
    assert "I am not a language model" in (await bot.until_sent("Demo model"))["text"]
    bot.says("hello again")
    await bot.until_sent("Demo model", times=2)
    [conversation] = (await ann.get("/conversations"))["items"]
    assert conversation["title"] == "hello"
    bot.says("/new")
    await bot.until_sent("A new conversation")
    bot.says("something else")
    await bot.until_sent("Demo model", times=3)
    assert [c["title"] for c in (await ann.get("/conversations"))["items"]] == ["something else", "hello"]
    actions = {entry["action"] for entry in (await ann.get("/audit"))["items"]}
    assert {"channels.created", "channels.pairing_begun", "channels.bound"} <= actions


async def test_a_question_is_answered_by_its_button_and_only_once(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    bot = telegram.bot()
    await paired(ann, bot)
    async with online(await link(ann), WRITES) as machine:
        bot.says(CREATE)
        asked = await bot.until_sent("asks to use fs.write")
        allow, deny = asked["reply_markup"]["inline_keyboard"][0]
        assert (allow["text"], deny["text"]) == ("Allow", "Deny")
        bot.presses(allow["callback_data"], sender=43, chat=42)
        bot.presses(allow["callback_data"])
        await bot.until_sent("Allowed.")
        await bot.until_sent("Demo model", times=1)
        bot.presses(deny["callback_data"])
        await bot.until_sent("allowed")
        assert [call.command for call in machine.seen] == ["fs.write"]
        [approval] = (await ann.get("/approvals"))["items"]
        assert approval["decision"] == "allow_once"
    entries = (await ann.get("/audit"))["items"]
    [answered] = [entry for entry in entries if entry["action"] == "channels.answered"]
    assert answered["detail"]["kind"] == "telegram"


async def test_a_risky_question_is_for_the_console(ann: Person, telegram: ScriptedTelegram) -> None:
    bot = telegram.bot()
    await paired(ann, bot)
    async with online(await link(ann), {}):
        bot.says("run rm -r /home/ann/old")
        asked = await bot.until_sent("This one takes a closer look")
        [deny] = asked["reply_markup"]["inline_keyboard"][0]
        code = deny["callback_data"].partition(":")[2]
        assert "http://127.0.0.1:3000/approvals/appr_" in asked["text"]
        bot.says(f"approve {code}")
        assert "/approvals/appr_" in (await bot.until_sent("This one is risky"))["text"]
        bot.says(f"deny {code.lower()}")
        await bot.until_sent("Denied.")
    assert (await ann.get("/approvals"))["items"][0]["state"] == "denied"


async def test_nobody_else_reaches_the_assistant(ann: Person, telegram: ScriptedTelegram) -> None:
    """A stranger is told so once an hour; the bound person in a chat that others read, not at all."""
    bot = telegram.bot()
    await paired(ann, bot)
    bob = await register(ann.server)
    other = telegram.bot()
    await paired(bob, other, sender=77)
    for text in ("hello", "approve ABCDEF", "/new", "/stop"):
        bot.says(text, sender=77)
    bot.says("hello", sender=42, chat=-900, kind="group")
    bot.says("hello", sender=78, chat=42, kind="group")
    bot.says("/help")
    await bot.until_sent("Write what you would like done", times=2)
    await bot.until_sent("private assistant", chat=77)
    assert [m["text"] for m in bot.sent if m["chat_id"] in ("77", "-900", "78")].count(
        "This is a private assistant. It answers only the person who has set it up."
    ) == 1
    assert len([m for m in bot.sent if m["chat_id"] != "42"]) == 1
    assert (await ann.get("/conversations"))["items"] == []
    assert (await bob.get("/conversations"))["items"] == []
    async with ann.server.owner() as owner:
        kept = await owner.fetch(
            "SELECT key FROM channel_updates u JOIN channels c ON c.id = u.channel_id"
            " WHERE c.account_key = $1",
            f"telegram:{bot.id}",
        )
    assert len(kept) == 1


async def test_a_code_pairs_once_for_ten_minutes_and_one_channel(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    bot, other = telegram.bot(), telegram.bot()
    made, second = await telegram_channel(ann, bot), await telegram_channel(ann, other)
    code = (await ann.post(f"/channels/{made['id']}/pairing"))["code"]
    other.says(code)
    bot.says("AAAAA-AAAAA", sender=50)
    await bot.until_sent("send the code", chat=50)
    await other.until_read()
    ann.server.manual.advance(timedelta(minutes=10, seconds=1))
    bot.says(code)
    await bot.until_read()
    again = (await ann.post(f"/channels/{made['id']}/pairing"))["code"]
    assert again != code
    bot.says(code, sender=51)
    bot.says(again)
    await bot.until_sent("now connected")
    bot.says(again, sender=52)
    await bot.until_sent("private assistant", chat=52)
    assert (await ann.get(f"/channels/{made['id']}"))["state"] == "connected"
    assert (await ann.get(f"/channels/{second['id']}"))["state"] == "pairing"
    # Paired anew, the one before is a stranger.
    await ann.post(f"/channels/{made['id']}/pairing")
    bot.says("hello")
    await bot.until_read()
    assert (await ann.get("/conversations"))["items"] == []


async def test_what_came_is_kept_once_and_long_answers_go_in_pieces(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    bot = telegram.bot()
    made = await paired(ann, bot)
    number = bot.says("/help")
    bot.add({"message": written("/help")}, number=number)
    bot.says("/stop")
    await bot.until_sent("Nothing is being worked on")
    await bot.until_sent("Questions are answered")
    bot.says("x" * 20_001)
    await bot.until_sent("too long")
    bot.add({"message": written("") | {"text": None, "photo": []}})
    await bot.until_sent("Only text")
    assert len([m for m in bot.sent if "Questions are answered" in m["text"]]) == 1
    assert made["state"] == "connected"


async def test_a_revoked_token_is_said_and_a_taken_bot_refused(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    bot = telegram.bot()
    made = await paired(ann, bot)
    bob = await register(ann.server)
    taken = await bob.post(
        "/channels", {"kind": "telegram", "name": "x", "settings": {"botToken": bot.token}}
    )
    taken = await until_state(bob, taken["id"], "failed")
    assert taken["error"]["code"] == "channels.taken"
    wrong = await ann.post(
        "/channels", {"kind": "telegram", "name": "x", "settings": {"botToken": "123:" + "w" * 30}}
    )
    wrong = await until_state(ann, wrong["id"], "failed")
    assert (wrong["error"]["code"], "Unauthorized" in wrong["error"]["title"]) == (
        "channels.provider_refused",
        True,
    )
    del telegram.bots[bot.token]
    bot.says("hello")
    failed = await until_state(ann, made["id"], "failed")
    assert bot.token not in str(failed)
    telegram.bots[bot.token] = bot
    await ann.post(f"/channels/{made['id']}/check")
    assert (await until_state(ann, made["id"], "connected"))["sender"] == "Ann Lee"


async def test_only_one_process_polls_and_a_paused_channel_is_left_alone(
    ann: Person, telegram: ScriptedTelegram, shared: Server
) -> None:
    bot = telegram.bot()
    made = await paired(ann, bot)
    async with running_server(shared.owner_url, shared.platform.config.home, telegram_url=telegram.url):
        bot.says("/help")
        await bot.until_sent("Write what you would like done. /new")
        assert bot.most_polls == 1
    await ann.post(f"/channels/{made['id']}/pause")
    await bot.until_left()
    bot.says("/stop")
    assert (await ann.api.post(f"/channels/{made['id']}/test")).json()["code"] == "channels.not_ready"
    await ann.post(f"/channels/{made['id']}/resume")
    await bot.until_sent("Nothing is being worked on")
    await ann.delete(f"/channels/{made['id']}")
    await bot.until_left()
    assert (await ann.api.get(f"/channels/{made['id']}")).status_code == 404


async def test_long_work_says_so_and_what_is_said_meanwhile_waits(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    """Also what `/new` has left behind asks in its chat."""
    bot = telegram.bot()
    await paired(ann, bot)
    machine = await link(ann)
    with ann.server.watching(ann.topic) as watch:
        bot.says("system info")
        await watch.until(lambda b: b["payload"].get("data", {}).get("state") == "waiting_for_device")
    bot.says("hello")
    await bot.until_read()
    ann.server.manual.advance(timedelta(seconds=61))
    await bot.until_sent("Still at it")
    assert not [m for m in bot.sent if "Demo model" in m["text"]]
    async with online(machine, WRITES | {"system.info": lambda _: {"hostname": "laptop"}}):
        await bot.until_sent("Demo model", times=2)
        bot.says(CREATE)
        bot.says("/new")
        await bot.until_sent("asks to use fs.write")
    assert len([m for m in bot.sent if "Still at it" in m["text"]]) == 1


async def test_a_provider_that_fails_is_tried_again_and_one_that_refuses_is_said(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    bot = telegram.bot()
    made = await paired(ann, bot)
    telegram.failures.append((502, "<html>"))
    await ann.post(f"/channels/{made['id']}/test")
    await telegram.until_failed()
    while (await ann.get("/jobs"))["items"][0]["state"] != "delayed":
        await ann.server.platform.database.ping()
    ann.server.manual.advance(timedelta(seconds=12))
    await bot.until_sent("a test from OpenClaw")
    telegram.failures.append((403, {"ok": False, "description": "bot was blocked by the user"}))
    await ann.post(f"/channels/{made['id']}/test")
    with ann.server.watching(ann.topic) as watch:
        while (shown := await ann.get(f"/channels/{made['id']}"))["error"] is None:
            await watch.event("channel.changed")
            watch.messages.clear()
    assert "blocked by the user" in shown["error"]["title"]
    assert shown["state"] == "connected"


async def test_who_leaves_a_workspace_is_not_answered_in_it(ann: Person, telegram: ScriptedTelegram) -> None:
    bot = telegram.bot()
    team = await ann.create_workspace()
    bob = await team.invite(await register(ann.server))
    made = await paired(bob, bot)
    assert (await team.api.get(f"/channels/{made['id']}")).json()["code"] == "channels.not_found"
    await team.delete(f"/workspaces/{team.workspace['id']}/members/{bob.id}")
    await ann.server.settle()
    await bot.until_left()
    async with ann.server.owner() as owner:
        assert (
            await owner.fetchval("SELECT count(*) FROM channels WHERE account_key = $1", f"telegram:{bot.id}")
            == 0
        )


async def test_work_that_is_done_a_second_time_says_nothing_a_second_time(
    ann: Person, telegram: ScriptedTelegram
) -> None:
    """A process that dies after the work and before the end of its job leaves it to the next one."""
    bot = telegram.bot()
    await paired(ann, bot)
    bot.says("hello")
    await bot.until_sent("Demo model")
    sent = len(bot.sent)
    async with ann.server.owner() as owner:
        unfinished = "SELECT count(*) FROM jobs WHERE user_id = $1 AND finished_at IS NULL"
        while await owner.fetchval(unfinished, ann.user_id):
            await ann.server.platform.database.ping()
        again = "UPDATE jobs SET state = 'pending', finished_at = NULL, attempt = 0 WHERE user_id = $1"
        await owner.execute(again, ann.user_id)
        ann.server.manual.advance(timedelta(seconds=6))
        bot.says("/help")
        await bot.until_sent("Questions are answered")
        while await owner.fetchval(unfinished, ann.user_id):
            ann.server.manual.advance(timedelta(seconds=1))
    assert len(bot.sent) == sent + 1
    assert len((await ann.get("/conversations"))["items"]) == 1
