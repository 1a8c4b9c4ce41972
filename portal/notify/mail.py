"""Mail as it goes over the wire: plain text and HTML, no tracking, one click to stop."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.notify.letters import Letter

TIMEOUT = 20
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
    """The mail server cannot be reached or refuses us; try again later."""


class AddressRefused(Exception):
    """The mail server says for good that there is no such address."""


def make_message(
    letter: Letter, words: Words, *, sender: str, base_url: str, now: datetime
) -> EmailMessage:
    """The message. Its Message-ID depends on the letter alone, so that a repeat can be told."""
    message = EmailMessage(policy=policy.SMTP)
    local, _, domain = sender.rpartition("@")
    message["From"] = Address(words.sender, local, domain)
    message["To"] = letter.to
    message["Subject"] = " ".join(words.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = _message_id(letter.key, base_url)
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{letter.stop_link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(words.text)
    message.add_alternative(words.html, subtype="html")
    for part in message.walk():  # after the content: setting that clears all Content-… headers
        part["Content-Language"] = letter.lang
    return message


def _message_id(key: str, base_url: str) -> str:
    digest = hashlib.sha256(f"{base_url}|{key}".encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(base_url).hostname or 'localhost'}>"


class Mailer:
    """One connection to the mail server named by `smtp://…` (STARTTLS) or `smtps://…`."""

    def __init__(self, smtp_url: str) -> None:
        """Nothing is connected before the first mail."""
        self._url = urlsplit(smtp_url)
        self._connection: smtplib.SMTP | None = None

    def send(self, message: EmailMessage) -> None:
        """Hand one message over; when this returns, the server has accepted it.

        Raises AddressRefused or MailDown. Neither says anything about whom it was for.
        """
        try:
            connection = self._connection or self._connect()
            self._connection = connection
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = max(answer[0] for answer in error.recipients.values())
            self.close()
            if code >= 500:
                raise AddressRefused(f"SMTP {code}") from None
            raise MailDown(f"recipient refused for now: SMTP {code}") from None
        except smtplib.SMTPNotSupportedError:
            self.close()
            raise AddressRefused("the server cannot write to such an address") from None
        except smtplib.SMTPResponseException as error:
            self.close()
            raise MailDown(f"{type(error).__name__}: SMTP {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise MailDown(type(error).__name__) from None

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
            connection.login(unquote(self._url.username), unquote(self._url.password or ""))
        return connection

    def close(self) -> None:
        """End the connection, politely where that is possible."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()
