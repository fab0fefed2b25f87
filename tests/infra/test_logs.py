"""Logs: one form for all, every line with who and what, and no secret in any."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from openclaw.infra.logs import configure_logs
from tests.support.accounts import register
from tests.support.server import Server, config_of

SECRETS = (
    "ocrt_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg",
    "Bearer abcdefghijklmnop",
    "sk-proj-abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
)


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Any]:
    """What was logged, parsed; the set-up of the process is as before at the end."""
    root = logging.getLogger()
    handlers, level, path = root.handlers, root.level, tmp_path / "logs" / "out.log"
    configure_logs(config_of(tmp_path, log_file=path, log_level="INFO"), "server")

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    yield read
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_every_line_has_the_same_fields(lines: Any) -> None:
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger("a").info("something happened", count=3)
    logging.getLogger("b").warning("from %s", "a library", extra={"task": "t"})
    first, second = lines()
    for line in (first, second):
        assert set(line) >= {"timestamp", "level", "service", "message"}
        assert (line["service"], line["request_id"]) == ("server", "r1")
        assert line["timestamp"].endswith("Z")
    assert (first["message"], first["level"], first["count"]) == ("something happened", "info", 3)
    assert (second["message"], second["level"], second["task"]) == ("from a library", "warning", "t")


def test_errors_are_one_line_with_their_trace(lines: Any) -> None:
    try:
        raise RuntimeError("broken\nin two lines")
    except RuntimeError:
        structlog.get_logger().exception("it failed")
        logging.getLogger("b").exception("it failed there")
    for line in lines():
        assert "RuntimeError: broken" in line["error"]
        assert "Traceback" in line["error"]


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_written(lines: Any, secret: str) -> None:
    log = structlog.get_logger()
    log.info(f"token {secret} in the words")
    log.info("in a field", token=secret)
    log.info("in a structure", request={"headers": [("authorization", secret)], "deep": {"a": secret}})
    logging.getLogger("library").error("in %s", secret)
    try:
        raise RuntimeError(f"in an error: {secret}")
    except RuntimeError:
        log.exception("failed")
    text = json.dumps(lines())
    assert secret not in text
    assert secret[-12:] not in text
    assert len(lines()) == 5


async def test_requests_are_logged_with_who_asked(server: Server, lines: Any) -> None:
    ann = await register(server, "ann")
    response = await ann.api.get("/devices")
    line = next(entry for entry in lines() if entry.get("route", "").endswith("/devices"))
    assert line == line | {
        "message": "request",
        "method": "GET",
        "status": 200,
        "user_id": str(ann.user_id),
        "workspace_id": str(ann.workspace_id),
        "request_id": response.headers["x-request-id"],
    }
    assert isinstance(line["execution_time"], float)
    assert ann.token not in json.dumps(lines())
