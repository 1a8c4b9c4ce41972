"""All public figures of a city attacked together: what hides in one must not follow from another.

The attacker has everything that is published about services and city: results by quarter, replies
to answers, and the evidence of every appraisal, which follow each other by two quarters.

Known on purpose, and therefore given: whole-service figures of the evidence (METHOD.md A.3), which
say of every question how many answered 4 or 5, 1 to 3, or did not know, and how many replied no,
however few these are; how many replied to an answer, where totals say so, but not what; how long
the city took. Of what is given to be few nothing can be known worse than that.

Left out: the signed lists, which name every overall rating one by one (decisions 24 and 37); what
changes from one quarterly snapshot of the evidence to the next (METHOD.md 7), and from one monthly
batch of at least ten people to the next (decision 13); people behind themes and in districts, which
are parts of no other total.
"""

from __future__ import annotations

from random import Random

import pytest
from flask.testing import FlaskClient

from portal.store.engine import Store
from tests.support.attack import Attack
from tests.support.attacked_city import QUARTERS, live
from tests.support.city import City

SERVICES = ("pothole-repair", "street-lights", "swimming-pools")


@pytest.mark.parametrize("seed", range(4))
def test_nothing_hidden_follows_from_all_that_is_published(
    client: FlaskClient, store: Store, city: City, seed: int
) -> None:
    truth = store.write(live, city, Random(seed))
    attack = Attack(client, SERVICES, QUARTERS)
    found = attack.ranges()
    assert len(attack.hidden) > 20
    for cell, n in truth.items():
        if cell in found:
            assert found[cell][0] <= n <= found[cell][1], cell
    assert attack.exposed() == {}
