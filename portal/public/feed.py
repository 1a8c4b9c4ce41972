"""The responses as an Atom feed (RFC 4287)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, tzinfo
from xml.etree import ElementTree

from portal.domain.language import direction
from portal.domain.wording import Wording
from portal.public.response_queries import ResponseEntry
from portal.store.texts import InLanguage

ATOM = "http://www.w3.org/2005/Atom"
_XHTML = "http://www.w3.org/1999/xhtml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render_feed(
    responses: Sequence[ResponseEntry],
    *,
    title: str,
    lang: str,
    site: str,
    address: str,
    address_of: Callable[[ResponseEntry], str],
    changed_on: Callable[[ResponseEntry], date],
    zone: tzinfo,
    outdated: str,
) -> str:
    """The feed's XML. `address` is the feed's own, absolute like those of its entries.

    `outdated` is what stands below a translation that a correction has overtaken.
    `changed_on` is the day on which what is shown changed last: readers fetch an entry again when
    it moves.
    Moments are whole days of the city's `zone`: more would say too much about when somebody wrote.
    """
    ElementTree.register_namespace("", ATOM)
    ElementTree.register_namespace("xhtml", _XHTML)
    root = ElementTree.Element(_name("feed"), {_LANG: lang})
    _text(root, "title", title)
    _text(root, "id", address)
    ElementTree.SubElement(root, _name("link"), {"rel": "self", "href": address})
    newest = max((changed_on(response) for response in responses), default=date(1970, 1, 1))
    _text(root, "updated", _moment(newest, zone))
    _text(ElementTree.SubElement(root, _name("author")), "name", site)
    for response in responses:
        note = outdated if response.is_outdated else ""
        entry = _entry(root, response, address_of(response), note)
        _text(entry, "published", _moment(response.published_on, zone))
        _text(entry, "updated", _moment(changed_on(response), zone))
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False)


def _entry(
    root: ElementTree.Element, response: ResponseEntry, address: str, note: str
) -> ElementTree.Element:
    entry = ElementTree.SubElement(root, _name("entry"), {_LANG: response.lang})
    _title(entry, [one.name for one in response.services])
    _text(entry, "id", address)
    ElementTree.SubElement(entry, _name("link"), {"href": address})
    references = response.words.references
    for one in (*references.links, *references.pictures):
        related = {"rel": "related", "href": one.address, "title": one.text}
        ElementTree.SubElement(entry, _name("link"), related)
    _text(entry, "summary", response.words.you_said)
    _text(entry, "content", _content(response.words, note))
    return entry


def _title(entry: ElementTree.Element, names: Sequence[InLanguage[str]]) -> None:
    """The names of the services, each in its language: only XHTML can say that of several."""
    languages = {name.lang for name in names}
    if len(languages) == 1:
        _text(entry, "title", ", ".join(name.text for name in names)).set(_LANG, *languages)
        return
    title = ElementTree.SubElement(entry, _name("title"), {"type": "xhtml"})
    whole = ElementTree.SubElement(title, f"{{{_XHTML}}}div")
    for place, name in enumerate(names):
        attributes = {_LANG: name.lang, "lang": name.lang, "dir": direction(name.lang)}
        part = ElementTree.SubElement(whole, f"{{{_XHTML}}}span", attributes)
        part.text, part.tail = name.text, ", " if place < len(names) - 1 else ""


def _content(words: Wording, note: str) -> str:
    return "\n\n".join(part for part in (words.we_did, words.why_not, note) if part)


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, _name(name))
    element.text = text
    return element


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _moment(day: date, zone: tzinfo) -> str:
    return datetime.combine(day, time(), zone).isoformat()
