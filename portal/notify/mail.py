"""Mail as it goes over the wire: plain text and HTML, no tracking, one click to stop."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.notify.refusals import is_about_all_mail, is_about_mailbox
from portal.notify.stationery import Letter

TIMEOUT = 20
TOO_LARGE = 552  # what a server that was told the size says to the sender
# Kinds of the outbox that are mails.
MAIL = (
    "account_link",
    "account_notice",
    "acknowledge",
    "call_off",
    "confirm_address",
    "confirm_news",
    "digest",
    "invite",
    "job_fault",
    "news",
    "partner_link",
    "promise",
    "remind",
    "tell",
)
_LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Words:
    """A mail in its language: subject, the plain text, the same as HTML, the sender's name."""

    subject: str
    text: str
    html: str
    sender: str


# Puts a template (notify/<name>.txt and .html) into words in a language.
Renderer = Callable[[str, str, dict[str, Any]], Words]


class MailDown(Exception):
    """The mail server cannot be reached or breaks off; try again later."""


class MailRefused(Exception):
    """The mail server does not take this mail, and may take others; try again later."""


class AddressRefused(Exception):
    """No such mailbox, as the mail server says for good, or an address that cannot be written."""


class _BareHeader(UnstructuredHeader, BaseHeader):
    """A header that goes out as it is: no mail program looks for a link in encoded words."""

    def fold(self, *, policy: Policy) -> str:
        """One line, however long (RFC 5322 takes 998 characters)."""
        if not self.isascii():
            return super().fold(policy=policy)
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("List-Unsubscribe", _BareHeader)
_POLICY = SMTP.clone(header_factory=_HEADERS)


def make_message(
    letter: Letter, words: Words, *, sender: str, base_url: str, now: datetime
) -> EmailMessage:
    """The message. Its Message-ID depends on the letter alone, so that a repeat can be told.

    Raises AddressRefused where the letter's address would read as anything but this one address.
    """
    message = EmailMessage(policy=_POLICY)
    local, _, domain = sender.rpartition("@")
    message["From"] = Address(words.sender, local, domain)
    _address(message, letter.to)
    message["Subject"] = " ".join(words.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.reference}@{urlsplit(base_url).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.stop_link is not None:
        message["List-Unsubscribe"] = f"<{letter.stop_link}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(words.text)
    message.add_alternative(words.html, subtype="html")
    for part in message.walk():  # after the content: setting that clears all Content-… headers
        part["Content-Language"] = letter.lang
    return message


def _address(message: EmailMessage, to: str) -> None:
    """Say whom it is for. Headers are read once more before they are sent: what is an encoded word
    (RFC 2047) to their reader could lead to others, past the limits for their addresses.
    """
    try:
        message["To"] = to
    except ValueError:
        raise AddressRefused("it cannot stand in a header") from None
    if [one.addr_spec for one in message["To"].addresses] != [to]:
        raise AddressRefused("it would not read as this address alone")


class Mailer:
    """One connection to the mail server named by `smtp://…` (STARTTLS) or `smtps://…`."""

    def __init__(self, smtp_url: str) -> None:
        """Nothing is connected before the first mail."""
        self._url = urlsplit(smtp_url)
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage, *, bounces_to: str, reference: str) -> None:
        """Hand one message over; when this returns, the server has accepted it.

        Reports of a delivery that fails later go to `bounces_to` and name the `reference` where
        the server can do that (RFC 3461). Raises AddressRefused, MailRefused or MailDown. None of
        them says anything about whom it was for.
        """
        try:
            self._hand_over(message, bounces_to, reference)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, text),) = error.recipients.values()
            self.close()
            raise _refused(code, text) from None
        except smtplib.SMTPNotSupportedError:
            self.close()
            raise _not_written(str(message["To"]), bounces_to) from None
        except smtplib.SMTPDataError as error:
            self.close()
            raise _not_now(error.smtp_code, "the message") from None
        except smtplib.SMTPSenderRefused as error:
            self.close()
            is_too_large = error.smtp_code == TOO_LARGE
            failure = MailRefused if is_too_large else MailDown
            raise failure(f"the sender refused: SMTP {error.smtp_code}") from None
        except smtplib.SMTPResponseException as error:
            self.close()
            raise MailDown(f"{type(error).__name__}: SMTP {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise MailDown(type(error).__name__) from None

    def _hand_over(self, message: EmailMessage, bounces_to: str, reference: str) -> None:
        connection = self._connection or self._connect()
        self._connection = connection
        options = [f"ENVID={reference}", "RET=HDRS"] if connection.has_extn("dsn") else []
        connection.send_message(message, from_addr=bounces_to, mail_options=options)

    def _connect(self) -> smtplib.SMTP:
        host, secure = self._url.hostname or "localhost", self._url.scheme == "smtps"
        context = ssl.create_default_context()
        connection: smtplib.SMTP
        if secure:
            port = self._url.port or 465
            connection = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT)
            connection.ehlo()
            if connection.has_extn("starttls"):
                connection.starttls(context=context)
                secure = True
        if self._url.username:
            if not secure and host not in _LOCAL:
                connection.close()
                raise smtplib.SMTPException("no password over an open line")
            self._log_in(connection)
        connection.ehlo_or_helo_if_needed()  # what it offers over the encrypted line
        return connection

    def _log_in(self, connection: smtplib.SMTP) -> None:
        name, password = self._url.username or "", self._url.password or ""
        try:
            connection.login(unquote(name), unquote(password))
        except smtplib.SMTPNotSupportedError:  # which says nothing about whom a mail is for
            connection.close()
            raise MailDown("the server takes no password") from None

    def close(self) -> None:
        """End the connection, politely where that is possible."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()


def _refused(code: int, text: bytes) -> Exception:
    """What the refusal of a recipient means: the address may be right all the same."""
    if is_about_mailbox(code, text):
        return AddressRefused(f"SMTP {code}")
    return _not_now(code, "the recipient")


def _not_written(recipient: str, sender: str) -> Exception:
    """The server knows no addresses in all scripts (RFC 6531): whose is it that needs them?"""
    if sender.isascii() and not recipient.isascii():
        return AddressRefused("the server cannot write to such an address")
    return MailDown("the server cannot write our own address")


def _not_now(code: int, what: str) -> Exception:
    if is_about_all_mail(code):
        return MailDown(f"{what} refused: SMTP {code}")
    return MailRefused(f"{what} refused: SMTP {code}")
