"""What the portal is measured against: bare Flask, a tiny template, one durable INSERT."""

from __future__ import annotations

import os

from flask import Flask, render_template, request
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.store.engine import Store

application = Flask(__name__)
store = Store(os.environ["BENCH_DATABASE_URL"])
TEMPLATE = "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><p>{{ words }}</p>"
# Compiled once: a template that is compiled for every request would flatter the portal.
PAGE = application.jinja_env.from_string(TEMPLATE)


@application.get("/")
def show() -> str:
    """A page with next to nothing on it."""
    return render_template(PAGE, title="Bare", words="A page.")


@application.post("/")
def insert() -> tuple[str, int]:
    """One row, on disk before the answer goes out."""

    def put(session: Session) -> None:
        statement = text("INSERT INTO bench (words) VALUES (:words)")
        session.execute(statement, {"words": request.form["words"]})

    store.write(put)
    return "", 204
