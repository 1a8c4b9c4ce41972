"""Whether two e-mail addresses that are written differently lead to the same mailbox."""

from __future__ import annotations

import unicodedata


def mailbox_of(email: str) -> str:
    """The address in one spelling: by this only, and never written to, addresses are compared.

    Large letters, wide ones, what stands after a plus, dots in the name, and a domain with letters
    of its language beside its form for machines: providers tell few or none of these apart. So two
    mailboxes of one provider may look alike here, which whoever compares has to put up with.
    """
    plain = unicodedata.normalize("NFKC", email.strip()).casefold()
    name, _, domain = plain.rpartition("@")
    name = name.partition("+")[0].replace(".", "")
    return f"{name}@{_for_machines(domain.rstrip('.'))}"


def _for_machines(domain: str) -> str:
    try:
        return domain.encode("idna").decode().casefold()
    except UnicodeError:  # no domain: nothing leads there
        return domain
