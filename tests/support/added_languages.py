"""Languages that a city adds: translated, reviewed and offered as people would."""

from __future__ import annotations

import json
from pathlib import Path

from babel.messages.pofile import write_po
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.services import ServiceText
from portal.store.engine import Store
from portal.web.catalogues import (
    is_for_staff_only,
    list_messages,
    read_catalogue,
    sources,
)
from tests.support.processes import Installation

LEFT_OUT = "How is this service for you?"  # a text that the translators of these tests missed


def translate(folder: Path, tag: str) -> None:
    """Every text with the language's tag before it, except one; as translators would hand it in."""
    path = folder / "LC_MESSAGES" / "messages.po"
    catalogue = read_catalogue(path)
    for message in list_messages(catalogue):
        if is_for_staff_only(message) or message.id == LEFT_OUT:
            continue
        texts = sources(message)
        if message.pluralizable:
            message.string = tuple(f"{tag} {texts[-1]}" for _ in range(catalogue.num_plurals))
        else:
            message.string = f"{tag} {texts[0]}"
    with path.open("wb") as file:
        write_po(file, catalogue)
    sheets = json.loads((folder / "texts.json").read_text())
    for sheet in sheets.values():
        for entry in sheet.values():
            entry.update(text=f"{tag} {entry['en']}", status="reviewed")
    (folder / "texts.json").write_text(json.dumps(sheets))


def review_services(session: Session, tag: str) -> None:
    """Put reviewed texts of all services before residents."""
    for text in session.scalars(select(ServiceText).where(ServiceText.lang == "en")).all():
        session.add(
            ServiceText(
                service_id=text.service_id, lang=tag, name=f"{tag} {text.name}",
                summary=f"{tag} {text.summary}", about="", status="reviewed",
                updated_at=text.updated_at,
            )
        )  # fmt: skip


def offer(installation: Installation, store: Store, tag: str) -> str:
    """Add, translate and offer a language; returns what the command said."""
    assert installation.call("language", "add", tag).status == 0
    translate(installation.folder / "instance" / "languages" / tag, tag)
    store.write(review_services, tag)
    done = installation.call("language", "offer", tag)
    assert done.status == 0, done
    return done.out
