"""Why a list of services, or a line of it, cannot be taken, in the reader's words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.store.service_files import BadLine, ListError

LINES: dict[str, Any] = {
    "columns": _l("It has another number of columns than the first line."),
    "no_name": _l("The name (service_name) is empty."),
    "long": _l("%(column)s is longer than %(most)s characters."),
    "control": _l("%(column)s holds control characters. Type it again."),
    "language": _l("%(column)s is not a language tag such as es or zh-Hans."),
    "code_twice": _l("The code %(code)s stands in line %(line)s already."),
}
LISTS: dict[str, Any] = {
    "large": _l("The list is larger than %(most)s MB. Bring it in by the command line."),
    "encoding": _l("The list is not UTF-8. Save it as UTF-8 and paste it again."),
    "csv": _l("Line %(line)s is not CSV: look for a quotation mark that is not closed."),
    "no_column": _l("The first line names no column service_name. Copy the first line too."),
    "document_type": _l("The list holds a document type (DOCTYPE). Take that line out."),
    "xml": _l("This is not XML. Copy the whole list, from the first < to the last >."),
    "json": _l("This is not JSON. Copy the whole list, from the first bracket to the last."),
    "no_list": _l("This is not a list of services as Open311 has it (services)."),
}


def line_text(bad: BadLine) -> str:
    """Why the line stays out."""
    return str(LINES[bad.fault] % bad.values)


def list_text(error: ListError) -> str:
    """Why nothing can be made of the list, and what to do."""
    return str(LISTS[error.fault] % error.values)
