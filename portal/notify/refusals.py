"""What a mail server's refusal says: that there is no such mailbox, or anything else.

Only a statement about the mailbox itself may end all mail to an address. Servers refuse recipients
for many other reasons, often with the same code: our own setting-up, a limit, a list of senders,
a mailbox that is full today.
"""

from __future__ import annotations

import re

_ALL_MAIL = {421, 530}  # it is closing down; it wants us to encrypt or to sign in first
_NO_MAILBOX = {550, 551, 553}  # what RFC 5321 has for it, where no enhanced code says more
_ABOUT_SENDER = {"5.1.7", "5.1.8"}
# An enhanced code (RFC 3463) begins the text; some servers put it after a "#" at the end.
_ENHANCED = re.compile(r"(?:^|#)\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9]|\.[0-9])")
_ADDRESSES = re.compile(r"<[^>]*>|\S+@\S+")  # somebody may be called "relay"
_POLICY = re.compile(
    r"relay|spam|junk|block|black|deny|denied|\bban(?:ned)?\b|polic|reputation|(?<!not )listed"
    r"|permi|allowed (?:to|from|by)|prohibit|authori|authenti|\blog ?in\b|\btls\b|encrypt|starttls"
    r"|too (?:many|much|large|big|fast|often)|\brat(?:e|es|ed)\b|limit|exceed|throttl|quota|full\b"
    r"|storage|space|size|grey|gray|temporar|later|again|virus|content|suspicious|attach|\brbl\b|dnsbl"
    r"|sender|from address|return.path|helo|ehlo|\bptr\b|reverse|\bdns\b|\bspf\b|dkim|dmarc|http"
    r"|\bips?\b|your (?:host|server|network|domain|mail)|rcpthosts|administrat|service"
    r"|(?:mail|message|connection|session|transaction)s? (?:\w+ )?(?:reject|refus|not accept)"
)


def is_gone_status(status: str) -> bool:
    """Whether an enhanced code says that there is no such mailbox, for any mail.

    Of 5.1, which is about addresses, two are about the sender's.
    """
    is_address = status.startswith("5.1.") and status not in _ABOUT_SENDER
    return is_address or status == "5.2.1"


def is_about_mailbox(code: int, text: bytes) -> bool:
    """Whether the refusal of a recipient says for good that there is no such mailbox.

    An enhanced code decides where there is one. Without one the text may not read as anything else.
    """
    if code < 500:
        return False
    words = _ADDRESSES.sub(" ", text.decode("utf-8", "replace").casefold())
    enhanced = _ENHANCED.search(words)
    if enhanced is not None:
        return is_gone_status(enhanced[1]) and not _is_unclear_about_whom(enhanced[1], words)
    return code in _NO_MAILBOX and _POLICY.search(words) is None


def is_about_all_mail(code: int) -> bool:
    """Whether the server would say the same whomever a mail is for."""
    return code in _ALL_MAIL


def _is_unclear_about_whom(status: str, words: str) -> bool:
    """5.1.0 is about an address, and servers that check the sender late use it for that too."""
    return status == "5.1.0" and "sender" in words
