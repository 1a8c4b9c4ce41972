"""What an answer refers to, as lines that people type."""

from __future__ import annotations

import pytest

from portal.domain.wording import (
    MAX_ADDRESS,
    MAX_CAPTION,
    LineError,
    Link,
    References,
    Wording,
    as_lines,
    read_links,
    read_names,
)


def test_each_line_is_an_address_and_what_is_found_there() -> None:
    typed = "\n https://data.example.org/a?b=c#d   Lamps,\trepaired \n\nhttps://example.org Report"
    found = read_links(typed)
    assert found == [
        Link("https://data.example.org/a?b=c#d", "Lamps, repaired"),
        Link("https://example.org", "Report"),
    ]
    assert [link.host for link in found] == ["data.example.org", "example.org"]
    assert read_links(as_lines(found)) == found


@pytest.mark.parametrize(
    "line",
    [
        "https://example.org/a",  # says not what is there
        "The report https://example.org/a",
        "http://example.org/a Report",
        "//example.org/a Report",
        "javascript:alert(1) Report",
        "https: Report",
        "https://localhost/a Report",
        "https://city.example@other.example/ Report",
        "https://example.org:8443/ Report",
        "https://example.org:port/ Report",
        "https://[::1/ Report",
        "https://EXAMPLE.org/ Report",
        "https://ex\u0430mple.org/ Report",  # a Cyrillic letter
        "https://example.org/\u202egnp.exe Report",
        f"https://example.org/{'a' * MAX_ADDRESS} Report",
        f"https://example.org/ {'a' * (MAX_CAPTION + 1)}",
    ],
)
def test_the_first_line_that_is_none_is_named(line: str) -> None:
    with pytest.raises(LineError) as error:
        read_links(f"https://example.org Report\n\n{line}\nneither")
    assert error.value.number == 3


def test_partners_are_names_one_a_line() -> None:
    assert read_names(" Senior  center \n\nLibrary\n") == ["Senior center", "Library"]
    with pytest.raises(LineError, match="line 2"):
        read_names("Library\n" + "a" * (MAX_CAPTION + 1))


def test_a_wording_knows_what_it_refers_to() -> None:
    picture = "https://example.org/ramp.png A ramp"
    wording = Wording("You said.", pictures=picture, partners="Library")
    assert wording.references == References(
        pictures=(Link("https://example.org/ramp.png", "A ramp"),), partners=("Library",)
    )
    assert wording.references
    assert not Wording("You said.", "We did.", "Why not.").references
