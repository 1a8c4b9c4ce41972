"""The signed token of residents' forms: one nonce, one use, no cookie (DESIGN.md section 5.1).

Together with a check of Sec-Fetch-Site it stands for CSRF protection there, and because the
receipt is derived from it, sending the same form twice gives the same receipt.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Request

MAX_AGE = timedelta(days=7)
MIN_AGE = timedelta(seconds=2)  # nobody reads and answers faster
_NONCE_BYTES = 16
_SIGNATURE_BYTES = 16
_MAX_LENGTH = 200
_SAME_SITE = {"same-origin", "none"}
_NOT_SAID = "null"


class BadToken(Exception):
    """Not a token of ours, or one for another service."""


class ExpiredToken(BadToken):
    """A token of ours that is older than seven days: offer a fresh form with what was typed."""


@dataclass(frozen=True)
class FormToken:
    """A token that was checked; `text` is what the receipt is derived from."""

    text: str
    issued_at: datetime

    def is_too_young(self, now: datetime) -> bool:
        """Whether the form came back faster than a person can answer it.

        A token from the future says only that a clock was set back, nothing about its bearer.
        """
        return timedelta() <= now - self.issued_at < MIN_AGE


class FormTokens:
    """Makes and checks tokens with one key."""

    def __init__(self, key: bytes) -> None:
        """`key` is 32 bytes for this purpose alone."""
        self._key = key

    def issue(self, subject: str, now: datetime) -> str:
        """A new token for a form about `subject` (e.g. "rate:17")."""
        body = f"{_encode(secrets.token_bytes(_NONCE_BYTES))}.{int(now.timestamp())}"
        return f"{body}.{self._signature(body, subject)}"

    def check(self, text: str, subject: str, now: datetime) -> FormToken:
        """The token, or BadToken / ExpiredToken."""
        if len(text) > _MAX_LENGTH or not text.isascii() or text.count(".") != 2:
            raise BadToken
        body, _, signature = text.rpartition(".")
        if not hmac.compare_digest(signature, self._signature(body, subject)):
            raise BadToken
        issued_at = datetime.fromtimestamp(int(body.split(".")[1]), UTC)
        if now - issued_at > MAX_AGE:
            raise ExpiredToken
        return FormToken(text, issued_at)

    def _signature(self, body: str, subject: str) -> str:
        digest = hmac.digest(self._key, f"{body}|{subject}".encode(), "sha256")
        return _encode(digest[:_SIGNATURE_BYTES])


def comes_from_elsewhere(request: Request, base_url: str) -> bool:
    """Whether another site made the reader's browser send this (Sec-Fetch-Site, else Origin).

    Behind a proxy that ends TLS the request itself says http, so the public address counts too.
    A page whose address holds a code passes it on to nobody (`headers`), and browsers that send no
    Sec-Fetch-Site, older ones and all without TLS, then do not say where its form comes from
    either: there the code, which no other site knows, is the proof.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in _SAME_SITE
    origin = request.headers.get("Origin")
    ours = {request.host_url.rstrip("/"), base_url.rstrip("/")}
    if "code" in (request.view_args or {}):
        ours.add(_NOT_SAID)
    return origin is not None and origin not in ours


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
