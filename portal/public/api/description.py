"""What there is, for programs."""

from __future__ import annotations

import json
from pathlib import Path

from werkzeug.wrappers import Response

from portal.public.api.blueprint import blueprint
from portal.public.documents import JSON, publish, to_json
from portal.web.access import Access, access

_DESCRIPTION = Path(__file__).with_name("openapi.json")


@blueprint.get("/openapi.json")
@access(Access.OPEN_DATA)
def show_description() -> Response:
    """All addresses and fields, as OpenAPI 3.1."""
    return publish(JSON, lambda: to_json(json.loads(_DESCRIPTION.read_text(encoding="utf-8"))))
