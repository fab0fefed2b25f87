"""The life of a result: the one table of statuses, and what can be done with a result in each."""

from typing import Literal, get_args

from openclaw.domains.artifacts.schemas import Action, Status

STATUSES: tuple[Status, ...] = get_args(Status)

# From each status to those that it may become, and who brings it there: a person who says so, or ``publishing``
# (the publish pipeline and its undoing). A new version makes a draft of whatever there was, which is `REVISED`.
TRANSITIONS: dict[Status, dict[Status, Literal["person", "publishing"]]] = {
    "draft": {"ready_for_review": "person", "archived": "person"},
    "ready_for_review": {"approved": "person", "draft": "person", "archived": "person"},
    "approved": {
        "ready_to_publish": "person",
        "complete": "person",
        "draft": "person",
        "archived": "person",
    },
    "ready_to_publish": {
        "published": "publishing",
        "approved": "person",
        "draft": "person",
        "archived": "person",
    },
    "published": {"complete": "person", "ready_to_publish": "publishing"},
    "complete": {"ready_to_publish": "person", "archived": "person"},
    "archived": {"draft": "person"},
}
REVISED: dict[Status, Status] = {status: "draft" for status in STATUSES if status != "archived"}
FINISHED: tuple[Status, ...] = ("approved", "ready_to_publish", "published", "complete")
PUBLISHABLE: tuple[Status, ...] = ("ready_to_publish", "published")


def possible(status: Status) -> list[Status]:
    """What a person can make of a result that is ``status``, in the order of the table."""
    return [wanted for wanted, who in TRANSITIONS[status].items() if who == "person"]


def can_become(status: Status, wanted: Status, *, by: Literal["person", "publishing"]) -> bool:
    """Whether the table has that step for who brings it about."""
    return TRANSITIONS[status].get(wanted) == by


def actions_of(
    status: Status, *, has_body: bool, visibility: str, continues: bool, is_viewer: bool = False
) -> list[Action]:
    """What can be done with a result now. ``continues``: the work that made it can be gone on with."""
    able: dict[Action, bool] = {
        "review": status in ("draft", "ready_for_review"),
        "export": has_body,
        "share": visibility == "private" and status != "archived",
        "publish": has_body and status in PUBLISHABLE,
        "continue": continues and status != "archived",
    }
    return [action for action, is_able in able.items() if is_able and (action == "export" or not is_viewer)]
