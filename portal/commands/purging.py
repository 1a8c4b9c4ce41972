"""`portal purge`: what must not be kept any longer goes, or is only counted."""

from __future__ import annotations

import click

from portal.store.command import Context, pass_portal
from portal.store.retention import AHEAD, Due, count_due, get_periods
from portal.worker import purge as do_purge


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@pass_portal
def purge(context: Context, *, dry_run: bool) -> None:
    """Erase addresses, words and secrets whose time is over, as the worker does every hour."""
    now = context.clock.now()
    with context.store.read() as session:
        periods = get_periods(session)
        today, later = (
            count_due(session, periods, at=at, on=context.clock.day(at))
            for at in (now, now + AHEAD)
        )
    words = f"{periods.comment_months} months" if periods.comment_months else "for good"
    click.echo(f"Addresses are kept {periods.contact_days} days, comments {words}.")
    click.echo(f"{'Would go now' if dry_run else 'Goes now'}: {_line(today)}")
    if dry_run:
        click.echo(f"Would go within {AHEAD.days} days: {_line(later)}")
    else:
        do_purge(context.store, context.clock)


def _line(due: Due) -> str:
    return (
        f"{due.contacts} addresses, {due.comments} comments, "
        f"{due.period_secrets} secrets of past periods, {due.counts} counts of requests."
    )
