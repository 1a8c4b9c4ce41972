"""Static files under names that hold their hash, compressed once, kept by browsers for a year."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

from portal.web.headers import EVERYWHERE

FOLDER = Path(__file__).resolve().parents[1] / "static"
_HASHED = re.compile(r"\.[0-9a-f]{10}\.\w+$")
_COMMENT = re.compile(rb"/\*.*?\*/\n?", re.DOTALL)
# Blank that only readers of the source need. Around other signs it can mean something: `a :hover`.
_BLANK = re.compile(rb"\s*([{};])\s*|([:,])\s+")


def publish(app: Flask, instance: Path) -> dict[str, str]:
    """Serve the static files; returns their addresses by name, e.g. "site.css"."""
    files = [path for path in sorted(FOLDER.rglob("*")) if path.is_file()]
    names = {str(path.relative_to(FOLDER)): _hashed_name(path) for path in files}
    fingerprint = hashlib.sha256("".join(names.values()).encode()).hexdigest()[:12]
    folder = instance / "static" / fingerprint
    if not folder.exists():
        _build(files, names, folder)
    server = WhiteNoise(
        app.wsgi_app,
        max_age=3600,
        immutable_file_test=lambda _path, url: _HASHED.search(url) is not None,
        add_headers_function=_add_headers,
    )
    server.add_files(str(folder), prefix="static/")
    app.wsgi_app = server  # type: ignore[method-assign]
    return {name: f"/static/{hashed}" for name, hashed in names.items()}


def _add_headers(headers: Headers, _path: str, _url: str) -> None:
    for name, value in EVERYWHERE.items():
        headers[name] = value


def _content(path: Path) -> bytes:
    """What browsers get: what is for those who read the source weighs half a kB of a stylesheet."""
    content = path.read_bytes()
    if path.suffix != ".css":
        return content
    return _BLANK.sub(rb"\1\2", _COMMENT.sub(b"", content))


def _hashed_name(path: Path) -> str:
    digest = hashlib.sha256(_content(path)).hexdigest()[:10]
    return str(path.relative_to(FOLDER).with_suffix(f".{digest}{path.suffix}"))


def _build(files: list[Path], names: dict[str, str], folder: Path) -> None:
    """Built aside and moved into place, since several web processes start at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent))
    compressor = Compressor(use_gzip=True, use_brotli=True, quiet=True)
    for path in files:
        target = aside / names[str(path.relative_to(FOLDER))]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_content(path))
        list(compressor.compress(str(target)))
    try:
        aside.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(aside)
