"""Passwords: which are good enough, and how they rest (argon2id, SECURITY.md T10)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

from passlib.context import CryptContext

MIN_LENGTH = 12
MAX_LENGTH = 200
SCHEME = "argon2"
# The parameters that OWASP names first: 19 MiB, two passes, one lane.
OPTIONS: dict[str, Any] = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19456,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}
# Words that make a long password easy to guess, whatever digits and signs stand around them.
_COMMON = frozenset(
    """
    password passwort passphrase contraseña contrasena qwerty qwertyuiop qwertyuiopasdfgh asdfghjkl
    zxcvbnm azerty letmein welcome welcometo iloveyou sunshine princess football baseball basketball
    superman batman dragon monkey master shadow michael jennifer jordan charlie trustno computer
    internet administrator admin administration superuser root changeme default secret mysecret
    government cityhall city service services staff manager department portal testing test
    temporary temppassword newpassword mypassword passwordpassword correcthorsebatterystaple
    abcdefghijkl abcdefghijklm abcdefghijklmnopqrstuvwxyz abcabcabcabc qazwsx qazwsxedc qazwsxedcrfv
    spring summer autumn winter january february march april may june july august september october
    november december
    """.split()
)
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "01234567890123456789", "98765432109876543210")
_SWAPS = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"})


class PasswordError(ValueError):
    """A password that may not be used; the message says why."""


@cache
def _context() -> CryptContext:
    return CryptContext([SCHEME], **OPTIONS)


@cache
def _nobodys() -> str:
    return str(_context().hash("nobody has this password"))


def hash_password(password: str) -> str:
    """The argon2id hash to keep."""
    return str(_context().hash(normalise(password)))


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the password of this hash. Without a hash it takes as long, and is not."""
    is_right = bool(_context().verify(normalise(password), kept or _nobodys()))
    return is_right and kept is not None


def normalise(password: str) -> str:
    """The same password typed on another keyboard is the same (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, email: str) -> None:
    """Raise PasswordError when it is short, common, or made of the e-mail address."""
    plain = normalise(password)
    if len(plain) < MIN_LENGTH:
        raise PasswordError(f"the password needs at least {MIN_LENGTH} characters")
    if len(plain) > MAX_LENGTH:
        raise PasswordError(f"the password may have {MAX_LENGTH} characters at most")
    if _is_common(plain.casefold()):
        raise PasswordError("this password is one of the first that are tried; choose another")
    local = email.casefold().partition("@")[0]
    rest = plain.casefold().replace(email.casefold(), "")
    if len(local) > 2:
        rest = rest.replace(local, "")
    if len(rest) < MIN_LENGTH // 2:
        raise PasswordError("the password must not be made of the e-mail address")


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
