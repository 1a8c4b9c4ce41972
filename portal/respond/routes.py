"""Addresses of this feature."""

from flask import Blueprint

blueprint = Blueprint("respond", __name__, url_prefix="/<lang:lang>")
