"""The one place of the command line that reads or sets the process environment."""

import locale
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DEFAULT_SERVER = "http://127.0.0.1:3000"
DEFAULT_PORT = 3000
DEFAULT_GATEWAY_PORT = 18789
DEFAULT_BRIDGE_PORT = 43115

# What the server's roles read (openclaw.infra.config); a client may not import them, so a test compares the two.
SERVER_SETTINGS = frozenset(
    {
        "OPENCLAW_HOME",
        "OPENCLAW_DATABASE_URL",
        "OPENCLAW_BLOB_URL",
        "OPENCLAW_SECRET_KEY",
        "OPENCLAW_HOST",
        "OPENCLAW_PORT",
        "OPENCLAW_GATEWAY_PORT",
        "OPENCLAW_PUBLIC_URL",
        "OPENCLAW_GATEWAY_URL",
        "OPENCLAW_ALLOWED_ORIGINS",
        "OPENCLAW_TRUSTED_PROXIES",
        "OPENCLAW_REGISTRATION",
        "OPENCLAW_LOG_LEVEL",
        "OPENCLAW_LOG_FORMAT",
        "OPENCLAW_LOG_FILE",
        "OPENCLAW_EXECUTOR_ID",
        "OPENCLAW_REDIS_URL",
        "OPENCLAW_APPROVAL_MINUTES",
        "OPENCLAW_DEVICE_WAIT_MINUTES",
        "OPENCLAW_JOB_SLOTS",
        "OPENCLAW_WORKSPACE_JOBS_AT_ONCE",
        "OPENCLAW_WORKSPACE_JOBS_QUEUED",
        "OPENCLAW_WORKSPACE_JOBS_PER_MINUTE",
        "OPENCLAW_HOST_LEASE_SECONDS",
        "OPENCLAW_TELEGRAM_URL",
        "OPENCLAW_FEISHU_URL",
        "OPENCLAW_QQ_URL",
        "OPENCLAW_QQ_TOKEN_URL",
        "OPENCLAW_SMTP_HOST",
        "OPENCLAW_SMTP_PORT",
        "OPENCLAW_SMTP_TLS",
        "OPENCLAW_SMTP_USER",
        "OPENCLAW_SMTP_PASSWORD",
        "OPENCLAW_MAIL_FROM",
        "OPENCLAW_MAIL_PER_HOUR",
        "OPENCLAW_CONTENT_URL",
        "OPENCLAW_CONTENT_PORT",
        "OPENCLAW_PUBLISH_BUCKET",
        "OPENCLAW_PUBLISH_BUCKET_URL",
        "OPENCLAW_WORKFLOW_RUN_DAYS",
        "OPENCLAW_PLUGIN_INDEX",
        "OPENCLAW_PLUGIN_INTERNAL_HOSTS",
    }
)
CLIENT_SETTINGS = frozenset(
    {
        "OPENCLAW_SERVER",
        "OPENCLAW_CLI_HOME",
        "OPENCLAW_BRIDGE_HOME",
        "OPENCLAW_BRIDGE_SERVER",
        "OPENCLAW_BRIDGE_PI_COMMAND",
        "OPENCLAW_HOST_HOME",
        "OPENCLAW_HOST_TOKEN",
    }
)
_TESTS = "OPENCLAW_TEST_"


@dataclass(frozen=True)
class Settings:
    """What the person's environment says. ``has_color`` is None when it leaves that to the terminal."""

    server: str | None
    folder: Path
    has_color: bool | None


def read_settings() -> Settings:
    """The settings of a client command."""
    folder = os.environ.get("OPENCLAW_CLI_HOME")
    return Settings(
        server=os.environ.get("OPENCLAW_SERVER") or None,
        folder=Path(folder).expanduser() if folder else _config_folder(),
        has_color=False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None,
    )


def data_home() -> Path:
    """Where the server keeps its data, as openclaw.infra.config says it."""
    import platformdirs

    given = os.environ.get("OPENCLAW_HOME")
    if given:
        return Path(given)
    return platformdirs.user_data_path("openclaw", appauthor=False) / "server"


def server_ports() -> tuple[int, int]:
    """The ports of the web app and the gateway; the default for one that is not a number."""
    return _number("OPENCLAW_PORT", DEFAULT_PORT), _number("OPENCLAW_GATEWAY_PORT", DEFAULT_GATEWAY_PORT)


def content_port() -> int | None:
    """The port of what people publish, where it has one of its own."""
    return _number("OPENCLAW_CONTENT_PORT", 0) or None


def server_host() -> str:
    """The address that the server's roles listen on."""
    return os.environ.get("OPENCLAW_HOST") or "127.0.0.1"


def unknown_variables() -> list[str]:
    """The ``OPENCLAW_`` variables that nothing reads: misspelt ones."""
    names = (name for name in os.environ if name.startswith("OPENCLAW_") and not name.startswith(_TESTS))
    return sorted(name for name in names if name not in SERVER_SETTINGS | CLIENT_SETTINGS)


def bridge_folder() -> Path | None:
    """Where the bridge of this machine keeps its state, if the person chose a place."""
    given = os.environ.get("OPENCLAW_BRIDGE_HOME")
    return Path(given).expanduser() if given else None


def host_folder() -> Path | None:
    """Where the host on this machine keeps its state, if its owner chose a place."""
    given = os.environ.get("OPENCLAW_HOST_HOME")
    return Path(given).expanduser() if given else None


def set_environment(values: Mapping[str, str]) -> None:
    """Settings from options, for the role that this process is about to become."""
    os.environ.update(values)


def inherited_environment() -> dict[str, str]:
    """The environment for a process of ours."""
    return dict(os.environ)


@cache
def language() -> str:
    """``zh`` when the person's locale is Chinese, else ``en``."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    if sys.platform != "win32":
        return "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _config_folder() -> Path:
    import platformdirs

    return platformdirs.user_config_path("openclaw", appauthor=False)


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isdigit() else default
