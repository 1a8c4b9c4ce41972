"""Sign-in through the city's identity provider (OpenID Connect: code flow with PKCE).

The provider says which address is verified; whom that lets in is decided here. What the browser
must bring back (state), what the token must hold (nonce) and the proof that it was us who asked
(PKCE) stand in the session, and are used once.
"""

from __future__ import annotations

import base64
import json
import secrets as random
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import session, url_for
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.store.outgoing import FAILURES
from portal.web.context import portal

_KEY = "provider"
_PARTS = 6  # of what a session keeps about a sign-in that was begun
_VALID = timedelta(minutes=10)
_TIMEOUT = 10
_MOST_BYTES = 1_000_000
_LEEWAY = 60  # seconds by which the provider's clock may differ from ours
# Signatures by a key pair only: "none", and a secret that both sides know, are refused.
_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


class ProviderError(Exception):
    """The provider cannot be reached, or what came back is not what was asked for."""


@dataclass(frozen=True)
class Asked:
    """A sign-in that was begun in this browser."""

    nonce: str
    verifier: str
    wanted: str | None
    is_again: bool  # by somebody who is signed in, to show that it is still them


@dataclass(frozen=True)
class Shown:
    """Who the provider says it is."""

    email: str
    has_second_factor: bool
    shown_at: datetime | None  # when they last typed a password there, where it says so


def is_set_up() -> bool:
    """Whether the city has such a provider."""
    return bool(portal().settings.oidc_issuer)


def begin_address(wanted: str | None, *, is_again: bool) -> str:
    """Where the browser is sent; the provider is told to ask anew where that is the point."""
    state, nonce, verifier = (random.token_urlsafe(48) for _ in range(3))
    more = {"prompt": "login", "max_age": "0"} if is_again else {}
    session[_KEY] = [state, nonce, verifier, portal().clock.now().isoformat(), wanted, is_again]
    return str(
        prepare_grant_uri(
            _discovered("authorization_endpoint"),
            client_id=portal().settings.oidc_client_id,
            response_type="code",
            redirect_uri=_return_address(),
            scope="openid email profile",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **more,
        )
    )


def _return_address() -> str:
    base = portal().settings.base_url.rstrip("/")
    tag = portal().settings.default_language
    return base + url_for("accounts.show_provider_answer", lang=tag)


def take_asked(state: str) -> Asked | None:
    """The sign-in that an answer belongs to, which is thereby used; None for a stranger's."""
    kept = session.get(_KEY)
    if not isinstance(kept, list) or len(kept) != _PARTS:
        return None
    if not random.compare_digest(str(kept[0]).encode(), state.encode()):
        return None
    del session[_KEY]
    asked_at = datetime.fromisoformat(kept[3])
    if not asked_at <= portal().clock.now() < asked_at + _VALID:
        return None
    return Asked(kept[1], kept[2], kept[4], kept[5])


def redeem(code: str, asked: Asked) -> Shown:
    """Exchange the code for a token and read who it is. Raises ProviderError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _return_address(),
        "code_verifier": asked.verifier,
    }
    answer = _fetch(_discovered("token_endpoint"), urlencode(form).encode(), _who_asks())
    claims = _verified(str(answer.get("id_token", "")), asked.nonce)
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise ProviderError("no verified address")
    return Shown(email.strip().casefold(), _has_second_factor(claims), _shown_at(claims))


def _who_asks() -> str:
    """Our name and secret, in the way that every provider must know (RFC 6749, 2.3.1)."""
    settings = portal().settings
    pair = f"{quote_plus(settings.oidc_client_id)}:{quote_plus(settings.oidc_client_secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _verified(token: str, nonce: str) -> Mapping[str, Any]:
    settings, now = portal().settings, int(portal().clock.now().timestamp())
    registry = jwt.JWTClaimsRegistry(
        now=now,
        leeway=_LEEWAY,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        keys = KeySet.import_key_set(_fetch(_discovered("jwks_uri")))  # type: ignore[arg-type]
        claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
        registry.validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(type(error).__name__) from error
    return claims


def _has_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says that it asked for what our settings count as a second factor."""
    said = claims.get("amr")
    named = [*said, claims.get("acr")] if isinstance(said, list) else [claims.get("acr")]
    return any(one in named for one in portal().settings.oidc_factors)


def _shown_at(claims: Mapping[str, Any]) -> datetime | None:
    seconds = claims.get("auth_time")
    if not isinstance(seconds, int | float):  # any number may hold seconds (RFC 7519, 2)
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):  # no moment of this world
        return None


def _discovered(name: str) -> str:
    """An address from the provider's own description."""
    issuer = portal().settings.oidc_issuer
    found = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise ProviderError("the issuer calls itself differently")
    address = found.get(name)
    if not isinstance(address, str) or not address.startswith(("https://", "http://")):
        raise ProviderError(f"no {name}")
    return address


def _fetch(
    address: str, form: bytes | None = None, authorization: str | None = None
) -> dict[str, Any]:
    """The JSON at one of the provider's addresses. Whoever set it up chose whom to believe."""
    headers = {"Accept": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    request = urllib.request.Request(address, form, headers)  # noqa: S310 - schemes were checked
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            found = json.loads(answer.read(_MOST_BYTES))
    except (*FAILURES, RecursionError) as error:
        raise ProviderError(type(error).__name__) from error
    if not isinstance(found, dict):
        raise ProviderError("not an object")
    return found
