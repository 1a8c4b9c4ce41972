"""Addresses of this feature."""

from flask import Blueprint

blueprint = Blueprint("rate", __name__, url_prefix="/<lang:lang>")
