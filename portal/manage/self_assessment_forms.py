"""Forms for what managers say of their own services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField

from portal.domain.self_assessment import EvidenceItem, EvidenceKind, EvidenceProblem
from portal.manage.operations.self_assessments import BadEvidence
from portal.models.self_assessments import SelfAssessment
from portal.web.fields import AtMost, ChoiceField, DayField, Needed, Storable, tidy, tidy_line
from portal.web.forms import DeskForm

ITEMS = 5
MAX_NOTE = 2000
MAX_REFERENCE = 500
PROBLEMS = {
    EvidenceProblem.REFERENCE_MISSING: _l("Give the address or the title of this item."),
    EvidenceProblem.NOT_AN_ADDRESS: _l("Enter a web address that begins with https://"),
    EvidenceProblem.NOT_A_RECORD: _l(
        "Enter the address of a page of this portal without its name, for example /en/responses/12/"
    ),
    EvidenceProblem.DAY_MISSING: _l("Give the day that this item is of."),
    EvidenceProblem.DAY_FUTURE: _l("This day has not come yet. Give today or an earlier day."),
    EvidenceProblem.WARNING_ELSEWHERE: _l(
        "Early warnings show capability only. Give other evidence for this dimension."
    ),
}


@dataclass(frozen=True)
class ItemFields:
    """The fields of one item of evidence."""

    kind: Field
    reference: Field
    dated: Field
    note: Field


class AssessmentForm(DeskForm):
    """A level by its statement, and the evidence for it; empty items are left out.

    `was` is the newest assessment that was read.
    """

    level = ChoiceField(
        choices=[(str(level), str(level)) for level in range(1, 5)],
        validators=[Needed(_l("Choose the statement that fits this service today."))],
    )
    note = TextAreaField(filters=[tidy], validators=[AtMost(MAX_NOTE), Storable()])
    was = StringField()

    def items(self) -> Iterator[ItemFields]:
        """The fields of every item, in order."""
        for place in range(ITEMS):
            yield ItemFields(*(self[f"{name}_{place}"] for name in ItemFields.__annotations__))

    def evidence(self) -> list[tuple[int, EvidenceItem]]:
        """(place in the form, item) of the items that hold anything."""
        return [
            (
                place,
                EvidenceItem(
                    EvidenceKind(item.kind.data or EvidenceKind.DOCUMENT),
                    item.reference.data or "",
                    item.dated.data if isinstance(item.dated.data, date) else None,
                    item.note.data or "",
                ),
            )
            for place, item in enumerate(self.items())
            if item.reference.data or item.note.data or item.dated.data
        ]

    def fill(self, row: SelfAssessment) -> None:
        """Begin with what was said the last time."""
        self.level.data, self.note.data = str(row.level), row.note
        for item, stored in zip(self.items(), row.evidence, strict=False):
            item.kind.data, item.reference.data = stored.kind, stored.reference
            item.dated.data, item.note.data = stored.dated_on, stored.note

    def explain(self, bad: BadEvidence) -> None:
        """Put what is wrong beside its field."""
        places = [place for place, _item in self.evidence()]
        for number, name, problem in bad.problems:
            field = self[f"{name}_{places[number]}"]
            field.errors = [*field.errors, str(PROBLEMS[problem])]


for _place in range(ITEMS):
    setattr(
        AssessmentForm, f"kind_{_place}", ChoiceField(choices=[(one, one) for one in EvidenceKind])
    )
    setattr(
        AssessmentForm,
        f"reference_{_place}",
        StringField(filters=[tidy_line], validators=[AtMost(MAX_REFERENCE), Storable()]),
    )
    setattr(AssessmentForm, f"dated_{_place}", DayField())
    setattr(
        AssessmentForm,
        f"note_{_place}",
        StringField(filters=[tidy_line], validators=[AtMost(MAX_NOTE), Storable()]),
    )


class ClaimForm(DeskForm):
    """The engage level expected for the quarter that begins on `quarter`; `was`: as it was read."""

    quarter = DayField()
    level = ChoiceField(
        choices=[(str(level), str(level)) for level in range(5)],
        validators=[Needed(_l("Choose the level that you expect."))],
    )
    was = StringField()
