"""The blueprint of everything that anyone may read."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("public", __name__, url_prefix="/<lang:lang>")
