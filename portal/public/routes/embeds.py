"""For other sites: the published level in a frame, and the lines that put frames there."""

from __future__ import annotations

from flask import render_template

from portal.public.reading import get_service
from portal.public.routes.blueprint import blueprint
from portal.public.standing import find_shadow, stand
from portal.store.assessments import get_public_assessment
from portal.web.access import Access, access
from portal.web.context import portal
from portal.web.database import read
from portal.web.pages import cached_page


@blueprint.get("/services/<slug>/embed")
@access(Access.PUBLIC)
@cached_page
def show_embedding(slug: str) -> str:
    """The lines to copy into a page of another site."""
    settings = portal().settings
    return render_template(
        "public/show_embedding.html",
        service=get_service(slug),
        base=settings.base_url.rstrip("/"),
        origins=settings.embed_origins,
    )


@blueprint.get("/embed/services/<slug>/level")
@access(Access.EMBED)
@cached_page
def show_embedded_level(slug: str) -> str:
    """The published level in a frame."""
    service = get_service(slug)
    assessment = get_public_assessment(read(), service.id)
    return render_template(
        "public/show_embedded_level.html",
        service=service,
        assessment=assessment,
        standing=stand(assessment) if assessment else None,
        shadow=None if assessment else find_shadow(read()),
    )
