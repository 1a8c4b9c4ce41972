"""Commitments and day files: one text for one meaning, and a chain that shows every change."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.commitments import (
    FIRST_PREVIOUS,
    FormatError,
    QuarterList,
    commit_comment,
    commit_rating,
    find_breaks,
    leaf,
    make_day_file,
    parse_day_file,
    parse_quarter_list,
    salt_of,
)

DAY = date(2026, 8, 14)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
ENTRIES = st.lists(st.one_of(HASHES, HASHES.map(lambda entry: f"withdrawn {entry}")), max_size=8)
SLUGS = st.from_regex(r"[a-z]{1,6}(-[a-z0-9]{1,6})?", fullmatch=True)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_rating_is_committed_to_as_the_documentation_says() -> None:
    """Written out, because others' verifiers are made from it."""
    receipt = sha256("0123456789ABCDEFGHJKMNPQR")
    salt = sha256(f"engage-salt-1\n{receipt}")
    text = f"engage-rating-1\npothole-repair\n2026-07-01\n4\n{salt}"
    assert salt_of(receipt) == salt
    assert commit_rating("pothole-repair", DAY, 4, receipt) == sha256(text)
    assert commit_comment("Two\nlines", "ab") == sha256("engage-comment-1\nab\nTwo\nlines")


@given(st.lists(st.tuples(SLUGS, DAYS, st.integers(1, 5), HASHES), min_size=2, max_size=2))
def test_different_ratings_have_different_commitments(
    both: list[tuple[str, date, int, str]],
) -> None:
    said = [(slug, day.year, (day.month - 1) // 3, q0, receipt) for slug, day, q0, receipt in both]
    one, other = (commit_rating(*rating) for rating in both)
    assert (one == other) == (said[0] == said[1])


@given(st.text(max_size=20), st.text(max_size=20))
def test_leaves_cannot_be_confused_or_guessed(one: str, other: str) -> None:
    assert leaf(b"k", "t", [one, other]) != leaf(b"k", "t", [one + other, ""]) or not other
    assert leaf(b"k", "t", [one, None]) != leaf(b"k", "t", [one, "null"])
    assert leaf(b"k", "t", [one]) != leaf(b"another", "t", [one])
    assert leaf(b"k", "t", [one]) != leaf(b"k", "u", [one])


def test_a_leaf_holds_only_what_it_can_write_down() -> None:
    with pytest.raises(TypeError):
        leaf(b"k", "t", [object()])


@given(DAYS, HASHES, ENTRIES, st.randoms())
def test_a_file_says_nothing_about_order_and_reads_back(
    day: date, previous: str, entries: list[str], random: object
) -> None:
    file = make_day_file(day, previous, entries)
    shuffled = entries[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert make_day_file(day, previous, shuffled) == file
    assert parse_day_file(file.text) == file
    assert file.sha256 == sha256(file.text)


@given(DAYS, HASHES, ENTRIES, st.data())
def test_there_is_one_text_for_each_file(
    day: date, previous: str, entries: list[str], data: st.DataObject
) -> None:
    """Whatever is changed in a text, it is no file any more, or another one."""
    file = make_day_file(day, previous, entries)
    place = data.draw(st.integers(0, len(file.text) - 1))
    text = file.text[:place] + data.draw(st.sampled_from("0aF\n w")) + file.text[place + 1 :]
    try:
        read = parse_day_file(text)
    except FormatError:
        return
    assert read.text == text
    assert (read == file) == (text == file.text)


def chain(lengths: list[int]) -> list[str]:
    texts, previous = [], FIRST_PREVIOUS
    for number, length in enumerate(lengths):
        entries = [sha256(f"{number} {place}") for place in range(length)]
        file = make_day_file(DAY + timedelta(days=number), previous, entries)
        previous = file.sha256
        texts.append(file.text)
    return texts


@given(st.lists(st.integers(0, 4), min_size=2, max_size=6), st.data())
def test_no_file_of_a_chain_can_be_changed_left_out_or_moved(
    lengths: list[int], data: st.DataObject
) -> None:
    texts = chain(lengths)
    assert find_breaks(texts) == []
    place = data.draw(st.integers(0, len(texts) - 2))  # the newest one is held by its signature
    file = parse_day_file(texts[place])
    more = make_day_file(file.day, file.previous, [*file.entries, "f" * 64]).text
    assert find_breaks([*texts[:place], more, *texts[place + 1 :]])
    assert find_breaks([*texts[:place], *texts[place + 1 :]])
    texts[place], texts[place + 1] = texts[place + 1], texts[place]
    assert find_breaks(texts)


@given(
    SLUGS,
    st.lists(st.tuples(HASHES, st.integers(1, 5)), min_size=1, max_size=6),
    st.lists(st.tuples(HASHES, st.integers(1, 5)), max_size=3),
)
def test_a_quarters_list_reads_back_with_its_mean(
    slug: str, counted: list[tuple[str, int]], apart: list[tuple[str, int]]
) -> None:
    made = QuarterList(slug, date(2026, 7, 1), tuple(sorted(counted)), tuple(sorted(apart)))
    read = parse_quarter_list(made.text)
    assert read == made
    assert read.mean == sum(q0 for _, q0 in counted) / len(counted)


@pytest.mark.parametrize("text", ["", "engage-day-1\n", "day 2026-07-01\n" * 5, "x\n" * 9])
def test_what_is_no_file_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        parse_day_file(text)
    with pytest.raises(FormatError):
        parse_quarter_list(text)
