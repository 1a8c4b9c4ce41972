"""Addresses of this feature."""

from flask import Blueprint

blueprint = Blueprint("public", __name__, url_prefix="/<lang:lang>")
