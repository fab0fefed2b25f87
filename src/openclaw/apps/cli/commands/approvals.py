"""`openclaw approvals`: list, show, allow, deny."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command, new_group
from openclaw.apps.cli.words import say

approvals_app = new_group("approvals")
_LISTED = 100
_NEEDS_CONFIRMATION = "agents.confirmation_needed"
ApprovalId = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_approval"))]


@command(approvals_app, "list", "approvals_list")
def list_approvals(
    everything: Annotated[bool, typer.Option("--all", help=say("option_all_states"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """What waits for an answer."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.calls import approval_row
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/approvals", state=None if everything else "pending", limit=_LISTED)
    if as_json:
        tell_json(found)
    elif found["items"]:
        for approval in found["items"]:
            tell(*approval_row(approval, terminal_width()))
    else:
        tell(say("no_approvals"))


@command(approvals_app, "show", "approvals_show")
def show_approval(approval: ApprovalId, server: Server = None, as_json: AsJson = False) -> None:
    """All of one approval."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.calls import approval_lines, covered
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_approval
    from openclaw.apps.cli.times import local_time
    from openclaw.kit.layout import wrap

    with connect(server) as api:
        found = find_approval(api, approval)
    if as_json:
        tell_json(found)
        return
    tell(*approval_lines(found, terminal_width(), in_full=True), "")
    tell(f"{found['id']} · {say('state_' + found['state'])}")
    if found["state"] == "pending":
        tell(f"{say('approval_until')} {local_time(found['expiresAt'])}")
        if found["coverage"]:
            tell(*wrap(say("would_cover", covered=covered(found)), terminal_width()))


@command(approvals_app, "allow", "approvals_allow")
def allow(
    approval: ApprovalId,
    always: Annotated[bool, typer.Option("--always", help=say("option_always"))] = False,
    conversation: Annotated[bool, typer.Option("--conversation", help=say("option_in_conversation"))] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help=say("option_confirm"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Allow it."""
    from openclaw.apps.cli.errors import UsageError

    if always and conversation:
        raise UsageError(reason=say("approval_both"))
    decision = "allow_always" if always else "allow_conversation" if conversation else "allow_once"
    _decide(server, approval, {"decision": decision, "confirm": confirm}, as_json=as_json)


@command(approvals_app, "deny", "approvals_deny")
def deny(
    approval: ApprovalId,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar=say("text_metavar"), help=say("option_reason"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Deny it."""
    _decide(server, approval, {"decision": "deny", "reason": reason}, as_json=as_json)


def _decide(server: str | None, wanted: str, body: dict[str, Any], *, as_json: bool) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.calls import approval_lines, covered
    from openclaw.apps.cli.errors import ServerRefusedError
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_approval

    with connect(server) as api:
        found = find_approval(api, wanted)
        try:
            decided = api.post(f"/approvals/{found['id']}/decision", body)
        except ServerRefusedError as refused:
            if refused.refusal == _NEEDS_CONFIRMATION and not as_json:
                tell(*approval_lines(found, terminal_width()), "")
                refused.detail += "\n" + say("approval_confirm_hint", id=found["id"])
            raise
    if as_json:
        tell_json(decided)
        return
    words = {
        "allow_once": "approval_once",
        "allow_conversation": "approval_conversation",
        "allow_always": "approval_always",
        "deny": "approval_denied",
    }
    tell(say(words[body["decision"]], covered=covered(decided) if decided["coverage"] else ""))
