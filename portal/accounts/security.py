"""Flask-Security's wiring."""

from flask import Flask


def register(app: Flask) -> None:
    """Wire sign-in into the app."""
