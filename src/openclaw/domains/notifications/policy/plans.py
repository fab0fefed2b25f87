"""When and how a notification is delivered besides the centre."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openclaw.domains.notifications.policy.kinds import KINDS

Channel = Literal["push", "mail"]
CHANNELS: tuple[Channel, ...] = ("push", "mail")
ESCALATE_MINUTES = 10


@dataclass(frozen=True)
class Wishes:
    """How a user wants to be reached: by kind and channel where it is not the default, and at which hours not.

    ``quiet``: the first and the last minute of the day, in ``time_zone``.
    """

    channels: Mapping[str, Mapping[str, bool]] = field(default_factory=dict[str, Mapping[str, bool]])
    time_zone: str = "UTC"
    quiet: tuple[int, int] | None = None
    escalate_minutes: int = ESCALATE_MINUTES

    def wants(self, kind: str, channel: Channel) -> bool:
        """Whether the kind is delivered by the channel at once."""
        known = KINDS.get(kind)
        default = getattr(known, channel) if known else False
        return bool(self.channels.get(kind, {}).get(channel, default))


@dataclass(frozen=True)
class Planned:
    """A delivery to make. ``is_urgent``: only if nobody has answered by then."""

    channel: Channel
    due_at: datetime
    is_urgent: bool


def plan(kind: str, wishes: Wishes, now: datetime) -> list[Planned]:
    """What to deliver and when. Quiet hours put off; a question that nobody answers passes them.

    A question is told by push, and again by mail when it has waited; what quiet hours hold back goes then too.
    """
    known = KINDS.get(kind)
    quiet_end = quiet_until(wishes, now)
    first = quiet_end or now
    planned = [
        Planned(channel, first, is_urgent=False) for channel in CHANNELS if wishes.wants(kind, channel)
    ]
    if known is not None and known.escalates and wishes.escalate_minutes:
        late = now + timedelta(minutes=wishes.escalate_minutes)
        planned = [each for each in planned if each.due_at <= late]
        told = {each.channel for each in planned}
        planned += [
            Planned(channel, late, is_urgent=True)
            for channel in CHANNELS
            # A way that the user has switched off stays off; one that is off by default is there for this.
            if channel not in told and wishes.channels.get(kind, {}).get(channel) is not False
        ]
    return planned


def quiet_until(wishes: Wishes, now: datetime) -> datetime | None:
    """When the quiet hours end in which ``now`` is; None outside of them."""
    if wishes.quiet is None:
        return None
    begin, end = wishes.quiet
    zone = zone_of(wishes.time_zone)
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    is_over_night = begin > end
    is_quiet = minute >= begin or minute < end if is_over_night else begin <= minute < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if is_over_night and minute >= begin else 0)
    until = datetime(day.year, day.month, day.day, end // 60, end % 60, tzinfo=zone)
    return max(now, until.astimezone(now.tzinfo))


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name; UTC for one that this server does not know any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def is_zone(name: str) -> bool:
    """Whether ``name`` is a time zone that this server knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
