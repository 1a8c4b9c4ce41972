"""Keys derived from the portal's secret, and what is made with them (SECURITY.md T5, T9, T10).

Every purpose has a key of its own (HKDF-SHA256), so that what is made for one proves nothing
for another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.models.submissions import PeriodKey

RECEIPT_LENGTH = 25
# Crockford's base32: no I, L, O, U, so that a code survives being read aloud.
RECEIPT_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PERIOD_DAYS = 90
_PERIOD_SECRET = select(PeriodKey.secret).where(PeriodKey.period == bindparam("period"))
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})


@dataclass(frozen=True)
class Secrets:
    """Everything that depends on the portal's secret key."""

    secret_key: str

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return _derive(self.secret_key, purpose)

    @cached_property
    def _receipt_key(self) -> bytes:
        return self.key("receipt")

    @cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.key("contact")))

    @cached_property
    def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key("integrity-signature"))

    @cached_property
    def leaf_key(self) -> bytes:
        """What the hashes of records in the signed day files are keyed with."""
        return self.key("integrity-leaf")

    @cached_property
    def public_key(self) -> str:
        """The Ed25519 key (32 bytes in hex) by which anybody checks what `sign` signed."""
        return self._signing_key.public_key().public_bytes_raw().hex()

    def sign(self, text: str) -> str:
        """The Ed25519 signature (hex) of a text, the same every time."""
        return self._signing_key.sign(text.encode()).hex()

    def receipt_code(self, token: str) -> str:
        """The receipt of a form token: 25 base32 symbols (125 bits), the same every time."""
        digest = hmac.digest(self._receipt_key, token.encode(), "sha256")
        number = int.from_bytes(digest, "big") >> (256 - 5 * RECEIPT_LENGTH)
        return "".join(
            RECEIPT_ALPHABET[number >> (5 * place) & 31]
            for place in reversed(range(RECEIPT_LENGTH))
        )

    def encrypt(self, text: str) -> bytes:
        """Text that only this portal can read again."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """What `encrypt` hid."""
        return self._fernet.decrypt(token).decode()

    def email_hash(self, email: str) -> str:
        """The same for the same address, and nothing else can be learned from it."""
        return self._hex("email", email.strip().casefold())

    def address_key(self, email: str) -> str:
        """The same for the same address, to be shown: what rests is hashed with another key.

        Else whoever may name addresses, and reads a copy of the database, could try whose it holds.
        """
        return self._hex("address-shown", email.strip().casefold())

    def prefix_hash(self, address: str, day: date) -> str:
        """A network prefix (IPv4 /24, IPv6 /56) under a key that changes daily."""
        return self._hex(f"prefix:{day.isoformat()}", network_prefix(address))

    def mail_token(self, submission_id: int) -> str:
        """The token of the links in mails about one submission, the same every time.

        The contact's row keeps its SHA-256 only, and a mail that is sent again has the same links.
        """
        return self._hex("mail-token", str(submission_id))

    def mail_reference(self, outbox_id: int) -> str:
        """What a mail is known by, the same every time; nobody else can make one."""
        return f"{outbox_id}.{self._hex('mail-reference', str(outbox_id))[:32]}"

    def read_mail_reference(self, reference: str) -> int | None:
        """The outbox's id in a reference that is ours, None for any other."""
        outbox_id = reference.partition(".")[0]
        if not (outbox_id.isascii() and outbox_id.isdigit()):
            return None
        is_ours = hmac.compare_digest(self.mail_reference(int(outbox_id)), reference)
        return int(outbox_id) if is_ours else None

    def paper_token(self, form_id: int) -> str:
        """The token of a printed form, the same every time: its receipt follows from it."""
        return self._hex("paper-form", str(form_id))

    def is_typed_twice(self, form_id: int, one_in: int) -> bool:
        """Whether a printed form is in the sample; nobody can tell before it is typed."""
        return int(self._hex("paper-sample", str(form_id))[:12], 16) % one_in == 0

    def is_in_first_half(self, purpose: str, submission_id: int) -> bool:
        """One of two halves at random, always the same; nobody without the key can foresee it."""
        return int(self._hex(f"half:{purpose}", str(submission_id)), 16) % 2 == 0

    def digest_token(self, person_id: int) -> str:
        """The token of the link that stops somebody's weekly mail, the same every time."""
        return self._hex("digest-token", str(person_id))

    def news_token(self, subscription_id: int, created_at: datetime) -> str:
        """The token of the links in somebody's weekly news, the same every time.

        The moment is part of it: a number that a database gives out again makes another token.
        """
        return self._hex("news-token", f"{subscription_id}:{created_at.isoformat()}")

    def account_token(self, link_id: int, made_at: datetime) -> str:
        """The token of a link for one person's account, the same every time.

        The moment is part of it: a number that a database gives out again makes another token.
        """
        return self._hex("account-link", f"{link_id}:{made_at.isoformat()}")

    def partner_token(self, co_decision_id: int, made_at: datetime, email_hash: str) -> str:
        """The token of a link that is mailed to a partner, the same every time.

        Nobody but the portal can make it, so it need not be kept anywhere until it is mailed. It is
        another one for another address, so nothing of the address need be kept beside it.
        """
        return self._hex("partner-link", f"{co_decision_id}:{made_at.isoformat()}:{email_hash}")

    def passkey_user(self, person_id: int) -> bytes:
        """What devices know a person by who keeps a passkey there; it says nothing about them."""
        return bytes.fromhex(self._hex("passkey-user", str(person_id)))

    def recovery_hash(self, person_id: int, code: str) -> str:
        """How a recovery code rests: nobody can try codes against it without our secret."""
        return self._hex("recovery-code", f"{person_id}:{code}")

    def answers_hash(self, text: str) -> str:
        """Tells whether a repeated form holds the same answers."""
        return self._hex("answers", text)

    def _hex(self, purpose: str, text: str) -> str:
        return hmac.new(self.key(purpose), text.encode(), "sha256").hexdigest()


@lru_cache(maxsize=64)  # a few purposes, and one key a day
def _derive(secret_key: str, purpose: str) -> bytes:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=f"portal:{purpose}".encode())
    return derived.derive(secret_key.encode())


def network_prefix(address: str) -> str:
    """The network an address belongs to, wide enough for one connection or building."""
    bits = 24 if ipaddress.ip_address(address).version == 4 else 56
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def normalise_receipt(code: str) -> str | None:
    """A typed code as it was given out, None if it is none.

    People type spaces, dashes, small letters, look-alikes, the wide letters of Chinese and Korean
    keyboards and the digits of Arabic ones, and paste the address of the page.
    """
    typed = unicodedata.normalize("NFKC", code.rpartition("/receipts/")[2]).upper()
    plain = "".join(
        str(unicodedata.decimal(letter, letter)) for letter in typed if letter.isalnum()
    ).translate(_LOOKALIKES)
    if len(plain) != RECEIPT_LENGTH or any(letter not in RECEIPT_ALPHABET for letter in plain):
        return None
    return plain


def sha256(text: str) -> str:
    """SHA-256 in hex: how receipts and tokens rest."""
    return hashlib.sha256(text.encode()).hexdigest()


def period_of(day: date) -> int:
    """The number of the 90-day period that the day belongs to."""
    return day.toordinal() // PERIOD_DAYS


def get_period_secret(session: Session, day: date) -> bytes:
    """The secret behind person_key in the day's period; made when the period begins.

    Two processes may begin a period together: the second one's row is not stored, and it reads
    the first one's.
    """
    period = {"period": period_of(day)}
    secret = session.scalar(_PERIOD_SECRET, period)
    if secret is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(
            dialect.insert(PeriodKey.__table__)
            .values(**period, secret=secrets.token_bytes(32))
            .on_conflict_do_nothing(index_elements=["period"])
        )
        secret = session.scalars(_PERIOD_SECRET, period).one()
    return secret


def person_key(secret: bytes, identity: str) -> str:
    """HMAC-SHA256 (hex) of a verified contact or a random cookie (METHOD.md section 7)."""
    return hmac.new(secret, identity.encode(), "sha256").hexdigest()


def destroy_past_period_secrets(session: Session, today: date) -> None:
    """Make it impossible to link anybody across periods that are over."""
    session.execute(delete(PeriodKey).where(PeriodKey.period < period_of(today)))


def new_token() -> str:
    """A random token for links, 256 bits."""
    return secrets.token_urlsafe(32)
