"""Showing once more who one is, before something sensitive.

The question holds everything that was sent, and its answer goes to the address that the form was
for: so what somebody wrote is neither lost nor done without the proof. Whoever shows it to the
city's provider does so in another tab, while the question waits in its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import passkeys, passwords, provider
from portal.accounts.arriving import asked_page, require_room, require_room_for_code
from portal.accounts.operations.factors import check_code, note_passkey_used
from portal.accounts.operations.sign_ins import renew_sign_in
from portal.accounts.queries.own import Factors, find_passkey, find_password, get_factors
from portal.accounts.queries.visitors import Visitor
from portal.accounts.visiting import TOKEN, current_visitor, keep_secret
from portal.web.context import portal
from portal.web.database import read, write
from portal.web.pages import page

PASSWORD, CODE, PASSKEY = "proof_password", "proof_code", "proof_passkey"
ANSWERED = "proof_sent"  # goes along with every answer, also with one that holds no proof
_OURS = {PASSWORD, CODE, PASSKEY, ANSWERED, "csrf_token"}


@dataclass(frozen=True)
class Ways:
    """How the person can show who they are."""

    has_password: bool
    factors: Factors
    passkey_question: str | None


def ask_again() -> Response | None:
    """The question, for a request that needs a fresh proof; None where it holds a right one."""
    if request.method in {"GET", "HEAD"}:
        return redirect(url_for("accounts.show_again", next=asked_page()), 303)
    current_app.extensions["csrf"].protect()
    given = [name for name in (PASSWORD, CODE, PASSKEY) if request.form.get(name)]
    if not given and ANSWERED not in request.form:
        return question_page(asked_page(), [], 403)
    if not given:
        errors = [("", _("It is not confirmed yet that it is you."))]
        return question_page(asked_page(), errors, 422)
    if _is_right(given[0], request.form[given[0]], current_visitor()):
        token = write(renew_sign_in, now=portal().clock.now(), token=session[TOKEN])
        keep_secret(token)
        return None
    return question_page(asked_page(), [("", _("This is not right. Try again."))], 422)


def question_page(action: str, errors: list[tuple[str, str]], status: int) -> Response:
    """The page that asks; what was sent goes along."""
    visitor = current_visitor()
    is_form = request.endpoint not in {"accounts.show_again", "accounts.give_again"}
    return page(
        "accounts/show_again.html",
        status,
        action=action,
        held=held_fields(),
        errors=errors,
        ways=ways_of(visitor),
        provider=_provider(),
        wanted=(None if is_form else request.args.get("next"))
        or url_for("accounts.show_again", done=1),
        is_form=is_form,
    )


def held_fields() -> list[tuple[str, str]]:
    """What was sent, without what is about who sent it."""
    return [(name, text) for name, text in request.form.items(multi=True) if name not in _OURS]


def _provider() -> str | None:
    return portal().settings.oidc_name if provider.is_set_up() else None


def ways_of(visitor: Visitor) -> Ways:
    """What the person may be asked for. A passkey's question waits in the session."""
    factors = get_factors(read(), visitor.id)
    can_ask = bool(factors.passkeys) and passkeys.are_possible()
    question = passkeys.ask_to_show(factors.passkeys) if can_ask else None
    return Ways(visitor.has_password, factors, question)


def _is_right(kind: str, text: str, visitor: Visitor) -> bool:
    match kind:
        case "proof_password":
            require_room(visitor.email)
            return passwords.matches(text, find_password(read(), visitor.id))
        case "proof_code":
            require_room_for_code(visitor.id)
            return find_factor(visitor.id, text) is not None
        case _:
            return find_passkey_holder(text, visitor.id) is not None


def find_factor(person_id: int, code: str) -> str | None:
    """The kind of second factor that a code is right for; None for a wrong one."""
    return write(
        check_code, now=portal().clock.now(), person_id=person_id, code=code[:50],
        secrets=portal().secrets,
    )  # fmt: skip


def find_passkey_holder(answer: str, person_id: int | None = None) -> int | None:
    """Whose passkey gave a right answer to this session's question; `person_id`: theirs alone."""
    question, number = passkeys.take_question(), passkeys.credential_id(answer)
    known = find_passkey(read(), number) if question and number else None
    if known is None or question is None or person_id not in {None, known.person_id}:
        return None
    sign_count = passkeys.check_shown(answer, question, known)
    if sign_count is None:
        return None
    holder, key_id = known.person_id, known.id
    is_first = write(
        note_passkey_used, passkey_id=key_id, sign_count=sign_count,
        today=portal().clock.today(), challenge=question.challenge, asked_at=question.asked_at,
    )  # fmt: skip
    return holder if is_first else None
