"""The methods of release 4 around conversations: parameters that the published schemas know, answers that clients read.

Of most of these answers the package defines nothing but the row of a conversation, so the fields of the others are
those that were recorded of release 2026.9.6.
"""

from typing import Any

import pytest

from openclaw.protocol.gateway import params_sessions as ps
from openclaw.protocol.gateway.params import Params
from tests.domains.agents.chatting import chatting
from tests.support.accounts import register
from tests.support.gateway_client import SCOPES, operator
from tests.support.gateway_schema import fields_of, problem_with
from tests.support.node_hosts import command_line, gateway_token
from tests.support.server import Server

pytestmark = pytest.mark.usefixtures("published_schemas")

PARAMS: dict[str, type[Params]] = {
    "SessionsCreateParams": ps.SessionsCreateParams,
    "SessionsSendParams": ps.SessionsSendParams,
    "SessionsAbortParams": ps.SessionsAbortParams,
    "SessionsDescribeParams": ps.SessionsDescribeParams,
    "SessionsMessagesSubscribeParams": ps.SessionsFollowParams,
    "SessionsMessagesUnsubscribeParams": ps.SessionsUnfollowParams,
    "ChatInjectParams": ps.ChatInjectParams,
    "ChatMetadataParams": ps.ChatMetadataParams,
}
# What the Control UI was recorded to send, and to read of the answers.
STARTUP = {"sessionKey": "agent:main:main", "limit": 80, "maxBytes": 262_144}
READ_AT_STARTUP = {"sessionKey", "sessionId", "messages", "hasMore", "defaults", "sessionInfo", "metadata"}
MESSAGE = {"sessionKey", "agentId", "message", "messageId"}


@pytest.mark.parametrize("definition", PARAMS)
def test_each_field_is_one_of_the_protocol_and_none_is_left_out(definition: str) -> None:
    assert set(PARAMS[definition].__struct_encode_fields__) == fields_of(definition)


async def test_each_answer_is_one_that_released_clients_read(server: Server) -> None:
    """By a command line with a gateway token and by a page; each frame is looked at by the client besides."""
    ann = await register(server, "ann")
    token = (await gateway_token(ann, *SCOPES))["token"]
    async with command_line(ann, token, scopes=SCOPES) as cli, operator(ann, caps=[]) as page:

        async def call(method: str, definition: str, params: dict[str, Any]) -> Any:
            assert problem_with(definition, params) is None
            return await cli.call(method, params)

        create = {"label": "Plans", "message": "hello", "agentId": "main", "idempotencyKey": "k"}
        made = await call("sessions.create", "SessionsCreateParams", create)
        assert problem_with("SessionsCreateResult", made) is None
        key = {"key": made["key"]}
        follow = key | {"includeApprovals": True}
        assert await page.call("sessions.messages.subscribe", follow) == {"subscribed": True, **key}
        await page.event("chat", lambda p: p["state"] == "final")
        sent = await call("sessions.send", "SessionsSendParams", key | {"message": "more"})
        assert {"runId", "status"} <= set(sent)
        told = await page.event("session.message", lambda p: p["message"]["role"] == "assistant")
        assert set(told) >= MESSAGE
        await page.event("chat", lambda p: p["state"] == "final" and p["runId"] == sent["runId"])
        stopped = await call("sessions.abort", "SessionsAbortParams", {"runId": sent["runId"]})
        assert stopped == {"ok": True, "abortedRunId": None, "status": "no-active-run"}
        described = await call("sessions.describe", "SessionsDescribeParams", key)
        assert problem_with("SessionRow", described["session"]) is None
        note = {"sessionKey": made["key"], "message": "Seen.", "label": "Rita"}
        injected = await call("chat.inject", "ChatInjectParams", note)
        assert set(injected) == {"ok", "messageId"}
        # The event of a note is a `chat` event that the schemas know, to a client that knows no field of ours.
        await page.event("chat", lambda p: p["runId"].startswith("inject-"))
        await call("sessions.messages.unsubscribe", "SessionsMessagesUnsubscribeParams", key)
        assert page.problem is cli.problem is None


async def test_a_chat_page_finds_at_startup_what_it_reads(server: Server) -> None:
    ann = await register(server, "ann")
    async with operator(ann, caps=[]) as page, chatting(ann) as chat:
        await chat.say("hello")
        await chat.ended()
        found = await page.call("chat.startup", STARTUP | {"sessionKey": f"agent:main:{chat.id}"})
        assert set(found) >= READ_AT_STARTUP
        assert problem_with("SessionRow", found["sessionInfo"]) is None
        assert found["sessionInfo"]["key"] == found["sessionKey"] == f"agent:main:{chat.id}"
        empty = await page.call("chat.startup", STARTUP)
        assert (empty["messages"], empty["sessionInfo"]["label"]) == ([], "Main")
        models = await page.call("chat.metadata", {"agentId": "main", "sessionKey": "agent:main:main"})
        assert problem_with("ModelsListResult", {"models": models["models"]}) is None
        (agent,) = (await page.call("agents.list"))["agents"]
        assert agent["model"]["primary"].count("/") == 1
