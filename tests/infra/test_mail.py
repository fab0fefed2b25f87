"""Mail: one message to those people only, whatever stands in its parts; and what the mail server says of it."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openclaw.infra.mail import (
    Mail,
    MailDeferredError,
    MailNotConfiguredError,
    MailRefusedError,
    MailServer,
    message_of,
)
from openclaw.kit.errors import InvalidInputError, TooLargeError
from tests.support.server import config_of
from tests.support.smtp import ScriptedSmtp

AT = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
ANN = "ann@example.com"


def server(tmp_path: Path, port: int, **more: object) -> MailServer:
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_tls": "none",
        "mail_from": "us@example.com",
    }
    return MailServer(config_of(tmp_path, **settings | more))


@pytest.mark.parametrize(
    "wrong",
    [
        "ann@example.com\nBcc: all@example.com",
        "ann@example.com\r\nBcc: all@example.com",
        "ann@example.com, bo@example.com",
        "Ann <ann@example.com>",
        "<ann@example.com>",
        "ann@example.com>",
        '"a b"@example.com',
        "ann@@example.com",
        "ann@b@example.com",
        "ann",
        "@example.com",
        "ann@",
        "ann@-example.com",
        "ann@example..com",
        ".ann@example.com",
        "ann @example.com",
        "ann@exam ple.com",
        "ann@example.com\0",
        "änn@example.com",
        "a" * 65 + "@example.com",
        "",
    ],
)
def test_an_address_is_one_address(wrong: str) -> None:
    with pytest.raises(InvalidInputError):
        Mail(to=(wrong,), subject="s", text="")
    if wrong:
        with pytest.raises(InvalidInputError):
            Mail(to=(ANN,), subject="s", text="", reply_to=wrong)


@pytest.mark.parametrize("wrong", ["a\nBcc: x@example.com", "a\rb", "a\0b", "a\u2028b", "a\x0bb", "", "  "])
def test_a_subject_is_one_line(wrong: str) -> None:
    with pytest.raises(InvalidInputError):
        Mail(to=(ANN,), subject=wrong, text="")


def test_sizes_are_limited() -> None:
    with pytest.raises(InvalidInputError):
        Mail(to=(), subject="s", text="")
    with pytest.raises(InvalidInputError):
        Mail(to=tuple(f"a{n}@example.com" for n in range(51)), subject="s", text="")
    oversized: list[dict[str, Any]] = [{"subject": "s" * 301}, {"text": "x" * 500_001}]
    for more in oversized:
        with pytest.raises(TooLargeError):
            Mail(**{"to": (ANN,), "subject": "s", "text": "", **more})


def test_a_body_adds_no_header() -> None:
    text = "\r\nBcc: all@example.com\r\n\r\nhello\n.\r\nMAIL FROM:<x@example.com>\rend"
    message = message_of(
        Mail(to=(ANN,), subject="标题 ✓", text=text, html="<p>x"),
        sender="us@example.com",
        message_id="1",
        at=AT,
    )
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert message["Subject"] == "标题 ✓"
    assert message["Bcc"] is None


async def test_a_mail_arrives_as_it_was(tmp_path: Path) -> None:
    async with ScriptedSmtp() as smtp:
        mail = Mail(
            to=(ANN, "bo@example.com"),
            subject="完成",
            text="A line.\n.\r\n.\r.hidden\n",
            html="<b>x</b>",
            reply_to=ANN,
        )
        sent = await server(tmp_path, smtp.port).send(mail, message_id="abc", at=AT)
        assert (sent.refused, sent.deferred) == ({}, {})
        taken = await smtp.until()
        assert (taken.sender, taken.to) == ("us@example.com", [ANN, "bo@example.com"])
        message = taken.message
        assert (message["Subject"], message["Reply-To"], message["Message-ID"]) == (
            "完成",
            ANN,
            "<abc@example.com>",
        )
        assert taken.text().splitlines() == ["A line.", ".", ".", ".hidden"]
        assert taken.text("html").strip() == "<b>x</b>"
        assert len(smtp.taken) == 1, "a line with a dot ends no mail"
        assert set(re.findall(rb"\r?\n|\r", taken.raw)) == {b"\r\n"}, (
            "no line ends in another way, for others to read"
        )


async def test_what_the_mail_server_says(tmp_path: Path) -> None:
    one = Mail(to=(ANN,), subject="s", text="t")
    two = Mail(to=(ANN, "bo@example.com", "cy@example.com"), subject="s", text="t")
    async with ScriptedSmtp() as smtp:
        ours = server(tmp_path, smtp.port)
        smtp.answers["RCPT TO:<ann@"] = ["550 nobody", "550 nobody", "450 later"]
        smtp.answers["RCPT TO:<bo@"] = ["450 busy"]
        sent = await ours.send(two, message_id="1", at=AT)
        assert (sent.refused, sent.deferred) == ({ANN: "550 nobody"}, {"bo@example.com": "450 busy"})
        assert smtp.taken[0].to == ["cy@example.com"], "whom it takes has it"
        assert (await ours.send(one, message_id="2", at=AT)).refused == {ANN: "550 nobody"}
        assert (await ours.send(one, message_id="3", at=AT)).deferred == {ANN: "450 later"}
        for answers, error in (
            ({".": ["554 spam"]}, MailRefusedError),
            ({".": ["451 disk"]}, MailDeferredError),
            ({".": ["drop"]}, MailDeferredError),
            ({"MAIL": ["550 not you"]}, MailRefusedError),
            ({"EHLO": ["421 closing"], "HELO": ["421 closing"]}, MailDeferredError),
        ):
            smtp.answers.update(answers)
            with pytest.raises(error):
                await ours.send(one, message_id="4", at=AT)
            smtp.answers.clear()
        smtp.answers["AUTH"] = ["535 wrong password"]
        known = server(tmp_path, smtp.port, smtp_user="us", smtp_password="not it")
        with pytest.raises(MailDeferredError, match="535"):
            await known.send(one, message_id="5", at=AT)  # the operator's to put right: it waits
        strict = server(tmp_path, smtp.port, smtp_tls="starttls")
        with pytest.raises(MailDeferredError, match=r"(?i)starttls"):
            await strict.send(one, message_id="6", at=AT)
    with pytest.raises(MailDeferredError):
        await ours.send(one, message_id="7", at=AT)  # nobody listens there any more


async def test_without_a_mail_server(tmp_path: Path) -> None:
    none = MailServer(config_of(tmp_path))
    assert not none.is_configured
    with pytest.raises(MailNotConfiguredError):
        await none.send(Mail(to=(ANN,), subject="s", text=""), message_id="1", at=AT)


def test_settings_that_do_not_fit_are_said_at_the_start(tmp_path: Path) -> None:
    for wrong, words in (
        ({"mail_from": None}, "OPENCLAW_MAIL_FROM"),
        ({"mail_from": "us@example.com\nBcc: x@example.com"}, "not an address"),
        ({"smtp_host": "mail.example.com", "smtp_password": "p"}, "without TLS"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            server(tmp_path, 1, **wrong)
    assert server(tmp_path, 1, mail_from=None, smtp_user="us@example.com").is_configured
