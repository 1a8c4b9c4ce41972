"""The filters of lists of responses as addresses hold them."""

from __future__ import annotations

from flask import abort, request

from portal.public.addresses import words_wanted
from portal.public.reading import current_reader
from portal.public.response_filters import Filters, find_filters
from portal.web.database import read


def filters_in_address() -> Filters:
    """What the address narrows to; whatever it names that there is not is no address of ours."""
    filters = find_filters(
        read(),
        current_reader(),
        service=request.args.get("service", ""),
        department=request.args.get("department", ""),
        district=request.args.get("district", ""),
        language=request.args.get("language", ""),
        words=words_wanted(),
    )
    if filters is None:
        abort(404)
    return filters
