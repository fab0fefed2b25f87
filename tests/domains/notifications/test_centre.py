"""The centre: what somebody is told is a row of theirs, in their language, until they have done with it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from openclaw.domains.notifications.service.notices import Action, Notice, notify, settle
from openclaw.kit import ids
from openclaw.kit.errors import UnavailableError
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
ERROR = UnavailableError(part="database").to_wire()


async def tell(person: Person, kind: str = "workflow.failed", **more: Any) -> None:
    fields = {"data": {"title": "Reports", "error": ERROR}, "link": "/chat/conv_1"} | more
    async with person.scope() as scope:
        await notify(scope, person.user_id, Notice(kind, **fields))


async def test_what_was_told_is_listed_in_the_readers_language(server: Server) -> None:
    ann = await register(server)
    with server.watching(ann.topic) as watch:
        await tell(ann)
        assert (await watch.event("notifications.changed"))["reason"] == "told"
    (item,) = (await ann.get("/notifications"))["items"]
    assert (item["title"], item["link"], item["sticky"]) == (
        "Workflow failed: Reports",
        "/chat/conv_1",
        False,
    )
    assert item["body"] == "database is not available right now. Try again in a moment."
    (item,) = (await ann.get("/notifications", headers={"Accept-Language": "zh-CN"}))["items"]
    assert (item["title"], item["body"]) == ("工作流失败：Reports", "database 暂时不可用，请稍后重试。")
    assert await ann.get("/notifications/count") == {
        "unread": 1, "unseen": 1, "sticky": 0, "failedDeliveries": 0,
    }  # fmt: skip


async def test_seen_read_unread_and_put_away(server: Server) -> None:
    ann = await register(server)
    await tell(ann)
    (item,) = (await ann.get("/notifications"))["items"]
    path = f"/notifications/{item['id']}"
    assert (await ann.patch(path, {"state": "seen"}))["seenAt"]
    assert (await ann.get("/notifications/count"))["unseen"] == 0
    assert (await ann.patch(path, {"state": "read"}))["readAt"]
    assert (await ann.get("/notifications?unread=true"))["items"] == []
    assert (await ann.patch(path, {"state": "unread"}))["readAt"] is None
    assert len((await ann.get("/notifications?unread=true"))["items"]) == 1
    await ann.patch(path, {"state": "dismissed"})
    assert (await ann.get("/notifications"))["items"] == []
    assert (await ann.get("/notifications/count"))["unread"] == 0


async def test_a_sticky_one_stays_until_it_was_seen(server: Server) -> None:
    ann = await register(server)
    await tell(ann, is_sticky=True)
    await tell(ann)
    assert (await ann.get("/notifications/count"))["sticky"] == 1
    assert await ann.post("/notifications/mark-all", {"state": "dismissed"}) == {"count": 1}
    (item,) = (await ann.get("/notifications"))["items"]
    path = f"/notifications/{item['id']}"
    assert refused(await ann.api.patch(path, json={"state": "dismissed"})) == (409, "notifications.sticky")
    await ann.patch(path, {"state": "seen"})
    await ann.patch(path, {"state": "dismissed"})
    assert (await ann.get("/notifications"))["items"] == []


async def test_marking_all_leaves_what_came_meanwhile(server: Server) -> None:
    ann = await register(server)
    await tell(ann)
    until = (await ann.get("/notifications"))["items"][0]["createdAt"]
    server.manual.advance(timedelta(seconds=1))
    await tell(ann)
    assert await ann.post("/notifications/mark-all", {"state": "read", "until": until}) == {"count": 1}
    assert await ann.post("/notifications/mark-all", {"state": "seen"}) == {"count": 1}
    assert (await ann.get("/notifications/count"))["unread"] == 1


async def test_pages(server: Server) -> None:
    ann = await register(server)
    for number in range(5):
        await tell(ann, data={"title": str(number)})
    found, cursor = [], ""
    while cursor is not None:
        page = await ann.get(f"/notifications?limit=2{'&cursor=' + cursor if cursor else ''}")
        found += [item["title"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert found == [f"Workflow failed: {number}" for number in (4, 3, 2, 1, 0)]
    assert refused(await ann.api.get("/notifications?cursor=abc"))[0] == 422


async def test_what_one_has_done_oneself_is_read(server: Server) -> None:
    ann = await register(server)
    await tell(ann, "approval.asked", subject="approval:2", data={"tool": "fs.write"})
    async with ann.scope() as scope:
        await settle(scope, "approval:2", by=scope.user_id)
    count = await ann.get("/notifications/count")
    assert (count["unread"], count["unseen"]) == (0, 0)


async def test_actions_end_when_it_is_settled(server: Server) -> None:
    ann = await register(server)
    allow = Action("allow", "/approvals/appr_1/decision", {"decision": "allow_once"})
    await tell(ann, "approval.asked", actions=(allow,), subject="approval:1", data={"tool": "fs.write"})
    (item,) = (await ann.get("/notifications"))["items"]
    assert item["actions"] == [
        {"name": "allow", "label": "Allow", "path": allow.path, "body": {"decision": "allow_once"}}
    ]
    await server.settle()
    async with ann.scope() as scope:
        await settle(scope, "approval:1")
    detail = await ann.get(f"/notifications/{item['id']}")
    assert (detail["notification"]["actions"], bool(detail["notification"]["settledAt"])) == ([], True)
    assert (await ann.get("/notifications/count"))["unread"] == 1  # it ended by itself, and she does not know
    assert {each["state"] for each in detail["deliveries"]} <= {"cancelled"}


async def test_the_same_again_tells_nothing_again(server: Server) -> None:
    ann = await register(server)
    one = ids.new_id()
    for _ in range(2):
        async with ann.scope() as scope:
            await notify(scope, ann.user_id, Notice("run.failed", {}), notification_id=one)
    assert len((await ann.get("/notifications"))["items"]) == 1


async def test_somebody_else_is_told_by_a_system_transaction(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    bo = await ann.invite(await register(server))
    async with ann.scope() as scope:
        await notify(scope, bo.user_id, Notice("plugin.notice", {"title": "Lunch"}))
    await server.settle()
    (item,) = (await bo.get("/notifications"))["items"]
    assert item["title"] == "Lunch"
    assert (await ann.get("/notifications"))["items"] == []


async def test_others_see_and_change_nothing(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    bo = await ann.invite(await register(server), "owner")
    await tell(ann)
    (item,) = (await ann.get("/notifications"))["items"]
    path = f"/notifications/{item['id']}"
    attempts: list[Callable[[], Awaitable[Any]]] = [
        lambda: bo.api.get(path),
        lambda: bo.api.patch(path, json={"state": "read"}),
        lambda: bo.api.patch(path, json={"state": "dismissed"}),
    ]
    for attempt in attempts:
        assert refused(await attempt()) == (404, "notifications.not_found")
    assert await bo.post("/notifications/mark-all", {"state": "read"}) == {"count": 0}
    assert (await ann.get("/notifications/count"))["unread"] == 1


async def test_a_changed_password_is_told_and_stays(server: Server) -> None:
    ann = await register(server)
    await ann.post("/auth/password", {"currentPassword": ann.password, "newPassword": "another good one 9"})
    await server.settle()
    (item,) = (await ann.get("/notifications"))["items"]
    assert (item["kind"], item["sticky"]) == ("security.password_changed", True)
