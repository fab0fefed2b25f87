"""The sentences that the command line prints, in English and Chinese."""

from openclaw.apps.cli.config import language
from openclaw.apps.cli.words.artifacts import ARTIFACTS
from openclaw.apps.cli.words.automation import AUTOMATION
from openclaw.apps.cli.words.channel import CHANNEL
from openclaw.apps.cli.words.chat import CHAT
from openclaw.apps.cli.words.doctor import DOCTOR
from openclaw.apps.cli.words.help import HELP
from openclaw.apps.cli.words.host import HOST
from openclaw.apps.cli.words.jobs import JOBS
from openclaw.apps.cli.words.notifications import NOTIFICATIONS
from openclaw.apps.cli.words.plugin import PLUGIN
from openclaw.apps.cli.words.results import RESULTS
from openclaw.apps.cli.words.system import SYSTEM
from openclaw.apps.cli.words.task import TASK
from openclaw.apps.cli.words.undo import UNDO
from openclaw.apps.cli.words.workflow import WORKFLOW

_PARTS = (
    HELP,
    RESULTS,
    CHAT,
    DOCTOR,
    UNDO,
    WORKFLOW,
    PLUGIN,
    JOBS,
    SYSTEM,
    HOST,
    TASK,
    NOTIFICATIONS,
    ARTIFACTS,
    AUTOMATION,
    CHANNEL,
)
CATALOG: dict[str, tuple[str, str]] = {key: words for part in _PARTS for key, words in part.items()}


def say(key: str, **data: object) -> str:
    """The sentence ``key`` in the person's language, with ``data`` filled in."""
    english, chinese = CATALOG[key]
    return (chinese if language() == "zh" else english).format(**data)
