"""Times as people read them."""

from datetime import datetime

from openclaw.kit.clock import SystemClock


def local_time(text: str) -> str:
    """An ISO time of the server in this machine's zone: the hour for today, else the date with it."""
    at = datetime.fromisoformat(text).astimezone()
    today = SystemClock().now().astimezone().date()
    return at.strftime("%H:%M") if at.date() == today else at.strftime("%Y-%m-%d %H:%M")
