"""What mails are made with and of, before they are put into words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal.settings import Settings
from portal.store.secrets import Secrets

STALE = timedelta(days=6)  # what comes once a week and could not be sent gives way to the next one


@dataclass(frozen=True)
class Letter:
    """One mail to one person, before it is put into words."""

    to: str
    lang: str
    template: str  # notify/<template>.txt and .html
    context: dict[str, Any]
    reference: str  # the Message-ID is made of it, so that a repeat can be told from another mail
    stop_link: str | None  # None: mail that belongs to somebody's work


@dataclass(frozen=True)
class Nothing:
    """No mail: why, and what becomes of the request."""

    why: str
    is_final: bool = True
    again_at: datetime | None = None


@dataclass(frozen=True)
class Stationery:
    """What letters are made with."""

    secrets: Secrets
    settings: Settings

    def day(self, moment: datetime) -> date:
        """The city's day."""
        return moment.astimezone(self.settings.zone).date()

    def link(self, lang: str, path: str) -> str:
        """The public address of a page of ours."""
        tag = lang if lang in self.settings.languages else self.settings.default_language
        return f"{self.settings.base_url.rstrip('/')}/{tag}/{path}"

    def reference(self, job_id: int) -> str:
        """What a mail of the outbox is known by, in its Message-ID and in reports about it."""
        return self.secrets.mail_reference(job_id)
