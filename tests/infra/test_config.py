"""Configuration: from the environment, checked, and never a surprise."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from openclaw.infra.config import Config, environment_names


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in environment_names():
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPENCLAW_HOME", str(tmp_path))


def test_without_any_it_is_a_server_for_one_machine(tmp_path: Path) -> None:
    config = Config()
    assert (config.home, config.host, config.port, config.gateway_port) == (
        tmp_path,
        "127.0.0.1",
        3000,
        18789,
    )
    assert (config.registration, config.database_url, config.is_tls) == ("open", None, False)
    assert config.web_origin == "http://127.0.0.1:3000"
    assert config.web_origins == {"http://127.0.0.1:3000", "http://localhost:3000"}


def test_each_setting_is_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENCLAW_PORT": "8080",
        "OPENCLAW_REGISTRATION": "invite",
        "OPENCLAW_DATABASE_URL": "postgresql://u:hidden@db/x",
        "OPENCLAW_ALLOWED_ORIGINS": '["https://a.example"]',
        "OPENCLAW_PUBLIC_URL": "https://claw.example/",
    }.items():
        monkeypatch.setenv(name, value)
    config = Config()
    assert (config.port, config.registration, config.is_tls) == (8080, "invite", True)
    assert config.web_origins == {"https://claw.example", "https://a.example"}
    assert "hidden" not in repr(config) + str(config)


@pytest.mark.parametrize(
    "setting",
    [
        {"port": 70_000},
        {"port": -1},
        {"registration": "maybe"},
        {"approval_minutes": 0},
        {"approval_minutes": 10_081},
        {"device_wait_minutes": 0},
        {"log_level": "LOUD"},
        {"log_format": "xml"},
    ],
)
def test_nonsense_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Config(**setting)


def test_it_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Config().port = 1


@pytest.mark.parametrize(
    ("settings", "host", "expected"),
    [
        ({}, "localhost:3000", "ws://localhost:18789"),
        ({}, None, "ws://127.0.0.1:18789"),
        ({}, "[::1]:3000", "ws://::1:18789"),
        ({}, "[::1", "ws://127.0.0.1:18789"),
        ({"host": "0.0.0.0"}, None, "ws://127.0.0.1:18789"),
        ({"public_url": "https://claw.example"}, "claw.example", "wss://claw.example:18789"),
        ({"gateway_url": "wss://gate.example"}, "evil.example", "wss://gate.example"),
    ],
)
def test_where_the_gateway_is(settings: dict[str, Any], host: str | None, expected: str) -> None:
    assert Config(**settings).gateway_url_for(host) == expected
