"""From what a person types to the one thing that is meant: an id, the end of one, or a name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openclaw.apps.cli.api import Api
from openclaw.apps.cli.errors import AmbiguousError, NoMatchError, NoPiError, ServerRefusedError

Item = Mapping[str, Any]
_SHORTEST_END = 4
_LATEST = 200
_INVALID = 422
_PI = "pi.run"  # what a machine declares that has Pi and lets the server prompt it


def find_device(api: Api, wanted: str) -> Item:
    """One of the person's machines. Raises NoMatchError or AmbiguousError."""
    return find_one(api.get("/devices")["items"], wanted, name="name", command="openclaw devices list")


def find_host(api: Api, wanted: str) -> Item:
    """One of the workspace's hosts. Raises NoMatchError or AmbiguousError."""
    found = _by_whole_id(api, "host_", f"/hosts/{wanted}")
    if found is not None:
        return found
    return find_one(api.get("/hosts", limit=200)["items"], wanted, name="name", command="openclaw host list")


def find_machine(api: Api, wanted: str) -> str:
    """The device id of one of the person's machines, or of a host of the workspace.

    Raises NoMatchError or AmbiguousError.
    """
    hosts = [{**host, "id": host["deviceId"]} for host in api.get("/hosts", limit=200)["items"]]
    known = [*api.get("/devices")["items"], *hosts]
    return find_one(known, wanted, name="name", command="openclaw devices list")["id"]


def find_pi(api: Api) -> Item:
    """The machine whose own Pi is meant when none is named: one that is online, the primary one, the latest seen.

    Raises NoPiError.
    """
    offering = [device for device in api.get("/devices")["items"] if _PI in device["commands"]]
    if not offering:
        raise NoPiError
    return max(offering, key=lambda it: (it["online"], it["primary"], it["lastSeenAt"] or ""))


def find_conversation(api: Api, wanted: str) -> Item:
    """A conversation by its id, else among the latest and those in the archive."""
    found = _by_whole_id(api, "conv_", f"/conversations/{wanted}")
    if found is not None:
        return found
    items = [*api.items("/conversations", _LATEST), *api.items("/conversations", _LATEST, archived=True)]
    return find_one(items, wanted, name="title", command="openclaw conversations list")


def find_approval(api: Api, wanted: str) -> Item:
    """An approval by its id, else among the latest."""
    found = _by_whole_id(api, "appr_", f"/approvals/{wanted}")
    if found is not None:
        return found
    items = api.get("/approvals", limit=100)["items"]
    return find_one(items, wanted, name=None, command="openclaw approvals list")


def find_job(api: Api, wanted: str) -> Item:
    """A job by its id, else among the latest."""
    found = _by_whole_id(api, "job_", f"/jobs/{wanted}")
    if found is not None:
        return found
    return find_one(api.items("/jobs", _LATEST), wanted, name=None, command="openclaw jobs list")


def find_task_run(api: Api, wanted: str) -> Item:
    """A run of a task by its id, else among the latest."""
    found = _by_whole_id(api, "trun_", f"/task-runs/{wanted}")
    if found is not None:
        return found
    return find_one(api.items("/task-runs", _LATEST), wanted, name="title", command="openclaw task list")


def find_result(api: Api, wanted: str) -> Item:
    """A result by its id, else among the latest by its title."""
    found = _by_whole_id(api, "art_", f"/artifacts/{wanted}")
    if found is not None:
        return found
    items = api.items("/artifacts", _LATEST)
    return find_one(items, wanted, name="title", command="openclaw results list")


def find_automation(api: Api, wanted: str) -> Item:
    """An automation by its id, else among the last changed."""
    found = _by_whole_id(api, "auto_", f"/automations/{wanted}")
    if found is not None:
        return found
    items = api.items("/automations", _LATEST)
    return find_one(items, wanted, name="name", command="openclaw automation list")


def find_channel(api: Api, wanted: str) -> Item:
    """A channel by its id or its name."""
    found = _by_whole_id(api, "chan_", f"/channels/{wanted}")
    if found is not None:
        return found
    return find_one(api.items("/channels", _LATEST), wanted, name="name", command="openclaw channel list")


def find_one(items: Iterable[Item], wanted: str, *, name: str | None, command: str) -> Item:
    """The item whose id is ``wanted`` or ends with it, or whose field ``name`` is or holds it.

    Raises NoMatchError (pointing at ``command``, which lists them) or AmbiguousError.
    """
    known = list(items)
    for matches in _matchers(wanted, name):
        found = [item for item in known if matches(item)]
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousError(wanted=wanted, found=", ".join(str(item["id"]) for item in found))
    raise NoMatchError(wanted=wanted, command=command)


def _by_whole_id(api: Api, prefix: str, path: str) -> Item | None:
    """What stands at ``path``, when its last part may be an id."""
    if not path.rpartition("/")[2].startswith(prefix):
        return None
    try:
        return api.get(path)
    except ServerRefusedError as refused:
        if refused.status != _INVALID:
            raise
        return None


def _matchers(wanted: str, name: str | None) -> list[Callable[[Item], bool]]:
    folded = wanted.casefold()
    matchers: list[Callable[[Item], bool]] = [lambda item: item["id"] == wanted]
    if name is not None:
        matchers.append(lambda item: str(item[name]).casefold() == folded)
        matchers.append(lambda item: folded in str(item[name]).casefold())
    if len(wanted) >= _SHORTEST_END:
        matchers.append(lambda item: str(item["id"]).endswith(folded))
    return matchers
