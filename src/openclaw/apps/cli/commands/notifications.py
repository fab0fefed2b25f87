"""`openclaw notifications`: list, show, read, dismiss, deliveries, retry, test."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command, new_group
from openclaw.apps.cli.words import say

notifications_app = new_group("notifications")
_LISTED = 50
_LATEST = 200
Name = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_notification"))]
Names = Annotated[
    list[str] | None, typer.Argument(metavar=say("id_metavar"), help=say("argument_notifications"))
]
Everything = Annotated[bool, typer.Option("--all", help=say("option_all_notifications"))]


@command(notifications_app, "list", "notifications_list")
def list_notifications(
    unread: Annotated[bool, typer.Option("--unread", help=say("option_unread"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The latest notifications."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/notifications", unread=unread or None, limit=_LISTED)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(line for item in found["items"] for line in _lines(item)))
    else:
        tell(say("no_notifications"))


@command(notifications_app, "show", "notifications_show")
def show_notification(notification: Name, server: Server = None, as_json: AsJson = False) -> None:
    """One notification."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get(f"/notifications/{_find(api, notification)['id']}")
    if as_json:
        tell_json(found)
        return
    tell(*_lines(found["notification"], in_full=True))
    if found["notification"]["link"]:
        tell(f"{api.server}{found['notification']['link']}")
    tell(*(_delivery_line(delivery) for delivery in found["deliveries"]))


@command(notifications_app, "read", "notifications_read")
def mark_read(
    notifications: Names = None,
    everything: Everything = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Mark as read."""
    _mark(server, notifications, "read", "notifications_marked", everything=everything, as_json=as_json)


@command(notifications_app, "dismiss", "notifications_dismiss")
def dismiss(
    notifications: Names = None,
    everything: Everything = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Put away."""
    _mark(
        server, notifications, "dismissed", "notifications_dismissed", everything=everything, as_json=as_json
    )


@command(notifications_app, "deliveries", "notifications_deliveries")
def list_deliveries(
    failed: Annotated[bool, typer.Option("--failed", help=say("option_failed"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Pushes and mails."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/notifications/deliveries", state="failed" if failed else None, limit=_LISTED)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_delivery_line(delivery) for delivery in found["items"]))
    else:
        tell(say("no_deliveries"))


@command(notifications_app, "retry", "notifications_retry")
def retry(
    delivery: Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_delivery"))],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Try a failed delivery again."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_one

    with connect(server) as api:
        known = api.items("/notifications/deliveries", _LATEST)
        wanted = find_one(known, delivery, name=None, command="openclaw notifications deliveries")
        found = api.post(f"/notifications/deliveries/{wanted['id']}/retry")
    if as_json:
        tell_json(found)
    else:
        tell(_delivery_line(found))


@command(notifications_app, "test", "notifications_test")
def send_test(server: Server = None, as_json: AsJson = False) -> None:
    """Send a test."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.post("/notifications/test")
    if as_json:
        tell_json(found)
    else:
        tell(say("notifications_tested"))


def _mark(
    server: str | None, names: list[str] | None, state: str, words: str, *, everything: bool, as_json: bool
) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import tell, tell_json

    if everything == bool(names):
        raise UsageError(reason=say("notifications_which"))
    with connect(server) as api:
        if names:
            wanted = [_find(api, name) for name in names]  # all are there before any is marked
            for item in wanted:
                api.patch(f"/notifications/{item['id']}", {"state": state})
            found = {"count": len(wanted)}
        else:
            found = api.post("/notifications/mark-all", {"state": state})
    if as_json:
        tell_json(found)
    else:
        tell(say(words, count=found["count"]))


def _find(api: Any, wanted: str) -> Any:
    from openclaw.apps.cli.resolve import find_one

    return find_one(
        api.items("/notifications", _LATEST), wanted, name="title", command="openclaw notifications list"
    )


def _lines(item: Any, *, in_full: bool = False) -> list[str]:
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time

    is_unread = item["readAt"] is None
    marks = [say("notification_unread" if is_unread else "notification_read")]
    if item["sticky"] and is_unread:
        marks.append(say("notification_sticky"))
    if item["settledAt"]:
        marks.append(say("notification_settled"))
    title = printable(item["title"], kept="")
    state = styled(", ".join(marks), "yellow" if is_unread else "dim")
    lines = [f"{item['id']}  {local_time(item['createdAt'])}  {state}  {title}"]
    if item["body"]:
        lines += [f"    {line}" for line in printable(item["body"]).splitlines()[: None if in_full else 1]]
    return lines


def _delivery_line(delivery: Any) -> str:
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time

    style = {"sent": "green", "failed": "red"}.get(delivery["state"], "dim")
    state = styled(say(f"delivery_{delivery['state']}", time=local_time(delivery["dueAt"])), style)
    to = printable(", ".join(delivery["to"]), kept="")
    line = f"{delivery['id']}  {say('channel_' + delivery['channel'])}  {to}  {state}"
    return f"{line}  {printable(delivery['error']['title'], kept='')}" if delivery["error"] else line
