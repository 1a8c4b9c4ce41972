"""Passwords: which are good enough, and how they rest (argon2id, SECURITY.md T10)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
MAX_LENGTH = 200
SCHEME = "argon2"
# The parameters that OWASP names first: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1, type=Type.ID)
# The same for Flask-Security, which reads and writes the same form of hash.
OPTIONS: dict[str, Any] = {
    "argon2__type": "ID",
    "argon2__memory_cost": _HASHER.memory_cost,
    "argon2__time_cost": _HASHER.time_cost,
    "argon2__parallelism": _HASHER.parallelism,
}
# Words that make a long password easy to guess, whatever digits and signs stand around them.
_WORDS = """
    password passwort passphrase contraseña contrasena qwerty qwertyuiop qwertyuiopasdfgh asdfghjkl
    zxcvbnm azerty letmein welcome welcometo iloveyou sunshine princess football baseball basketball
    superman batman dragon monkey master shadow michael jennifer jordan charlie trustno computer
    internet administrator admin administration superuser root changeme default secret mysecret
    government cityhall city service services staff manager department portal testing test
    temporary temppassword newpassword mypassword passwordpassword correcthorsebatterystaple
    abcdefghijkl abcdefghijklm abcdefghijklmnopqrstuvwxyz abcabcabcabc qazwsx qazwsxedc qazwsxedcrfv
    spring summer autumn winter january february march april may june july august september october
    november december
"""
_COMMON = frozenset(_WORDS.split())
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "01234567890123456789", "98765432109876543210")
_SWAPS = str.maketrans("013457@$", "oieastas")


class PasswordError(ValueError):
    """A password that may not be used; the message says why, `kind` in one word for pages."""

    def __init__(self, kind: str, message: str) -> None:
        """`kind` is short, long, common or address."""
        super().__init__(message)
        self.kind = kind


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return _HASHER.hash(normalise(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password of this hash. Without a hash it takes as long, and is not."""
    try:
        _HASHER.verify(kept or _nobodys(), normalise(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def normalise(password: str) -> str:
    """The same password typed on another keyboard is the same (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, email: str) -> None:
    """Raise PasswordError when it is short, common, or made of the e-mail address."""
    plain = normalise(password)
    if len(plain) < MIN_LENGTH:
        raise PasswordError("short", f"the password needs at least {MIN_LENGTH} characters")
    if len(plain) > MAX_LENGTH:
        raise PasswordError("long", f"the password may have {MAX_LENGTH} characters at most")
    if _is_common(plain.casefold()):
        raise PasswordError(
            "common", "this password is one of the first that are tried; choose another"
        )
    local = email.casefold().partition("@")[0]
    rest = plain.casefold().replace(email.casefold(), "")
    if len(local) > 2:
        rest = rest.replace(local, "")
    if len(rest) < MIN_LENGTH // 2:
        raise PasswordError("address", "the password must not be made of the e-mail address")


def _is_common(plain: str) -> bool:
    letters = plain.strip("0123456789!?.,;:-_#*+$%&/()= ")
    words = {letters, letters.translate(_SWAPS), plain.translate(_SWAPS)}
    doubled = {word[: len(word) // 2] for word in words if word[: len(word) // 2] * 2 == word}
    return (
        len(set(plain)) < 5
        or any(plain in run for run in _RUNS)
        or bool((words | doubled) & _COMMON)
        or letters == ""
    )
