"""The desk's forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import Field, Form, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.domain.loop import Outcome
from portal.domain.redaction import STAFF_REASONS
from portal.domain.second_person import REFUSALS
from portal.domain.wording import MAX_LINES, LineError, Wording, as_lines, read_links, read_names
from portal.models.desk import PHRASE_KINDS
from portal.models.responses import ResponseText
from portal.respond.operations.phrases import Said
from portal.respond.rules import OFFERED_REASONS, Problem, Promise, Refusal
from portal.respond.words import problem_text
from portal.store.wordings import hash_of
from portal.web.fields import (
    AtMost,
    ChoiceField,
    DayField,
    Needed,
    Storable,
    tidy,
    tidy_line,
    whole_number,
)
from portal.web.forms import DeskForm, ErrorList, errors_of
from portal.web.words import gettext as _

MAX_TEXT = 5000
MAX_NAME = 200
MAX_NOTE = 2000
LINK_WRONG = _l(
    "Line %(line)s: begin with an address (https://…), then a space, then say what is found there."
)
PICTURE_WRONG = _l(
    "Line %(line)s: begin with an address (https://…), then a space, then say what the picture"
    " shows, for those who cannot see it."
)
NAME_LONG = _l("Line %(line)s is too long. Give one name on each line.")
_HASH = re.compile(r"[0-9a-f]{64}")
_SPAN = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")


class PublishForm(DeskForm):
    """Answers to publish together, each with the version that was read, and perhaps a moment."""

    publish_at = StringField(filters=[tidy_line])

    @property
    def versions(self) -> list[tuple[int, int]]:
        """(id, version) of the answers that were ticked; what makes no sense is left out."""
        pairs = (text.partition(":") for text in request.form.getlist("response"))
        found = ((whole_number(one), whole_number(version)) for one, _colon, version in pairs)
        return [(one, version) for one, version in found if one is not None and version is not None]

    def moment(self, zone: ZoneInfo) -> datetime | None:
        """The moment that was given in the city's time; None where there is no right one.

        A time that daylight saving skips is taken as the hour after; one that it repeats, as the
        first.
        """
        try:
            typed = datetime.fromisoformat(self.publish_at.data or "")
            return typed.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):  # in UTC it may lie beyond the last year there is
            return None


def case_ids() -> list[int]:
    """The cases that were ticked, in the order of the page."""
    found = (whole_number(text) for text in request.values.getlist("case"))
    return list(dict.fromkeys(one for one in found if one is not None))


def ticked_spans() -> list[tuple[int, int]]:
    """The marked stretches of a comment that were ticked, as (start, end)."""
    found = (_SPAN.fullmatch(text) for text in request.form.getlist("piece"))
    return [(int(match[1]), int(match[2])) for match in found if match]


class VersionedForm(DeskForm):
    """A form that names the version it was filled in on."""

    version = StringField()

    @property
    def read_version(self) -> int:
        """The version, -1 where it makes no sense (which is then a conflict)."""
        found = whole_number(self.version.data)
        return -1 if found is None else found


class Lines:
    """Refuses lines that `read` cannot make sense of, more than a few of them, and empty ones."""

    def __init__(self, read: Callable[[str], Sequence[object]], message: Any) -> None:
        """`read` raises LineError; `message` says what is wanted, with the line's %(line)s."""
        self.read, self.message = read, message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError for the first such line."""
        try:
            found = self.read(field.data or "")
        except LineError as error:
            raise ValidationError(str(self.message) % {"line": error.number}) from None
        if len(found) > MAX_LINES:
            raise ValidationError(_("Give at most %(max)s lines.", max=str(MAX_LINES)))


class WordingForm(VersionedForm):
    """What a response says in one language, with what it refers to."""

    you_said = TextAreaField(filters=[tidy], validators=[AtMost(MAX_TEXT), Storable()])
    we_did = TextAreaField(filters=[tidy], validators=[AtMost(MAX_TEXT), Storable()])
    why_not = TextAreaField(filters=[tidy], validators=[AtMost(MAX_TEXT), Storable()])
    links = TextAreaField(filters=[tidy], validators=[Storable(), Lines(read_links, LINK_WRONG)])
    pictures = TextAreaField(
        filters=[tidy], validators=[Storable(), Lines(read_links, PICTURE_WRONG)]
    )
    partners = TextAreaField(filters=[tidy], validators=[Storable(), Lines(read_names, NAME_LONG)])

    def put_in(self, kind: str, text: str) -> None:
        """Put a phrase where phrases of its kind go."""
        field = self.why_not if kind == "refusal" else self.we_did
        typed = [field.data] if field.data else []
        field.data = "\n".join([text, *typed] if kind == "opening" else [*typed, text])

    @property
    def typed(self) -> Wording:
        """What was typed, as it was typed: it may be wrong. To be shown, never to be kept."""
        return Wording(**{one.name: self[one.name].data or "" for one in fields(Wording)})

    @property
    def wording(self) -> Wording:
        """What was typed, with its lines in the form that is kept. It was found to be right."""
        return Wording(
            self.you_said.data or "",
            self.we_did.data or "",
            self.why_not.data or "",
            as_lines(read_links(self.links.data or "")),
            as_lines(read_links(self.pictures.data or "")),
            "\n".join(read_names(self.partners.data or "")),
        )


class PhraseForm(VersionedForm):
    """Words that a department says often, and where they go."""

    department = StringField()
    kind = ChoiceField(
        choices=[(one, one) for one in PHRASE_KINDS],
        validators=[Needed(_l("Choose where it goes."))],
    )
    title = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Give the phrase a title.")), AtMost(80), Storable()],
    )
    text = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Write the phrase.")), AtMost(MAX_NOTE), Storable()],
    )

    @property
    def said(self) -> Said:
        """What was typed."""
        return Said(self.kind.data, self.title.data or "", self.text.data or "")


class ResponseForm(WordingForm):
    """The source text with its outcome."""

    outcome = ChoiceField(
        choices=[(one.value, one.value) for one in Outcome],
        validators=[Needed(_l("Choose what comes of it."))],
    )
    due_on = DayField()
    done_on = DayField()
    follows = StringField()

    def validate_you_said(self, field: Field) -> None:
        """What is missing whatever comes of it is said together with the missing outcome."""
        if not field.data and not self.outcome.data:
            raise ValidationError(problem_text(Problem.YOU_SAID_MISSING))

    @property
    def promise(self) -> Promise:
        """What was chosen."""
        return Promise(Outcome(self.outcome.data), self.due_on.day, self.done_on.day)


class TranslationForm(WordingForm):
    """A text that names the source beside which it was written."""

    source_hash = StringField()

    @property
    def read_source(self) -> str | None:
        """The hash of that source; None where there was none or it makes no sense."""
        found = self.source_hash.data or ""
        return found if _HASH.fullmatch(found) else None

    def stand_beside(self, source: ResponseText | None) -> bool:
        """Name the source that is shown now; returns whether it is another than was named."""
        shown = hash_of(source) if source else ""
        is_another = self.source_hash.data != shown
        self.source_hash.data = shown
        return is_another


class CorrectionForm(TranslationForm):
    """A better wording of a published text, and why."""

    reason = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Say why the text is corrected. The reason is public.")),
                    AtMost(500), Storable()],
    )  # fmt: skip


class GroupForm(DeskForm):
    """An existing theme, or the name of a new one."""

    theme = StringField(validators=[Needed(_l("Choose a theme, or a new one."))])
    name = StringField(filters=[tidy_line], validators=[AtMost(MAX_NAME), Storable()])
    shared = StringField()


class ShareForm(DeskForm):
    """Whether a theme takes the cases of all services."""

    shared = StringField()


class SplitForm(DeskForm):
    """The name of the theme that ticked cases go into."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Give the theme a name.")), AtMost(MAX_NAME), Storable()],
    )


class MergeForm(DeskForm):
    """The theme that another one goes into."""

    into = StringField(validators=[Needed(_l("Choose the theme that it goes into."))])


class SetAsideForm(DeskForm):
    """Why a case is left out."""

    reason = ChoiceField(
        choices=[(one, one) for one in OFFERED_REASONS],
        validators=[Needed(_l("Choose a reason."))],
    )


class RefuseWithdrawalForm(DeskForm):
    """Why a case is not withdrawn as its receipt asks."""

    refusal = ChoiceField(
        choices=[(one, one) for one in REFUSALS],
        validators=[Needed(_l("Choose a reason."))],
    )


class HandOverForm(DeskForm):
    """The service that a case belongs to."""

    service = StringField(validators=[Needed(_l("Choose the service that it belongs to."))])


class RedactForm(DeskForm):
    """What is taken out of a resident's words, and why."""

    what = ChoiceField(
        choices=[("marked", "marked"), ("all", "all")],
        validators=[Needed(_l("Choose what is taken out."))],
    )
    reason = ChoiceField(
        choices=[(one, one) for one in STAFF_REASONS],
        validators=[Needed(_l("Choose a reason."))],
    )
    sure = StringField(validators=[Needed(_l("Confirm that it cannot be undone."))])


class NoteForm(DeskForm):
    """A note for the colleagues."""

    text = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Write the note.")), AtMost(MAX_NOTE), Storable()],
    )


def explain(form: DeskForm, refusal: Refusal) -> ErrorList:
    """Put what was refused beside its field; returns all errors for the summary."""
    general: ErrorList = []
    for name, problem in refusal.problems:
        if name in form:
            form[name].errors = [*form[name].errors, problem_text(problem)]
        else:
            general.append(("", problem_text(problem)))
    return [*general, *errors_of(form)]
