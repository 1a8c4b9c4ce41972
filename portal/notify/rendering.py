"""Mail in words: templates in the resident's language, outside any request."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, render_template

from portal.notify.mail import Renderer, Words
from portal.web.context import portal
from portal.web.site import city_name
from portal.web.words import gettext as _


def make_renderer(app: Flask) -> Renderer:
    """A renderer for the worker, which has the app but no request."""

    def render(template: str, lang: str, context: dict[str, Any]) -> Words:
        with app.test_request_context("/"):
            g.lang = lang if lang in portal().settings.languages else None
            return Words(
                subject=render_template(f"notify/{template}.subject.txt", **context).strip(),
                text=render_template(f"notify/{template}.txt", **context),
                html=render_template(f"notify/{template}.html", **context),
                sender=_("%(city)s listens", city=city_name()),
            )

    return render
