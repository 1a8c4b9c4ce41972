"""The tables of what people set up, and what they do in the portal to change each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select

from portal.domain.loop import EventKind
from portal.models import Base

CITY = 0
"""Stands for what belongs to the whole city."""


@dataclass(frozen=True, kw_only=True)
class Stands:
    """Rows of a table that belong together, and what the audit trail calls whom they belong to.

    Only the `actions` change them: whatever else somebody did about the same subject explains
    nothing. `kept` is what they are written down as, where it is not all that a table holds.
    """

    table: str
    owner: str
    fields: str
    subject: str
    actions: frozenset[str]
    only: str = ""
    besides: str = ""
    kept: str = ""

    @property
    def name(self) -> str:
        """What these rows are written down as."""
        return self.kept or self.table

    @property
    def statement(self) -> Select[*tuple[Any, ...]]:
        """(owner, values…) of every row.

        Left out are rows where the column `only` is NULL, those whose first value is one of
        `besides` (or begins with one that ends in a colon), and imported ones, which are sealed as
        they come.
        """
        columns = Base.metadata.tables[self.table].c
        owner = func.coalesce(columns[self.owner], CITY) if self.owner else literal(CITY)
        fields = [columns[name] for name in self.fields.split()]
        statement = select(owner, *fields)
        if self.only:
            statement = statement.where(columns[self.only].is_not(None))
        if self.besides:
            names = self.besides.split()
            statement = statement.where(*(~_is_called(fields[0], name) for name in names))
        if "import_id" in columns:
            statement = statement.where(columns.import_id.is_(None))
        return statement


def _is_called(field: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Whether the value is this name, or begins with it where it ends in a colon."""
    return field.startswith(name, autoescape=True) if name.endswith(":") else field == name


def _stands(
    place: str, fields: str, actions: tuple[str, ...], *, subject: str = "", **others: str
) -> Stands:
    """`place` is "table owner", or a table alone that belongs to the city."""
    table, _space, owner = place.partition(" ")
    return Stands(
        table=table, owner=owner, fields=fields, subject=subject or table,
        actions=frozenset(actions), **others,
    )  # fmt: skip


_WORKERS = (
    "assess_again: calibration_asked city_logo content_version levels_public_since"
    " quarantine_looked_until upgraded_from warned_day warned_week"
)
"""Settings that the portal itself keeps up; since when levels are public is checked apart."""
_WORDING = "you_said we_did why_not links pictures partners"
_NEW_SERVICE = ("service_added", "services_imported")
_NEW_PERSON = ("person_added", "person_invited")
_LET_IN = (
    *_NEW_PERSON, "invitation_accepted", "password_changed", "password_reset",
    "person_deactivated", "person_reactivated",
)  # fmt: skip
_NEW_THEME = ("cases_grouped", "theme_split")
OF_TWO_THEMES = ("theme_merged", "theme_split", "grouping_undone")
"""Actions after which two themes may stand otherwise; the second is `from_theme`."""
OF_ALL_SERVICES = ("city_language_closed", "city_language_opened")
"""Actions about the city that change the languages of its services."""

STANDS = (
    _stands(
        "authenticator person_id",
        "secret_encrypted confirmed_at",
        ("authenticator_added", "authenticator_removed", "second_factor_forgotten"),
        subject="person",
        only="confirmed_at",
    ),
    _stands(
        "barrier id",
        "service_id block gap barrier owner next_step due_on closed_on",
        ("barrier_added", "barrier_changed", "barrier_closed", "barrier_reopened"),
    ),
    _stands(
        "barrier_criterion barrier_id",
        "criterion",
        ("barrier_added", "barrier_changed"),
        subject="barrier",
    ),
    _stands(
        "city_logo id",
        "url kind width height content",
        ("logo_changed", "logo_removed", "logo_shown"),
        subject="logo",
    ),
    _stands("department id", "slug", ("department_added",)),
    _stands(
        "department_text department_id",
        "lang name",
        ("department_added", "department_named"),
        subject="department",
    ),
    _stands(
        "district id", "slug closed_on", ("district_added", "district_closed", "district_reopened")
    ),
    _stands(
        "district_text district_id",
        "lang name",
        ("district_added", "district_named"),
        subject="district",
    ),
    _stands(
        "exclusion_request submission_id",
        "reason to_service_id person_id",
        (
            "case_excluded", "case_handed_over", "exclusion_refused", "exclusion_requested",
            EventKind.WITHDRAWN,
        ),
        subject="submission",
    ),
    _stands("holiday", "day_on name", ("holiday_removed", "holidays_added")),
    _stands(
        "inbox_view id",
        "person_id department_id name filters",
        ("view_changed", "view_deleted", "view_saved"),
    ),
    _stands(
        "kiosk id",
        "name key_hash service_id hourly_limit opened_on closed_on",
        ("closed a kiosk", "set up a kiosk"),
    ),
    _stands(
        "membership person_id",
        "role department_id",
        (*_NEW_PERSON, "roles_changed"),
        subject="person",
    ),
    _stands("next_step id", "theme_id happens_on", ("next_step_written",)),
    # Beside what was written down before: files that are signed know nothing of calling off.
    _stands(
        "next_step id",
        "called_off_on",
        ("next_step_called_off",),
        only="called_off_on",
        kept="next_step_called_off",
    ),
    _stands(
        "next_step_text next_step_id",
        "lang called_off_reason",
        ("next_step_called_off",),
        subject="next_step",
        only="called_off_reason",
        kept="next_step_reason",
    ),
    _stands(
        "next_step_text next_step_id",
        "lang what place",
        ("next_step_written",),
        subject="next_step",
    ),
    _stands(
        "page_check service_id", "lang checked_on person_id", ("page_checked",), subject="service"
    ),
    _stands("partner id", "name is_external", ("partner_added",)),
    _stands(
        "partner_contact partner_id",
        "email_hash lang set_by set_at",
        (
            "partner_address_confirmed", "partner_address_erased", "partner_address_removed",
            "partner_address_set",
        ),
        subject="partner",
    ),
    _stands(
        "passkey person_id",
        "credential_id public_key",
        ("passkey_added", "passkey_removed", "second_factor_forgotten"),
        subject="person",
    ),
    _stands(
        "pending_correction response_id",
        f"lang reason text_version author_id {_WORDING}",
        ("correction_dropped", "correction_proposed", "text_corrected"),
        subject="response",
    ),
    _stands("person id", "email name password active", (*_LET_IN, "person_changed")),
    # Who gives themselves another name has not said where a password comes from.
    _stands("person id", "email password active", _LET_IN, kept="person_let_in"),
    _stands(
        "phrase id",
        "department_id lang kind title text",
        ("phrase_changed", "phrase_deleted", "phrase_saved"),
    ),
    _stands(
        "population_share service_id",
        "lang share position",
        ("import_history",),
        subject="service",
    ),
    _stands(
        "recovery_code person_id",
        "code_hash used_at",
        ("recovery_code_used", "recovery_codes_made", "second_factor_forgotten"),
        subject="person",
    ),
    _stands(
        "response id",
        "service_id theme_id follows_id source_lang author_id published_on",
        ("response_published",),
        only="published_at",
    ),
    _stands(
        "self_assessment_evidence self_assessment_id",
        "position kind reference dated_on note",
        ("dimension_assessed",),
        subject="self_assessment",
    ),
    _stands("service id", "slug code department_id is_active", (*_NEW_SERVICE, "service_changed")),
    _stands(
        "service_channel service_id",
        "channel opened_on closed_on",
        (*_NEW_SERVICE, "channel_closed", "channel_opened"),
        subject="service",
    ),
    _stands(
        "service_draft service_id",
        "lang name summary about author_id",
        (
            *_NEW_SERVICE, "service_text_dropped", "service_text_reviewed", "service_text_saved",
        ),
        subject="service",
    ),
    _stands(
        "service_language service_id",
        "lang role opened_on closed_on",
        (
            *_NEW_SERVICE, *OF_ALL_SERVICES, "import_history", "language_closed",
            "language_opened",
        ),
        subject="service",
    ),
    _stands(
        "service_text service_id",
        "lang name summary about status",
        ("service_text_reviewed", "services_imported"),
        subject="service",
    ),
    _stands(
        "setting",
        "name value",
        (
            *OF_ALL_SERVICES, "chose the day for levels", "city_named", "colours_changed",
            "contact_changed", "retention_changed", "took the day for levels back",
            "weekdays_chosen",
        ),
        besides=_WORKERS,
    ),
    _stands(
        "theme id",
        "service_id merged_into_id is_shared",
        (*_NEW_THEME, *OF_TWO_THEMES, "theme_shared", "theme_unshared"),
    ),
    _stands("theme_text theme_id", "lang name", (*_NEW_THEME, "theme_named"), subject="theme"),
    _stands("warning id", "state owner_id note", ("warning_changed",), only="changed_at"),
    _stands(
        "withdrawal_request submission_id",
        "requested_on refused_on refused_by reason",
        (
            "withdrawal_agreed", "withdrawal_not_wanted", "withdrawal_refused",
            "withdrawal_requested", EventKind.WITHDRAWN,
        ),
        subject="submission",
    ),
    _stands("webhook id", "url events disabled_at", ("webhook_added", "webhook_disabled")),
)  # fmt: skip
