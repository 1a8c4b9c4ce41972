"""Everything that administrators may do: each place with a sentence that says what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class Entry:
    """One place: where it leads, its name and what it is for."""

    endpoint: str
    name: Any  # lazy
    sentence: Any  # lazy


MENU: tuple[tuple[Any, tuple[Entry, ...]], ...] = (
    (
        _l("What residents see"),
        (
            Entry(
                "admin.list_services",
                _l("Services"),
                _l(
                    "Add a service, open and close its languages and channels, and say that"
                    " somebody read its page."
                ),
            ),
            Entry(
                "admin.show_import",
                _l("Bring in a list of services"),
                _l("Paste the city’s list, and see what it would change before it does."),
            ),
            Entry(
                "admin.list_departments",
                _l("Departments"),
                _l("The units of the city that look after services, and their names."),
            ),
            Entry(
                "admin.list_languages",
                _l("Languages"),
                _l("How complete each language is, switching one off for residents, and on."),
            ),
            Entry(
                "admin.list_districts",
                _l("Districts"),
                _l("The areas that residents may choose from: their names, their order, closing."),
            ),
            Entry(
                "admin.show_contact",
                _l("How the city is reached"),
                _l("Phone number, address and hours for people who do not use this site."),
            ),
            Entry(
                "admin.show_text_queue",
                _l("Texts of services"),
                _l("What is missing, out of date or waits for a second person, by language."),
            ),
            Entry(
                "admin.show_city",
                _l("Name of the city"),
                _l("What it is called at the head of every page and in mails, in each language."),
            ),
            Entry(
                "admin.show_colours",
                _l("Colours"),
                _l("The city’s own colours, refused where they would be hard to read."),
            ),
            Entry(
                "admin.show_logo",
                _l("Logo"),
                _l("The city’s sign at the head of every page, fetched from your website."),
            ),
        ),
    ),
    (
        _l("Levels"),
        (
            Entry(
                "admin.show_calibration",
                _l("Shadow mode"),
                _l("Choose the day from which levels are public, and see what chance would do."),
            ),
            Entry(
                "admin.show_thresholds",
                _l("Thresholds"),
                _l("Make a threshold of the method stricter from a day on, with a reason."),
            ),
        ),
    ),
    (
        _l("How fast the city answers"),
        (
            Entry(
                "admin.show_targets",
                _l("Own targets"),
                _l("Say within how many working days residents are to be answered."),
            ),
            Entry(
                "admin.show_holidays",
                _l("Holidays"),
                _l("The days on which the city does not work, one by one or from a calendar."),
            ),
        ),
    ),
    (
        _l("Keeping the portal in order"),
        (
            Entry(
                "accounts.list_people",
                _l("Colleagues"),
                _l("Invite people, give them roles in departments, and end their access."),
            ),
            Entry(
                "admin.show_kiosks",
                _l("Kiosks"),
                _l("Screens in public places at which residents rate: open and close them."),
            ),
            Entry(
                "admin.show_retention",
                _l("How long things are kept"),
                _l("Say when addresses and words of residents are erased, and see what goes next."),
            ),
            Entry(
                "admin.show_fixed",
                _l("What is fixed"),
                _l(
                    "What no setting changes, and why: the level’s 30 days, a second person,"
                    " small groups."
                ),
            ),
            Entry(
                "admin.list_audit_events",
                _l("Who did what"),
                _l("Everything that signed-in people did, to filter and to take away as a table."),
            ),
            Entry(
                "admin.show_webhooks",
                _l("Webhooks"),
                _l("Other systems that are told at once what was published, and how that went."),
            ),
            Entry(
                "mail.show_queue",
                _l("Mail and worker"),
                _l("What waits to be sent, what was given up, and whether the worker works."),
            ),
        ),
    ),
)
