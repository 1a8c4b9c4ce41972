"""Addresses that are written differently and lead to the same mailbox."""

from __future__ import annotations

import pytest

from portal.domain.mailboxes import mailbox_of


@pytest.mark.parametrize(
    "written",
    [
        "Ana.Ruiz@City.example",
        "ana.ruiz+elm@city.example",
        "a.n.a.ruiz+@city.example.",
        " anaruiz@city.example ",
        "\uff41na.ruiz@\uff43ity.example",
    ],
)
def test_other_spellings_lead_to_the_same_mailbox(written: str) -> None:
    assert mailbox_of(written) == mailbox_of("ana.ruiz@city.example")


def test_a_domain_is_the_same_in_letters_and_for_machines() -> None:
    assert mailbox_of("ana@m\u00fcnchen.example") == mailbox_of("ana@xn--mnchen-3ya.example")


@pytest.mark.parametrize(
    "other", ["ana@parents.example", "ana.ruiz@city.test", "+ana.ruiz@city.example", "@", ""]
)
def test_other_mailboxes_stay_others(other: str) -> None:
    assert mailbox_of(other) != mailbox_of("ana.ruiz@city.example")
