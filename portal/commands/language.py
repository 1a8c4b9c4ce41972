"""`portal language`: a city adds a language of its own, without code."""

from __future__ import annotations

import click

from portal.admin import languages
from portal.data import use_languages
from portal.data.languages import AddedLanguage, keep_added, list_added
from portal.domain.language import direction, is_language_tag
from portal.store.command import Context, pass_portal
from portal.store.language_texts import count_service_texts
from portal.web.added_languages import (
    Completeness,
    Share,
    add_language,
    compile_added,
    find_catalogue,
    measure,
)
from portal.web.i18n import language_of, locale_of


@click.group("language")
def language() -> None:
    """Add a language, see how complete each one is, offer it to residents."""


@language.command("add")
@click.argument("tag")
@pass_portal
def add(context: Context, tag: str) -> None:
    """Make the files of the language TAG (fi, ur, zh-Hant, …) for translators.

    Again after an upgrade it brings in what is new; what was translated stays.
    """
    if not is_language_tag(tag):
        raise ValueError(f"{tag!r} is no language tag such as fi, ur or zh-Hant")
    instance = context.settings.instance
    offered = {one.tag: one.is_offered for one in list_added(instance)}
    if tag not in offered and tag in context.settings.languages:
        raise ValueError(f"{tag} is there already")
    added = add_language(tag, instance, is_offered=offered.get(tag, False))
    named = language_of(tag)
    click.echo(f"{tag}: {named.name}, {named.dir}")
    click.echo(f"  {added.catalogue}\n  {added.texts_file}")
    click.echo(
        "Translate both files. The texts of services wait for translation in the portal:"
        " Settings, Texts of services. Then: portal language list"
    )


@language.command("list")
@pass_portal
def list_languages(context: Context) -> None:
    """Show every language with what is there of it."""
    added = _open(context)
    tags = (*context.settings.languages, *(one.tag for one in added if not one.is_offered))
    limit = context.settings.language_percent
    for tag in tags:
        found = _measure(context, tag, added)
        state = "offered" if tag in context.settings.languages else "in preparation"
        click.echo(f"{tag}  {language_of(tag).name}  {direction(tag)}  {state}  {found.percent} %")
        click.echo(f"    {_shares(found)}")
        missing = found.says_why_not(limit)
        if missing:
            click.echo(f"    {missing}")


@language.command("offer")
@click.argument("tag")
@pass_portal
def offer(context: Context, tag: str) -> None:
    """Offer residents the language TAG, if enough of it is there, and open services for it.

    Services that have closed the language stay closed; see the page of the service.
    """
    one = _find(context, tag)
    missing = _measure(context, tag, _open(context)).says_why_not(context.settings.language_percent)
    if missing:
        raise ValueError(f"{tag} cannot be offered yet: {missing}")
    opened = context.store.write(
        languages.offer, lang=tag, now=context.clock.now(), today=context.clock.today()
    )
    _keep(context, one, is_offered=True)
    click.echo(f"{tag} is offered from the next start on (portal serve, portal work).")
    click.echo(f"Opened for ratings of {opened} {'service' if opened == 1 else 'services'}.")


@language.command("withdraw")
@click.argument("tag")
@pass_portal
def withdraw(context: Context, tag: str) -> None:
    """No longer offer the language TAG; its files stay, and no service takes ratings in it."""
    one = _find(context, tag)
    context.store.write(
        languages.withdraw, lang=tag, now=context.clock.now(), today=context.clock.today()
    )
    _keep(context, one, is_offered=False)
    click.echo(f"{tag} is no longer offered.")


def _open(context: Context) -> list[AddedLanguage]:
    added = list(list_added(context.settings.instance))
    use_languages(context.settings.instance)
    compile_added(added)
    return added


def _find(context: Context, tag: str) -> AddedLanguage:
    for one in list_added(context.settings.instance):
        if one.tag == tag:
            return one
    raise LookupError(f"there is no added language {tag}: portal language add {tag}")


def _keep(context: Context, one: AddedLanguage, *, is_offered: bool) -> None:
    keep_added(context.settings.instance, one.tag, str(locale_of(one.tag)), is_offered=is_offered)


def _measure(context: Context, tag: str, added: list[AddedLanguage]) -> Completeness:
    def count(lang: str) -> Share:
        with context.store.read() as session:
            return count_service_texts(session, lang)

    return measure(tag, find_catalogue(tag, added), count)


def _shares(found: Completeness) -> str:
    parts = {
        "pages": found.pages,
        "questions": found.questions,
        "model": found.model,
        "services": found.services,
    }
    return ", ".join(f"{name} {done} of {every}" for name, (done, every) in parts.items())
