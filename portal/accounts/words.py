"""What is said about people and passwords, in words."""

from __future__ import annotations

from portal.accounts.passwords import MAX_LENGTH, MIN_LENGTH, PasswordError
from portal.store.retention import KEEP_SIGN_INS
from portal.web.formats import number
from portal.web.words import gettext as _


def password_text(error: PasswordError) -> str:
    """Why a password was refused, and what would be right."""
    match error.kind:
        case "short":
            return _(
                "Use at least %(n)s characters. Four or five words do well.", n=str(MIN_LENGTH)
            )
        case "long":
            return _("Use %(n)s characters at most.", n=str(MAX_LENGTH))
        case "address":
            return _("Your email address is too easy to guess. Choose something else.")
        case _:
            return _("This is one of the first passwords that are tried. Choose something else.")


def role_text(role: str) -> str:
    """A role's name."""
    match role:
        case "staff":
            return _("Staff")
        case "translator":
            return _("Translator")
        case "manager":
            return _("Manager")
        case _:
            return _("Administrator")


def role_hint(role: str) -> str:
    """What a role may do."""
    match role:
        case "staff":
            return _("Reads cases, answers them and reviews answers.")
        case "translator":
            return _("Writes and reviews answers in other languages, and sees no cases.")
        case "manager":
            return _("Does what staff does, and looks after levels and warnings.")
        case _:
            return _("Lets people in, and decides about settings for the whole city.")


def state_text(state: str) -> str:
    """Whether a person may sign in."""
    match state:
        case "active":
            return _("May sign in")
        case "invited":
            return _("Invited")
        case _:
            return _("Deactivated")


def away_text(*, has_come: bool) -> str:
    """When somebody was seen of whom no sign-in is kept (any more)."""
    if not has_come:
        return _("Never")
    return _("Not in the last %(n)s days", n=number(KEEP_SIGN_INS.days))


def device_text(device: str) -> str:
    """A kind of device."""
    match device:
        case "computer":
            return _("A computer")
        case "phone":
            return _("A phone")
        case "tablet":
            return _("A tablet")
        case _:
            return _("A device")


_NOTES = {
    "person_added": lambda: _("Added by the command line"),
    "person_invited": lambda: _("Invited"),
    "invitation_resent": lambda: _("Invited again"),
    "invitation_revoked": lambda: _("Invitation taken back"),
    "invitation_accepted": lambda: _("Accepted the invitation"),
    "person_changed": lambda: _("Changed name or language"),
    "roles_changed": lambda: _("Roles changed"),
    "person_deactivated": lambda: _("Deactivated"),
    "person_reactivated": lambda: _("Reactivated"),
    "second_factor_forgotten": lambda: _("Second factor removed by an administrator"),
    "authenticator_added": lambda: _("App for codes added"),
    "authenticator_removed": lambda: _("App for codes removed"),
    "passkey_added": lambda: _("Passkey added"),
    "passkey_removed": lambda: _("Passkey removed"),
    "recovery_codes_made": lambda: _("New recovery codes made"),
    "recovery_code_used": lambda: _("Recovery code used"),
    "password_changed": lambda: _("Password changed"),
    "password_reset": lambda: _("New password chosen by a mailed link"),
    "sign_in_ended": lambda: _("Signed out on another device"),
    "sign_ins_ended": lambda: _("Signed out on other devices"),
}


def note_text(action: str) -> str:
    """What was done about a person."""
    words = _NOTES.get(action)
    return words() if words else action
