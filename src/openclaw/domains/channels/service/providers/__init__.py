"""The protocols of the providers."""

from collections.abc import Mapping

from openclaw.domains.channels.service.providers.feishu import Feishu
from openclaw.domains.channels.service.providers.feishu_push import FeishuPush
from openclaw.domains.channels.service.providers.mail import MailChannel
from openclaw.domains.channels.service.providers.qq import Qq
from openclaw.domains.channels.service.providers.telegram import Telegram
from openclaw.domains.channels.service.providers.webhook import Webhook
from openclaw.domains.channels.service.registry import Provider
from openclaw.infra.config import Config
from openclaw.infra.mail import MailServer
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock


def providers(config: Config, clock: Clock, *, mail: MailServer, keys: KeyRing) -> Mapping[str, Provider]:
    """By kind, at the addresses that the operator has set."""
    return {
        "telegram": Telegram(config.telegram_url),
        "feishu": Feishu(config.feishu_url, clock),
        "feishu_push": FeishuPush(config.feishu_url, clock),
        "qq": Qq(config.qq_url, config.qq_token_url, clock),
        "webhook": Webhook(clock, may_be_private=not config.is_exposed),
        "mail": MailChannel(mail, keys),
    }
