"""Addresses of this feature."""

from flask import Blueprint

blueprint = Blueprint("follow", __name__, url_prefix="/<lang:lang>")
