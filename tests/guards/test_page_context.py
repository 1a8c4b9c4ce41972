"""What a view hands to its page is read there: nothing is looked up that no page shows.

And what a template imports without its own context is made once for all pages: macros alone, that
read nothing but what every page has.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from flask import Flask
from jinja2 import Environment, FileSystemLoader, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables

PORTAL = Path(__file__).parents[2] / "portal"
TEMPLATES = Environment(
    loader=FileSystemLoader(PORTAL / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"]
)


@cache
def parsed(template: str) -> nodes.Template:
    tree = TEMPLATES.parse((PORTAL / "templates" / template).read_text(encoding="utf-8"))
    for one in tree.find_all(nodes.Filter):  # jinja2.meta wants to know that the app's own exist
        TEMPLATES.filters.setdefault(one.name, str)
    return tree


def family(template: str) -> set[str]:
    """The template with all that it extends, includes and imports."""
    found, new = set(), {template}
    while new:
        found |= new
        new = {name for one in new for name in referenced(one)} - found
    return found


@cache
def read_by(template: str) -> set[str]:
    return {name for one in family(template) for name in undeclared(one)}


@cache
def referenced(template: str) -> set[str]:
    return {name for name in find_referenced_templates(parsed(template)) if name}


@cache
def undeclared(template: str) -> set[str]:
    return find_undeclared_variables(parsed(template))


def sources() -> Iterator[tuple[Path, str]]:
    """The modules that render, in the order of their names."""
    for path in sorted(PORTAL.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "page(" in source or "render_template(" in source:
            yield path, source


def given(source: str) -> Iterator[tuple[int, str, str]]:
    """(line, template, keyword) of every page that is named where it is rendered."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name("page" | "render_template"),
                args=[ast.Constant(str(template)), *_status],
                keywords=keywords,
            ):
                yield from (
                    (node.lineno, template, keyword.arg)
                    for keyword in keywords
                    if keyword.arg is not None
                )


def test_what_a_view_hands_over_is_read_by_its_page() -> None:
    unread = [
        f"{path.relative_to(PORTAL)}:{line}: {template} never reads {keyword}"
        for path, source in sources()
        for line, template, keyword in given(source)
        if keyword not in read_by(template)
    ]
    assert not unread, "\n".join(unread)


def test_a_keyword_that_no_template_reads_is_found() -> None:
    line, template, keyword = next(given('page("errors/404.html", 404, nobody_reads_this=1)'))
    assert (line, keyword) == (1, "nobody_reads_this")
    assert keyword not in read_by(template)


def made_once() -> set[str]:
    """The templates that are imported without the context of the page."""
    names = (path.relative_to(PORTAL / "templates") for path in PORTAL.glob("templates/**/*.*"))
    trees = [parsed(name.as_posix()) for name in names]
    found: set[str] = set()
    for one in chain.from_iterable(_imports(tree) for tree in trees):
        if not one.with_context and isinstance(one.template, nodes.Const):
            found.add(one.template.value)
    return found


def _imports(tree: nodes.Template) -> Iterator[nodes.Import | nodes.FromImport]:
    yield from tree.find_all(nodes.Import)
    yield from tree.find_all(nodes.FromImport)


def read_of_the_page(tree: nodes.Template, known: Collection[str]) -> set[str]:
    """What macros read that neither they, their template nor the app defines."""
    shared = {*known, "caller", "loop"} | set(_named(tree))
    found: set[str] = set()
    for macro in tree.body:
        if isinstance(macro, nodes.Macro):
            names = list(macro.find_all(nodes.Name))
            own = {one.name for one in names if one.ctx != "load"}
            own |= {one.name for one in macro.find_all(nodes.Macro)}
            found |= {one.name for one in names if one.ctx == "load"} - own
    return found - shared


def _named(tree: nodes.Template) -> Iterator[str]:
    """The names of a template's own macros and of what it imports."""
    for one in tree.body:
        match one:
            case nodes.Macro():
                yield one.name
            case nodes.Import():
                yield one.target
            case nodes.FromImport():
                yield from (name if isinstance(name, str) else name[1] for name in one.names)


def beside_macros(tree: nodes.Template) -> list[str]:
    """What else is in a template of macros: it would be worked out once, for the first reader."""
    return [
        type(one).__name__
        for one in tree.body
        if not isinstance(one, (nodes.Macro, nodes.Import, nodes.FromImport))
        and not (isinstance(one, nodes.Output) and not _written(one).strip())
    ]


def _written(output: nodes.Output) -> str:
    return "".join(
        one.data if isinstance(one, nodes.TemplateData) else "..." for one in output.nodes
    )


def test_macros_that_are_made_once_read_nothing_of_a_page(app: Flask) -> None:
    shared = made_once()
    assert "macros/level.html" in shared
    found = {
        name: (read_of_the_page(parsed(name), app.jinja_env.globals), beside_macros(parsed(name)))
        for name in sorted(shared)
    }
    assert {name: problems for name, problems in found.items() if any(problems)} == {}


def test_what_is_of_one_page_is_found_in_macros(app: Flask) -> None:
    tree = TEMPLATES.parse(
        "{% set a = _('Hi') %}{% macro b(lang) %}{{ lang }}{% endmacro %}"
        "{% macro c(d) %}{{ d }}{{ b(lang) }}{% endmacro %}"
    )
    assert read_of_the_page(tree, app.jinja_env.globals) == {"lang"}
    assert beside_macros(tree) == ["Assign"]
