"""The portal's settings: read once from `PORTAL_…` environment variables, frozen, loud when wrong.

A default is given only where it is right in production and public; everything else must be said.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.data.languages import list_added
from portal.domain.language import is_language_tag
from portal.setting_values import (
    Network,
    is_address,
    is_address_header,
    is_country,
    is_mail_address,
    is_origin,
    is_site,
    parse,
)

PREFIX = "PORTAL_"
_MINIMUM_SECRET = 32
_LIMIT = (1, 100_000_000)  # none: every rating would be refused
_RANGES = {
    "port": (1, 65535), "web_workers": (1, 256), "worker_seconds": (1, 3600),
    "mail_domain_hourly_limit": (1, 1_000_000), "language_percent": (50, 100),
    "prefix_hourly_limit": _LIMIT, "service_hourly_limit": _LIMIT, "total_hourly_limit": _LIMIT,
}  # fmt: skip
_WEB = ("http://", "https://")
_WEB_PORT = 80  # the one that no address on the web names
# How what leads somewhere begins; empty, where that is allowed, it leads nowhere.
_BEGINNINGS = {
    "translate_url": _WEB, "data_licence": _WEB, "software_licence": _WEB,
    "smtp_url": ("smtp://", "smtps://"), "bounce_mailbox": ("imap://", "imaps://", "maildir:///"),
}  # fmt: skip
_MAIL_ADDRESSES = ("mail_from", "bounce_address")


class SettingsError(ValueError):
    """A setting is missing or makes no sense; the message names it and says what to do."""


def _setting(help_text: str, default: Any, *, is_secret: bool = False) -> Any:
    """`is_secret`: it is or holds a secret, so nothing ever shows its value."""
    return field(default=default, metadata={"help": help_text, "is_secret": is_secret})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting there is. `portal settings` lists them with their meaning and value."""

    secret_key: str = _setting(
        "At least 32 random characters; signs and encrypts.", "", is_secret=True
    )
    database_url: str = _setting(
        "SQLAlchemy address: sqlite:///file or postgresql+psycopg://…",
        "sqlite:///.instance/portal.db",
        is_secret=True,
    )
    instance: Path = _setting("Folder for what this installation keeps.", Path(".instance"))
    base_url: str = _setting(
        "Public address, e.g. https://listens.example.org; empty: this machine at PORTAL_PORT.",
        "http://127.0.0.1:8000",
    )
    city_name: str = _setting("The city's name, where no translated one is kept.", "Our city")
    time_zone: str = _setting("The city's time zone (IANA name).", "America/Chicago")
    languages: tuple[str, ...] = _setting(
        "Languages offered, in order, the default first.", ("en", "es", "vi", "zh-Hans", "ar", "ko")
    )
    data_licence: str = _setting(
        "Address of the licence of the open data; empty: none is named.",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    software_licence: str = _setting(
        "Address of the licence of this portal's software; empty: pages do not speak of it.", ""
    )
    language_percent: int = _setting(
        "How much of what residents read must be there before a language is offered.", 90
    )
    country: str = _setting(
        "The city's country (ISO 3166): how figures and phone numbers are written.", "US"
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "Networks of proxies whose client-address header is believed.", ()
    )
    client_address_header: str = _setting(
        "Header in which a trusted proxy names the client; it must pass on none of the same name"
        " with _ for -.",
        "X-Forwarded-For",
    )
    smtp_url: str = _setting(
        "smtp://user:password@host:port or smtps://…; empty: no mail.", "", is_secret=True
    )
    mail_from: str = _setting("Sender of mail to residents.", "")
    mail_domain_hourly_limit: int = _setting(
        "Mails an hour to addresses of one domain; the others follow in the next hour.", 1000
    )
    bounce_address: str = _setting(
        "Where reports of failed deliveries go; * stands for the mail's own mark. Empty: to the "
        "sender of mail.",
        "",
    )
    translate_url: str = _setting(
        "LibreTranslate-compatible service with which staff may read comments in their own"
        " language, e.g. http://127.0.0.1:5000; empty: none. Comments are sent there on demand.",
        "",
    )
    translate_key: str = _setting(
        "The key that the translation service asks for, if any.", "", is_secret=True
    )
    bounce_mailbox: str = _setting(
        "Where these reports are read: imaps://user:password@host/folder or maildir:///path; empty:"
        " nowhere. What is read there counts as read, and reports about our mail are deleted.",
        "",
        is_secret=True,
    )
    oidc_issuer: str = _setting(
        "Address of the city's identity provider (OpenID Connect); empty: none. It must say when"
        " people signed in (auth_time).",
        "",
    )
    oidc_client_id: str = _setting("What the provider knows this portal by.", "")
    oidc_client_secret: str = _setting("The provider's secret for this portal.", "", is_secret=True)
    oidc_name: str = _setting("What people call the provider.", "single sign-on")
    oidc_factors: tuple[str, ...] = _setting(
        "Values of the provider's amr or acr that count as a second factor.", ("mfa",)
    )
    embed_origins: tuple[str, ...] = _setting(
        "Sites that may show the rating form and levels in a frame, e.g. https://www.city.example;"
        " * for any; empty: none.",
        (),
    )
    host: str = _setting("Address that `portal serve` listens on.", "127.0.0.1")
    port: int = _setting("Port that `portal serve` listens on.", 8000)
    web_workers: int = _setting("Web processes.", 2)
    worker_seconds: int = _setting("Seconds between two rounds of the worker.", 5)
    prefix_hourly_limit: int = _setting(
        "Ratings an hour that one network prefix may send for one service.", 120
    )
    service_hourly_limit: int = _setting("Ratings an hour that one service takes.", 5000)
    total_hourly_limit: int = _setting("Ratings an hour that the whole portal takes.", 50000)
    is_testing: bool = _setting(
        "Test run: the clock can be moved; webhooks and logo may use http and this machine.", False
    )
    clock_file: Path | None = _setting(
        "Test runs only: a file with the seconds to add to the clock.", None
    )

    @property
    def mailboxes(self) -> tuple[str, ...]:
        """Addresses of the portal's own, to which something is sent; * stands for anything."""
        return tuple(one for one in (self.mail_from, self.bounce_address) if one)

    def __post_init__(self) -> None:
        """Refuse what cannot work, alone or together."""
        self._check_numbers()
        self._check_addresses()
        self._check_way_in()
        self._check_city()
        self._check_provider()
        if len(self.secret_key) < _MINIMUM_SECRET:
            raise SettingsError(
                f"PORTAL_SECRET_KEY must have at least {_MINIMUM_SECRET} characters "
                "(for example the output of: openssl rand -hex 32)"
            )
        if self.clock_file is not None and not self.is_testing:
            raise SettingsError("PORTAL_CLOCK_FILE works in test runs only (PORTAL_IS_TESTING=1)")
        if self.smtp_url and not self.mail_from:
            raise SettingsError("PORTAL_MAIL_FROM must be set when PORTAL_SMTP_URL is")

    def _check_numbers(self) -> None:
        for name, (lowest, highest) in _RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                raise SettingsError(f"{PREFIX}{name.upper()} must be {lowest} to {highest}")

    def _check_addresses(self) -> None:
        # What is wrong is not repeated: it may hold a password.
        for name, beginnings in _BEGINNINGS.items():
            value = getattr(self, name)
            if value and not is_address(value, beginnings):
                raise SettingsError(
                    f"{PREFIX}{name.upper()} must be an address that begins with"
                    f" {' or '.join(beginnings)}"
                )
        for name in _MAIL_ADDRESSES:
            if getattr(self, name) and not is_mail_address(getattr(self, name)):
                raise SettingsError(f"{PREFIX}{name.upper()} must be an e-mail address")
        wrong = [one for one in self.embed_origins if not is_origin(one)]
        if wrong:
            raise SettingsError(
                f"PORTAL_EMBED_ORIGINS must be * or sites such as https://www.city.example: {wrong}"
            )

    def _check_way_in(self) -> None:
        if not (is_site(self.base_url) and is_address(self.base_url, _WEB)):
            raise SettingsError(
                "PORTAL_BASE_URL must be a site in small letters and nothing more, such as"
                " https://listens.example.org or http://127.0.0.1:8000; a name with letters beyond"
                " a-z as browsers send it, such as https://xn--brger-kva.example"
            )
        if not is_address_header(self.client_address_header):
            raise SettingsError(
                "PORTAL_CLIENT_ADDRESS_HEADER must be the name of a header that holds addresses and"
                f" nothing more, such as X-Forwarded-For: {self.client_address_header!r}"
            )
        if any(network.prefixlen == 0 for network in self.trusted_proxies):
            raise SettingsError(
                "PORTAL_TRUSTED_PROXIES must be the proxies' own networks: whoever is in them may"
                " say who is asking"
            )

    def _check_city(self) -> None:
        wrong = [tag for tag in self.languages if not is_language_tag(tag)]
        if wrong or not self.languages or len(set(self.languages)) != len(self.languages):
            raise SettingsError(
                f"PORTAL_LANGUAGES must be different language tags such as 'en es zh-Hans': {wrong}"
            )
        if not is_country(self.country):
            raise SettingsError(
                "PORTAL_COUNTRY must be the two capital letters of a country, such as US or DE:"
                f" {self.country!r}"
            )
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is none
            raise SettingsError(
                f"PORTAL_TIME_ZONE is not a time zone: {self.time_zone!r}"
            ) from error

    def _check_provider(self) -> None:
        if not self.oidc_issuer:
            return
        if not (self.oidc_client_id and self.oidc_client_secret):
            raise SettingsError(
                "PORTAL_OIDC_CLIENT_ID and PORTAL_OIDC_CLIENT_SECRET must be set when"
                " PORTAL_OIDC_ISSUER is"
            )
        is_right = is_address(self.oidc_issuer, _WEB)
        address = urlsplit(self.oidc_issuer) if is_right else None
        is_here = address is not None and address.hostname in {"127.0.0.1", "localhost"}
        if address is None or (address.scheme != "https" and not is_here):
            raise SettingsError("PORTAL_OIDC_ISSUER must begin with https://")

    @property
    def default_language(self) -> str:
        """The language of last resort: the first one offered."""
        return self.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone: whole days are counted in it."""
        return ZoneInfo(self.time_zone)

    @property
    def is_https(self) -> bool:
        """Whether residents reach the portal over https (cookies and HSTS depend on it)."""
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from `PORTAL_…` variables.

    Raises SettingsError for an unknown variable, a value of the wrong shape or a missing secret.
    """
    known = {f"{PREFIX}{item.name.upper()}": item for item in fields(Settings)}
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    unknown = sorted(set(given) - set(known) - _OUTSIDE)
    if unknown:
        raise SettingsError(f"unknown setting {unknown[0]}; see `portal settings`")
    values: dict[str, Any] = {
        item.name: _parse(name, str(item.type), given[name])
        for name, item in known.items()
        if name in given
    }
    if not values.get("secret_key"):
        values["secret_key"] = _kept_secret(
            values.get("database_url", Settings.database_url),
            values.get("instance", Settings.instance),
        )
    # What is tried out on another port must not print receipts that lead to the usual one.
    port = values.get("port", Settings.port)
    here = "http://127.0.0.1" if port == _WEB_PORT else f"http://127.0.0.1:{port}"
    values["base_url"] = values.get("base_url") or here
    return _with_added_languages(Settings(**values))


def _with_added_languages(settings: Settings) -> Settings:
    """The languages that the city added itself come after the others (`portal language`)."""
    added = [one.tag for one in list_added(settings.instance) if one.is_offered]
    new = [tag for tag in added if tag not in settings.languages]
    return replace(settings, languages=(*settings.languages, *new)) if new else settings


def _kept_secret(database_url: str, instance: Path) -> str:
    """The secret of a one-machine installation: made once and kept beside its SQLite file.

    Where several machines may share a database, all must be told the same secret.
    """
    if not database_url.startswith("sqlite"):
        raise SettingsError(
            "PORTAL_SECRET_KEY must be set when the database is not an SQLite file "
            "(for example to the output of: openssl rand -hex 32)"
        )
    path = instance / "secret-key"
    instance.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    return path.read_text().strip()


# Read by `make` and the tests, not by the portal itself.
_OUTSIDE = {"PORTAL_DEMO_PASSWORD", "PORTAL_SHARED_DATA", "PORTAL_TEST_POSTGRES_URL"}


def _parse(name: str, kind: str, text: str) -> object:
    try:
        return parse(kind, text)
    except ValueError as error:
        raise SettingsError(f"{name} makes no sense: {text!r} ({error})") from error
