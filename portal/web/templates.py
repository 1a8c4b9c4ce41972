"""Templates, compiled once for an installation instead of once for every web process."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache


def register(app: Flask, instance: Path) -> None:
    """Keep compiled templates in the installation's folder; a changed one is compiled anew."""
    folder = instance / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))


def load_all(app: Flask) -> None:
    """Load every template, so that no reader waits for it."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
