"""Reading reports of failed deliveries (RFC 3464). They come from anybody, so little is believed.

Of a message only this is used: that it is a report, that a delivery has failed for good, and which
of our mails it was about. Each mail carries a reference that nobody else can make (Message-ID,
envelope and sender hold it), so only somebody who got a mail can send a report about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

from portal.notify.refusals import is_gone_status

READ = 256 * 1024  # bytes of a message; a report begins with what matters
_REFERENCE = re.compile(rb"(?<![0-9a-z.])([0-9]{1,19}\.[0-9a-f]{32})(?![0-9a-z])", re.IGNORECASE)
# A relay that has tried for days gives up, for good, with the status of its last try: 4.4.1, 4.4.7.
_STATUS = re.compile(r"[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])")
_MOST = 8  # references looked at: ours stands in the envelope's id, the headers and the Message-ID


@dataclass(frozen=True)
class Report:
    """What became of a mail: its possible references, and the status code of a failure for good.

    `status` is empty where nothing has failed, or not yet: a mail that is late, or has arrived.
    """

    references: tuple[str, ...]
    status: str

    @property
    def is_about_address(self) -> bool:
        """Whether there is no such mailbox, for any mail, rather than something with this one."""
        return is_gone_status(self.status)


def read_report(raw: bytes) -> Report | None:
    """What a message reports; None for everything that is no report."""
    raw = raw[:READ]
    references = tuple(dict.fromkeys(_REFERENCE.findall(raw)))[:_MOST]
    if not references or b"delivery-status" not in raw.lower():
        return None
    try:
        status = _find_status(message_from_bytes(raw))
    except (AttributeError, LookupError, MessageError, RecursionError, TypeError, ValueError):
        return None  # made to break whoever reads mail
    if status is None:
        return None
    return Report(tuple(reference.decode().lower() for reference in references), status)


def _find_status(message: Message) -> str | None:
    """The status of the first recipient to whom delivery has failed; our mails have only one.

    Empty for a report of none that has failed, None for what is no report.
    """
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    status: str | None = None
    for part in message.get_payload():
        if not isinstance(part, Message) or part.get_content_type() != "message/delivery-status":
            continue
        status = ""
        for block in part.get_payload() if part.is_multipart() else ():
            if isinstance(block, Message) and _word(block, "Action") == "failed":
                found = _STATUS.match(_word(block, "Status"))
                return found[0] if found else ""
    return status


def _word(block: Message, name: str) -> str:
    return str(block.get(name, "")).strip().casefold()
