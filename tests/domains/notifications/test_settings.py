"""When and how people are reached: a table of plans, quiet hours across midnight and clock changes, what is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from openclaw.domains.notifications.policy.kinds import KINDS, words_of
from openclaw.domains.notifications.policy.plans import Wishes, plan, quiet_until
from tests.support.accounts import refused, register
from tests.support.server import Server

NIGHT = Wishes(time_zone="Europe/Berlin", quiet=(22 * 60, 7 * 60))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-21T21:59+01:00", None),
        ("2026-11-21T22:00+01:00", "2026-11-22T07:00+01:00"),
        ("2026-11-22T06:59+01:00", "2026-11-22T07:00+01:00"),
        ("2026-11-22T07:00+01:00", None),
        ("2026-03-28T23:30+01:00", "2026-03-29T07:00+02:00"),  # the night that is an hour shorter
        ("2026-10-24T23:30+02:00", "2026-10-25T07:00+01:00"),  # and the longer one
        ("2026-10-25T02:30+01:00", "2026-10-25T07:00+01:00"),
    ],
)
def test_quiet_hours(now: str, until: str | None) -> None:
    assert quiet_until(NIGHT, at(now)) == (at(until) if until else None)


def test_quiet_hours_of_the_day_and_zones_that_are_gone() -> None:
    day = Wishes(time_zone="UTC", quiet=(9 * 60, 17 * 60))
    assert quiet_until(day, at("2026-11-21T08:59Z")) is None
    assert quiet_until(day, at("2026-11-21T12:00Z")) == at("2026-11-21T17:00Z")
    assert quiet_until(Wishes(time_zone="Mars/Olympus", quiet=(0, 60)), at("2026-11-21T00:30Z")) == at(
        "2026-11-21T01:00Z"
    )


def planned(kind: str, wishes: Wishes, now: str) -> list[tuple[str, int, bool]]:
    began = at(now)
    return [
        (p.channel, (p.due_at - began) // timedelta(minutes=1), p.is_urgent)
        for p in plan(kind, wishes, began)
    ]


def test_plans() -> None:
    noon, night = "2026-11-21T12:00+01:00", "2026-11-21T23:00+01:00"
    assert planned("run.failed", NIGHT, noon) == [("push", 0, False)]
    assert planned("run.failed", NIGHT, night) == [("push", 480, False)]
    assert planned("security.session_stolen", NIGHT, night) == [("push", 480, False), ("mail", 480, False)]
    # A question: push, then mail when nobody answers; what the quiet hours hold back goes then too.
    assert planned("approval.asked", NIGHT, noon) == [("push", 0, False), ("mail", 10, True)]
    assert planned("approval.asked", NIGHT, night) == [("push", 10, True), ("mail", 10, True)]
    never = Wishes(escalate_minutes=0, time_zone="Europe/Berlin", quiet=NIGHT.quiet)
    assert planned("approval.asked", never, night) == [("push", 480, False)]
    soon = "2026-11-22T06:55+01:00"
    assert planned("approval.asked", NIGHT, soon) == [("push", 5, False), ("mail", 10, True)]
    silent = Wishes(channels={"approval.asked": {"push": False, "mail": False}})
    assert planned("approval.asked", silent, noon) == []
    assert planned("a.kind.of.another.release", Wishes(), noon) == []


def test_every_kind_has_its_words() -> None:
    for name, kind in KINDS.items():
        for language in ("en", "zh"):
            assert kind.label.of(language)
            assert words_of(name, {}, language)[0] is not None
    title, body = words_of("workflow.failed", {"title": "{error.__class__}", "error": "{0.x}"}, "en")
    assert (title, body) == ("Workflow failed: {error.__class__}", "{0.x}"), "data are no templates"


pytest_settings = pytest.mark.asyncio(loop_scope="module")


@pytest_settings
async def test_settings_are_kept_where_they_differ(server: Server) -> None:
    ann = await register(server)
    before = await ann.get("/notifications/settings")
    assert (before["timeZone"], before["quietHours"], before["escalateMinutes"]) == ("UTC", None, 10)
    assert (before["mailAddress"], before["mailState"]) == (ann.email, "ready")
    assert len(before["pushKey"]) == 87
    body = {
        "kinds": [{"kind": "run.failed", "push": False, "mail": True}],
        "timeZone": "Asia/Shanghai",
        "quietHours": {"begin": 1320, "end": 420},
        "escalateMinutes": 0,
    }
    after = await ann.put("/notifications/settings", body)
    by_kind = {each["kind"]: each for each in after["kinds"]}
    assert (by_kind["run.failed"]["push"], by_kind["run.failed"]["mail"]) == (False, True)
    assert by_kind["device.revoked"]["push"] is True
    assert after["quietHours"] == {"begin": 1320, "end": 420}
    for wrong in (
        {"timeZone": "Mars/Olympus"},
        {"timeZone": "../../etc/passwd"},
        {"timeZone": ""},
        {"quietHours": {"begin": 60, "end": 60}},
        {"quietHours": {"begin": 0, "end": 1440}},
        {"kinds": [{"kind": "nothing", "push": True, "mail": True}]},
        {"escalateMinutes": -1},
    ):
        assert refused(await ann.api.put("/notifications/settings", json=body | wrong))[0] == 422, wrong
    assert (await ann.get("/notifications/settings"))["timeZone"] == "Asia/Shanghai"
