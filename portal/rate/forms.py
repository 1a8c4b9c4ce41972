"""The rating form: q0, and everything else if the resident likes (METHOD.md section 1)."""

from __future__ import annotations

from collections.abc import Iterator

from wtforms import BooleanField, StringField, TextAreaField

from portal.models.submissions import AGE_BANDS, KINDS
from portal.rate.queries import Place
from portal.store.ratings import QUESTIONS, Answers
from portal.web import messages
from portal.web.fields import (
    MAX_WRITTEN,
    AtMost,
    ChoiceField,
    EmailField,
    Needed,
    Storable,
    tidy,
    without_nul,
)
from portal.web.forms import ResidentForm

_POINTS = [(str(point), point) for point in range(6)]
_NO = ("", "0", "false")


class SentForm(ResidentForm):
    """What every form has that makes a submission."""

    email: EmailField
    district: ChoiceField
    token: StringField
    website: StringField  # a trap: people do not see it
    confirmed: BooleanField  # sent as it is, after the warning
    change: BooleanField  # back from the warning to the form

    @property
    def words(self) -> str | None:
        """What was written in the resident's own words."""
        return None

    def offer_districts(self, place: Place) -> None:
        """Take the districts of the place as choices."""
        self.district.choices = list(place.districts)

    def drop_nul(self) -> None:
        """Take refused NULs out of what is shown again: HTML cannot hold them either."""
        self.email.data = without_nul(self.email.data)

    def kept(self) -> Iterator[tuple[str, str]]:
        """(name, value) of everything that was typed or chosen, for the page of the warning."""
        yield from ()

    def answers(self, *, has_personal_data: bool) -> Answers:
        """The answers of a valid form."""
        raise NotImplementedError


class RatingForm(SentForm):
    """The form as it came back. Field names are a contract (DESIGN.md section 6)."""

    q0 = ChoiceField(choices=_POINTS[1:], validators=[Needed(messages.RATING_NEEDED)])
    q1 = ChoiceField(choices=_POINTS)
    q2 = ChoiceField(choices=_POINTS)
    q3 = ChoiceField(choices=_POINTS)
    q4 = ChoiceField(choices=_POINTS)
    q5 = ChoiceField(choices=_POINTS)
    q6 = ChoiceField(choices=_POINTS)
    kind = ChoiceField(choices=[(kind, kind) for kind in KINDS])
    comment = TextAreaField(filters=[tidy], validators=[AtMost(MAX_WRITTEN), Storable()])
    wants_answer = BooleanField(false_values=_NO)
    email = EmailField(filters=[tidy], validators=[Storable()])
    district = ChoiceField()
    age_band = ChoiceField(choices=[(band, band) for band in AGE_BANDS])
    token = StringField()
    website = StringField(filters=[tidy, without_nul])
    confirmed = BooleanField(false_values=_NO)
    change = BooleanField(false_values=_NO)

    @property
    def words(self) -> str | None:
        """The comment."""
        written: str | None = self.comment.data
        return written

    def drop_nul(self) -> None:
        """Take refused NULs out of the comment too."""
        super().drop_nul()
        self.comment.data = without_nul(self.comment.data)

    def kept(self) -> Iterator[tuple[str, str]]:
        """(name, value) of everything that was typed or chosen, for the page of the warning."""
        names = (*QUESTIONS, "kind", "comment", "email", "district", "age_band", "website")
        for name in names:
            if self[name].data:
                yield name, self[name].data
        if self.wants_answer.data:
            yield "wants_answer", "1"

    def answers(self, *, has_personal_data: bool) -> Answers:
        """The answers of a valid form. Whoever leaves an address to be told wants to be told."""
        return Answers(
            q={name: int(self[name].data) for name in QUESTIONS if self[name].data is not None},
            kind=self.kind.data,
            comment=self.comment.data,
            wants_answer=bool(self.wants_answer.data or self.email.data),
            email=self.email.data,
            district=self.district.data,
            age_band=self.age_band.data,
            has_personal_data=has_personal_data,
        )


class JoiningForm(SentForm):
    """ "Me too": whoever joins says nothing new and rates nothing, and is told what happens."""

    email = EmailField(filters=[tidy], validators=[Storable()])
    district = ChoiceField()
    token = StringField()
    website = StringField(filters=[tidy, without_nul])
    confirmed = BooleanField(false_values=_NO)
    change = BooleanField(false_values=_NO)

    def answers(self, *, has_personal_data: bool) -> Answers:
        """An answer is wanted, and nothing else was asked."""
        del has_personal_data
        return Answers(q={}, wants_answer=True, email=self.email.data, district=self.district.data)
