"""The mailbox that gets reports of failed deliveries: over IMAP, or a Maildir of this machine."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from portal.notify.reports import READ

TIMEOUT = 20
BATCH = 200  # messages a round; a flood of them does not hold the worker up
_LOCAL = {"localhost", "127.0.0.1", "::1"}

# Takes the beginning of a message and says whether it was ours, and may go.
Reader = Callable[[bytes], bool]


class MailboxDown(Exception):
    """The mailbox cannot be read now; try again later."""


def read_mailbox(url: str, take: Reader) -> int:
    """Give new messages to `take`, at most BATCH; returns how many.

    What was ours is deleted after `take` has come back, since it holds an address; everything else
    stays and counts as read. A message that was taken twice changes nothing the second time.
    Raises MailboxDown.
    """
    try:
        return _read_maildir(url, take) if url.startswith("maildir:") else _read_imap(url, take)
    except (imaplib.IMAP4.error, OSError) as error:
        # Not the text of the error: servers repeat what they were sent.
        raise MailboxDown(type(error).__name__) from None


def _read_maildir(url: str, take: Reader) -> int:
    root = Path(unquote(urlsplit(url).path))
    paths = sorted((root / "new").iterdir())[:BATCH]
    for path in paths:
        with path.open("rb") as file:
            is_ours = take(file.read(READ))
        if is_ours:
            path.unlink(missing_ok=True)
        else:
            path.rename(root / "cur" / f"{path.name}:2,S")  # the folder's mark for read
    return len(paths)


def _read_imap(url: str, take: Reader) -> int:
    with _connect(url) as connection:
        _status, found = connection.uid("SEARCH", "UNSEEN")
        uids = (found[0] or b"").split()[:BATCH]
        for uid in uids:
            number = uid.decode("ascii", "replace")
            is_ours = take(_fetch(connection, number))
            connection.uid("STORE", number, "+FLAGS", r"(\Deleted)" if is_ours else r"(\Seen)")
        if uids:
            connection.expunge()
        return len(uids)


def _fetch(connection: imaplib.IMAP4, uid: str) -> bytes:
    """The beginning of a message; nothing beyond it crosses the line."""
    _status, data = connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{READ}>)")
    for item in data:
        if isinstance(item, tuple):
            return bytes(item[1])
    return b""


@contextmanager
def _connect(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    connection: imaplib.IMAP4
    if parts.scheme == "imaps":
        connection = imaplib.IMAP4_SSL(
            host, parts.port or 993, ssl_context=context, timeout=TIMEOUT
        )
    else:
        connection = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
        if "STARTTLS" in connection.capabilities:
            connection.starttls(context)
        elif host not in _LOCAL:
            connection.shutdown()
            raise MailboxDown("no password over an open line")
    with connection:  # signs out, whatever happens
        connection.login(unquote(parts.username or ""), unquote(parts.password or ""))
        status, _data = connection.select(_quoted(unquote(parts.path.strip("/")) or "INBOX"))
        if status != "OK":
            raise MailboxDown("no such folder")
        yield connection


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
