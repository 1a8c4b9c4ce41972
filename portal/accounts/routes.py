"""Addresses of this feature."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__, url_prefix="/<lang:lang>")
