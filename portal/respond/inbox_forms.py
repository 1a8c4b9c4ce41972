"""The forms of the inbox: saved views, and what is done to many cases at once."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from portal.respond.forms import GroupForm, VersionedForm, case_ids
from portal.respond.queries.selection import Selection
from portal.web.fields import AtMost, Needed, Storable, tidy_line, whole_number
from portal.web.forms import DeskForm

MAX_VIEW_NAME = 60
OWN = "own"
NOBODY = "nobody"
MAX_TICKED = 200  # a page holds 50


class ViewForm(DeskForm):
    """Filters under a name, for oneself or for a team."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Give the view a name.")), AtMost(MAX_VIEW_NAME), Storable()],
    )
    owner = StringField(default=OWN)
    filters = StringField()

    @property
    def department_id(self) -> int | None:
        """The team, None for oneself."""
        return whole_number(self.owner.data)


class RenameForm(VersionedForm):
    """Another name for a view."""

    name = StringField(
        filters=[tidy_line],
        validators=[Needed(_l("Give the view a name.")), AtMost(MAX_VIEW_NAME), Storable()],
    )
    filters = StringField()


class BatchForm(DeskForm):
    """Many cases, and how far the batches have come."""

    filters = StringField()
    until = StringField()
    done = StringField()
    meant = StringField()
    deed = StringField()

    @property
    def done_so_far(self) -> int:
        """How many cases the batches before have reached."""
        return whole_number(self.done.data) or 0

    @property
    def begun(self) -> int | None:
        """What the batches before were written down as, to be undone together with this one."""
        return whole_number(self.deed.data)

    def untouched(self, done: int) -> int:
        """How many of the cases that were offered are not among these that were done."""
        return max((whole_number(self.meant.data) or 0) - done, 0)


class AssignForm(BatchForm):
    """Who looks after the cases.

    `was` is who did when the page of one case was read; `read` is the newest event of the audit
    trail when a list was.
    """

    person = StringField(validators=[Needed(_l("Choose a person, or nobody."))])
    was = StringField()
    read = StringField()

    @property
    def read_until(self) -> int | None:
        """What stood in the audit trail when the list was read."""
        return whole_number(self.read.data)


class GroupAllForm(BatchForm, GroupForm):
    """The theme that all cases go into."""


def ticked() -> Selection:
    """The cases that were ticked."""
    return Selection(ids=tuple(case_ids()[:MAX_TICKED]))
