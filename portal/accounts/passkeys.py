"""Passkeys (WebAuthn): the questions that browsers pass on to a device, and checking its answers.

A question stands in the session until it is answered, for ten minutes, and is answered once: the
cookie that holds it can be sent again, so what was answered is counted in the database.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import session
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.models.people import Passkey
from portal.web.context import portal
from portal.web.fields import is_storable

_KEY = "passkey"
_VALID = timedelta(minutes=10)


@dataclass(frozen=True)
class Question:
    """A question that waited in the session."""

    challenge: bytes
    asked_at: datetime


@dataclass(frozen=True)
class Made:
    """A new passkey as the device gave it."""

    credential_id: str
    public_key: bytes
    sign_count: int


def are_possible() -> bool:
    """Whether the portal's address is one that passkeys can belong to: a name, not a number."""
    try:
        ipaddress.ip_address(_host())
    except ValueError:
        return True
    return False


def _host() -> str:
    return urlsplit(portal().settings.base_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(portal().settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def ask_to_make(person_id: int, email: str, name: str, city: str, known: Sequence[Passkey]) -> str:
    """The question for a new passkey, as JSON; devices that hold one of `known` make no second."""
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=city,
        user_id=portal().secrets.passkey_user(person_id),
        user_name=email,
        user_display_name=name,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _keep(options.challenge, options_to_json(options))


def ask_to_show(known: Sequence[Passkey] = ()) -> str:
    """The question for a passkey, as JSON: for one of `known`, or for any of this portal."""
    options = generate_authentication_options(
        rp_id=_host(),
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _keep(options.challenge, options_to_json(options))


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential_id)) for one in known]


def _keep(challenge: bytes, question: str) -> str:
    session[_KEY] = [bytes_to_base64url(challenge), portal().clock.now().isoformat()]
    return question


def take_question() -> Question | None:
    """The question of this session, which is thereby answered; None where none waits any more."""
    kept = session.pop(_KEY, None)
    if not isinstance(kept, list) or len(kept) != 2:
        return None
    asked_at = datetime.fromisoformat(kept[1])
    if not asked_at <= portal().clock.now() < asked_at + _VALID:
        return None
    return Question(base64url_to_bytes(kept[0]), asked_at)


def credential_id(answer: str) -> str | None:
    """Which passkey an answer says it is from; None for what no database can be asked for."""
    try:
        found = json.loads(answer)["id"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and is_storable(found) else None


def check_made(answer: str, question: Question) -> Made | None:
    """The new passkey in an answer; None for one that is not right."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=question.challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, RecursionError, KeyError, TypeError):
        return None
    number = bytes_to_base64url(found.credential_id)
    return Made(number, found.credential_public_key, found.sign_count)


def check_shown(answer: str, question: Question, known: Passkey) -> int | None:
    """How often the passkey has signed by now; None for an answer that is not right."""
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=question.challenge,
            expected_rp_id=_host(),
            expected_origin=_origin(),
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, RecursionError, KeyError, TypeError):
        return None
    return found.new_sign_count
