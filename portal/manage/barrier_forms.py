"""The form for a barrier."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from portal.domain.criteria import CRITERIA
from portal.domain.self_assessment import Block
from portal.manage.operations.barriers import Plan
from portal.models.self_assessments import Barrier
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
from portal.web.forms import DeskForm

MAX_TEXT = 2000
MAX_NAME = 200
_NOT_A_CRITERION = _l("This is not one of the criteria. Choose from the list.")


class CriteriaField(Field):
    """Ids of criteria, any number of them."""

    data: list[str]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was ticked."""
        self.data = list(dict.fromkeys(valuelist))

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no criterion, in our own words."""
        del form
        known = {criterion.id for criterion in CRITERIA}
        if not set(self.data or ()) <= known:
            raise StopValidation(str(_NOT_A_CRITERION))


class BarrierForm(DeskForm):
    """What is missing, what stands in the way, and who does what until when."""

    version = StringField()
    block = ChoiceField(
        choices=[(one.value, one.value) for one in Block],
        validators=[Needed(_l("Choose a building block."))],
    )
    gap = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Say what is missing.")), AtMost(MAX_TEXT), Storable()],
    )
    barrier = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Say what stands in the way.")), AtMost(MAX_TEXT), Storable()],
    )
    owner = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Say who takes the next step.")), AtMost(MAX_NAME), Storable()],
    )
    next_step = TextAreaField(
        filters=[tidy],
        validators=[Needed(_l("Say what the next step is.")), AtMost(MAX_TEXT), Storable()],
    )
    due_on = DayField(validators=[Needed(_l("Give the day by which the next step is taken."))])
    criteria = CriteriaField()

    @property
    def read_version(self) -> int:
        """The version, -1 where it makes no sense (which is then a conflict)."""
        found = whole_number(self.version.data)
        return -1 if found is None else found

    @property
    def plan(self) -> Plan:
        """What was typed; only after it was found valid."""
        assert isinstance(self.due_on.data, date)  # noqa: S101 - for the type checker
        return Plan(
            block=Block(self.block.data),
            gap=self.gap.data or "",
            barrier=self.barrier.data or "",
            owner=self.owner.data or "",
            next_step=self.next_step.data or "",
            due_on=self.due_on.data,
            criteria=self.criteria.data or (),
        )

    def fill(self, row: Barrier) -> None:
        """Show what is stored."""
        for name in ("block", "gap", "barrier", "owner", "next_step", "due_on"):
            field: Field = self[name]
            field.data = getattr(row, name)
        self.version.data = str(row.version)
        self.criteria.data = [one.criterion for one in row.criteria]
