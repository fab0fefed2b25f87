"""Mail: messages that no text in them can add a header to, and the operator's mail server that takes them."""

import contextlib
import email.utils
import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import ClassVar

import aiosmtplib

from openclaw.infra.config import Config
from openclaw.kit.errors import InvalidInputError, Kind, OpenClawError, TooLargeError

_SECONDS = 30
MOST_RECIPIENTS = 50
LONGEST_SUBJECT = 300
LONGEST_BODY = 500_000
# ASCII without what means something in a header; a domain in another script is written as its registry does (xn--…).
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


@dataclass(eq=False)
class MailNotConfiguredError(OpenClawError):
    """The operator has not set up a mail server."""

    code: ClassVar[str] = "mail.not_configured"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This server has no mail account. Its operator sets one up with OPENCLAW_SMTP_HOST."
    )
    template_zh: ClassVar[str] = "此服务器没有邮件账户；运营者可用 OPENCLAW_SMTP_HOST 进行配置。"


@dataclass(eq=False)
class MailRefusedError(OpenClawError):
    """The mail server refused for good; trying again would not help."""

    code: ClassVar[str] = "mail.refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The mail server refused it: {said}"
    template_zh: ClassVar[str] = "邮件服务器拒绝了该邮件：{said}"

    said: str


@dataclass(eq=False)
class MailDeferredError(OpenClawError):
    """The mail server does not answer, or not yet."""

    code: ClassVar[str] = "mail.deferred"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The mail server did not take it yet: {said}"
    template_zh: ClassVar[str] = "邮件服务器暂未接收：{said}"

    said: str


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail to send. Made of checked parts only; raises InvalidInputError, TooLargeError."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str | None = None
    reply_to: str | None = None

    def __post_init__(self) -> None:
        """Refuse what would not be one mail to those people."""
        if not 1 <= len(self.to) <= MOST_RECIPIENTS:
            raise InvalidInputError(field="to", reason=f"1 to {MOST_RECIPIENTS} addresses")
        for field, address in (*(("to", each) for each in self.to), ("reply_to", self.reply_to)):
            if address is not None:
                check_address(address, field=field)
        if not self.subject.strip() or _CONTROL.search(self.subject):
            raise InvalidInputError(field="subject", reason="one line of text")
        if len(self.subject) > LONGEST_SUBJECT:
            raise TooLargeError(field="subject", limit=LONGEST_SUBJECT)
        if len(self.text) + len(self.html or "") > LONGEST_BODY:
            raise TooLargeError(field="text", limit=LONGEST_BODY)


@dataclass(frozen=True)
class Sent:
    """What the mail server said of single recipients: those it refused for good, those to try again later."""

    refused: dict[str, str]
    deferred: dict[str, str]


def check_address(address: str, *, field: str) -> None:
    """Raise InvalidInputError unless ``address`` is one address and nothing else."""
    local, _, domain = address.partition("@")
    labels = domain.split(".")
    if (
        not _ADDRESS.fullmatch(address)
        or ".." in local
        or local[0] == "."
        or local[-1] == "."
        or any(not label or label[0] == "-" or label[-1] == "-" for label in labels)
    ):
        raise InvalidInputError(field=field, reason="not an address")


class MailServer:
    """The operator's mail server, by the configuration. Raises InvalidInputError for settings that do not fit."""

    def __init__(self, config: Config) -> None:
        self._config = config
        user = config.smtp_user
        self._sender = config.mail_from or (user if user and "@" in user else None)
        if config.smtp_host is None:
            return
        if self._sender is None:
            raise InvalidInputError(field="OPENCLAW_MAIL_FROM", reason="needed with OPENCLAW_SMTP_HOST")
        check_address(self._sender, field="OPENCLAW_MAIL_FROM")
        if config.smtp_tls == "none" and config.smtp_password and not _is_loopback(config.smtp_host):
            raise InvalidInputError(
                field="OPENCLAW_SMTP_TLS", reason="a password is not sent over the network without TLS"
            )

    @property
    def is_configured(self) -> bool:
        """Whether mail can be sent at all."""
        return self._config.smtp_host is not None

    @property
    def per_hour(self) -> int:
        """How many recipients the mail of one workspace may have in an hour."""
        return self._config.mail_per_hour

    async def send(self, mail: Mail, *, message_id: str, at: datetime) -> Sent:
        """Hand ``mail`` over; the same ``message_id`` (no brackets) again lets readers see that it is the same mail.

        Raises MailNotConfiguredError, MailRefusedError, MailDeferredError.
        """
        config = self._config
        if config.smtp_host is None or self._sender is None:
            raise MailNotConfiguredError
        message = message_of(mail, sender=self._sender, message_id=message_id, at=at)
        client = aiosmtplib.SMTP(
            hostname=config.smtp_host,
            port=config.smtp_port,
            local_hostname=self._sender.rpartition("@")[2],
            username=config.smtp_user,
            password=config.smtp_password.get_secret_value() if config.smtp_password else None,
            use_tls=config.smtp_tls == "tls",
            start_tls=config.smtp_tls == "starttls",
            timeout=_SECONDS,
        )
        try:
            await client.connect()
            answers, _said = await client.send_message(message, sender=self._sender, recipients=list(mail.to))
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit()  # it has the mail, whatever becomes of this
        except aiosmtplib.SMTPRecipientsRefused as error:
            answers = {each.recipient: (each.code, each.message) for each in error.recipients}
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            words = _one_line(f"{error.code} {error.message}")
            raise (MailRefusedError if error.code >= 500 else MailDeferredError)(said=words) from None
        # Among them a refused password: the operator's to put right, and no reason to let go of the mail.
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise MailDeferredError(said=_one_line(str(error) or type(error).__name__)) from None
        finally:
            client.close()
        refused = {who: _one_line(f"{c} {said}") for who, (c, said) in answers.items() if c >= 500}
        deferred = {who: _one_line(f"{c} {said}") for who, (c, said) in answers.items() if who not in refused}
        return Sent(refused, deferred)


def message_of(mail: Mail, *, sender: str, message_id: str, at: datetime) -> EmailMessage:
    """The message as it travels. Every header is built from checked parts, so that none can hold another."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="OpenClaw", addr_spec=sender)
    message["To"] = tuple(Address(addr_spec=address) for address in mail.to)
    message["Subject"] = mail.subject
    message["Date"] = email.utils.format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.reply_to:
        message["Reply-To"] = Address(addr_spec=mail.reply_to)
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    return message


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
