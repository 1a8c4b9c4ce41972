"""Pages and forms as a browser without scripts reads them; light, because there are thousands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr")
)


@dataclass
class Element:
    """An element with what stands in it, in order."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Element]:
        """This element and all below it, as they stand in the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child

    def all(self, tag: str, class_name: str = "") -> list[Element]:
        """All below with this tag and, if given, this class."""
        return [
            one for one in self if one.tag == tag and (not class_name or class_name in one.classes)
        ]

    def first(self, tag: str, class_name: str = "") -> Element:
        """The first of them; there must be one."""
        found = self.all(tag, class_name)
        assert found, f"no {tag} {class_name} in: {self.text()[:300]}"
        return found[0]

    @property
    def classes(self) -> list[str]:
        """Its classes."""
        return self.attributes.get("class", "").split()

    @property
    def lang(self) -> str:
        """The language its text is in, as a browser finds it out."""
        return self._inherited("lang")

    @property
    def dir(self) -> str:
        """The direction its text is written in: ltr, rtl or auto."""
        return self._inherited("dir")

    def _inherited(self, name: str) -> str:
        element: Element | None = self
        while element is not None:
            if name in element.attributes:
                return element.attributes[name]
            element = element.parent
        return ""

    def text(self) -> str:
        """All text in it, as it stands."""
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in _VOID:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self.at.parent is not None and self.at.tag != tag:
            self.at = self.at.parent
        self.at = self.at.parent or self.at

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read_page(html: str) -> Element:
    """The page as a tree. Our pages are checked strictly elsewhere; here they are only read."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


class Form:
    """A form as it came, to be filled in: only fields that it has, only choices that it offers."""

    def __init__(self, element: Element, page_path: str) -> None:
        """Read the form's fields with what is filled in already."""
        self.method = element.attributes.get("method", "get").upper()
        self.action = element.attributes.get("action") or page_path
        self.buttons = [
            (one.attributes["name"], one.attributes.get("value", ""))
            for one in element.all("button")
            if "name" in one.attributes
        ]
        self._typed: dict[str, list[str]] = {}
        self._offered: dict[str, list[str]] = {}
        for one in element:
            name = one.attributes.get("name")
            if name and one.tag in {"input", "textarea", "select"}:
                self._read(one, name)

    def _read(self, one: Element, name: str) -> None:
        value, kind = one.attributes.get("value", ""), one.attributes.get("type", "text")
        typed = self._typed.setdefault(name, [])
        if kind in {"radio", "checkbox"}:
            self._offered.setdefault(name, []).append(value)
            typed += [value] if "checked" in one.attributes else []
        elif one.tag == "textarea":
            typed.append(one.text().removeprefix("\n"))
        elif one.tag == "select":
            options = one.all("option")
            self._offered[name] = [option.attributes["value"] for option in options]
            chosen = [option for option in options if "selected" in option.attributes]
            typed.append((chosen or options)[0].attributes["value"])
        else:
            typed.append(value)

    def __contains__(self, name: str) -> bool:
        """Whether the form has such a field."""
        return name in self._typed

    def offers(self, name: str) -> list[str]:
        """The values to choose from."""
        return self._offered.get(name, [])

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self._typed[name][0]

    def fill(self, **values: str | list[str]) -> Form:
        """Type into fields, or choose; several values for boxes to tick."""
        for name, given in values.items():
            assert name in self._typed, f"{self.action} has no field {name}"
            wanted = given if isinstance(given, list) else [given]
            for value in wanted:
                assert value in self._offered.get(name, [value]), f"{name} offers no {value!r}"
            self._typed[name] = wanted
        return self

    def fields(self, button: tuple[str, str] | None = None) -> list[tuple[str, str]]:
        """What a browser sends; line ends of typed text as browsers send them."""
        assert button is None or button in self.buttons, f"{self.action} has no button {button}"
        sent = [
            (name, value.replace("\r\n", "\n").replace("\n", "\r\n"))
            for name, values in self._typed.items()
            for value in values
        ]
        return sent + ([button] if button else [])


def forms_of(page: Element, path: str) -> list[Form]:
    """All forms of a page."""
    return [Form(element, path) for element in page.all("form")]
