"""The protocols of the providers."""

from collections.abc import Mapping

from openclaw.domains.channels.service.providers.telegram import Telegram
from openclaw.domains.channels.service.registry import Provider
from openclaw.infra.config import Config


def providers(config: Config) -> Mapping[str, Provider]:
    """By kind, at the addresses that the operator has set."""
    return {"telegram": Telegram(config.telegram_url)}
