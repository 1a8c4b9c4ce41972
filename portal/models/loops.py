"""The loop's events, append-only, and their projection for queries."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.domain.loop import (
    EXCLUSION_REASONS,
    STAFF_REASONS,
    Actor,
    EventKind,
    LoopState,
    Outcome,
    Verdict,
)
from portal.domain.second_person import REFUSALS
from portal.models.base import Base, BigId, one_of
from portal.models.submissions import KINDS

EVENT_KINDS = tuple(kind.value for kind in EventKind)
ACTORS = tuple(actor.value for actor in Actor)
VERDICTS = tuple(verdict.value for verdict in Verdict)
OUTCOMES = tuple(outcome.value for outcome in Outcome)
STATES = tuple(state.value for state in LoopState)


class LoopEvent(Base):
    """One thing that happened to a case. The database refuses UPDATE, DELETE and replacement.

    No personal text stands here: what people wrote is in tables that can be redacted.
    """

    __tablename__ = "loop_event"
    __table_args__ = (
        CheckConstraint(one_of("kind", EVENT_KINDS), name="kind"),
        CheckConstraint(one_of("actor", ACTORS), name="actor"),
        CheckConstraint(one_of("verdict", VERDICTS), name="verdict"),
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint(one_of("reason", EXCLUSION_REASONS), name="reason"),
        CheckConstraint(
            "(kind = 'confirmed') = (verdict IS NOT NULL)", name="verdict_of_confirmed"
        ),
        CheckConstraint("(kind = 'excluded') = (reason IS NOT NULL)", name="reason_of_excluded"),
        CheckConstraint(
            "(kind = 'responded') = (outcome IS NOT NULL)", name="outcome_of_responded"
        ),
        CheckConstraint(
            "kind NOT IN ('told', 'retold') OR lang IS NOT NULL", name="language_of_told"
        ),
        CheckConstraint(
            "kind NOT IN ('confirmed', 'disputed', 'attested', 'withdrawn') OR actor = 'resident'",
            name="residents_decide",
        ),
        CheckConstraint(
            "target_on IS NULL OR kind = 'acknowledged'", name="target_of_acknowledged"
        ),
        CheckConstraint("actor <> 'staff' OR person_id IS NOT NULL OR import_id IS NOT NULL",
                        name="staff_has_name"),
        CheckConstraint("actor <> 'resident' OR person_id IS NULL", name="resident_is_no_account"),
        Index("ix_loop_event_submission_id_id", "submission_id", "id"),
        Index("ix_loop_event_response_id", "response_id"),
        # Hand-overs are few among many.
        Index(
            "ix_loop_event_hand_over",
            "submission_id",
            "service_id",
            sqlite_where=text("kind = 'transferred'"),
            postgresql_where=text("kind = 'transferred'"),
        ),
        # Tells at once whether anything happened after a day that is being judged.
        Index("ix_loop_event_happened_on", "happened_on"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    kind: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    happened_on: Mapped[date]  # the city's day
    actor: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lang: Mapped[str | None] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(16))
    outcome: Mapped[str | None] = mapped_column(String(16))
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    target_on: Mapped[date | None]  # acknowledged: by when the city means to answer
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"))
    response_id: Mapped[int | None] = mapped_column(ForeignKey("response.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))  # transferred to
    import_id: Mapped[int | None] = mapped_column(ForeignKey("history_import.id"))


class ExclusionRequest(Base):
    """Somebody wants to set a case aside, or hand it over; a second person has to agree.

    `to_service_id` is the service that it is to be handed to, and belongs to `wrong_service`. The
    row is there as long as nobody has decided. What was decided stands in the audit trail.
    """

    __tablename__ = "exclusion_request"
    __table_args__ = (
        CheckConstraint(one_of("reason", STAFF_REASONS), name="reason"),
        CheckConstraint(
            "(reason = 'wrong_service') = (to_service_id IS NOT NULL)", name="names_right_service"
        ),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    to_service_id: Mapped[int | None] = mapped_column(ForeignKey("service.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]


class WithdrawalRequest(Base):
    """A resident's receipt asks to withdraw a case, and staff know its code: somebody else agrees.

    The row goes when the case is withdrawn or the receipt takes it back. Where nobody agreed it
    stays, as it says to the receipt who asked on which day, and why not.
    """

    __tablename__ = "withdrawal_request"
    __table_args__ = (
        CheckConstraint(one_of("reason", REFUSALS), name="reason"),
        CheckConstraint("(refused_on IS NULL) = (reason IS NULL)", name="refused_for_reason"),
        CheckConstraint("(refused_on IS NULL) = (refused_by IS NULL)", name="refused_by_somebody"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    requested_on: Mapped[date]
    refused_on: Mapped[date | None]
    refused_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(String(16))


class LoopRow(Base):
    """The projection of a case: its facts as folded, and what queries need of its submission.

    Written in the transaction of the event; `portal check` folds again and compares.
    """

    __tablename__ = "loop"
    __table_args__ = (
        CheckConstraint(one_of("kind", KINDS), name="kind"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("excluded", EXCLUSION_REASONS), name="excluded"),
        CheckConstraint(one_of("verdict", VERDICTS), name="verdict"),
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint("(told_on IS NULL) = (told_lang IS NULL)", name="told_in_a_language"),
        CheckConstraint(
            "retold_on IS NULL OR disputed_on IS NOT NULL", name="retold_after_disputed"
        ),
        Index("ix_loop_service_id_received_on", "service_id", "received_on"),
        Index("ix_loop_service_id_state", "service_id", "state", "received_on"),
    )

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    lang: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    district: Mapped[str | None] = mapped_column(String(80))
    person_key: Mapped[str] = mapped_column(String(64))
    received_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(16))
    acknowledged_on: Mapped[date | None]
    target_on: Mapped[date | None]
    themed_on: Mapped[date | None]
    responded_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(16))
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    told_on: Mapped[date | None]
    told_lang: Mapped[str | None] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(8))
    verdict_on: Mapped[date | None]
    disputed_on: Mapped[date | None]
    retold_on: Mapped[date | None]
    invited_on: Mapped[date | None]
    excluded: Mapped[str | None] = mapped_column(String(16))
    withdrawn_on: Mapped[date | None]
    is_imported: Mapped[bool] = mapped_column(default=False)
    is_joined: Mapped[bool] = mapped_column(default=False)  # "me too": evidence for nothing
