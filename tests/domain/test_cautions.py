"""Hints before publishing: what is bare, an echo, or almost the same as many others."""

from __future__ import annotations

import pytest

from portal.data import load_claim_words
from portal.domain.cautions import Caution, Hint, find_cautions
from portal.domain.claims import NO_WORDS
from portal.domain.loop import Outcome
from portal.domain.wording import Wording

SAID = "The holes on School Road come back after every rain."
DEED = "We paved 9 of the 14 streets by the schools with hot mix last week."


def hints(
    outcome: Outcome = Outcome.DONE,
    we_did: str = DEED,
    others: tuple[str, ...] = (),
    *,
    lang: str = "en",
    links: str = "",
) -> set[str]:
    found = find_cautions(
        outcome=outcome, wording=Wording(SAID, we_did, links=links),
        others=dict(enumerate(others)), words=load_claim_words().get(lang, NO_WORDS),
    )  # fmt: skip
    return {one.hint for one in found}


def test_an_answer_that_says_what_was_done_raises_no_hint() -> None:
    assert hints() == set()


BARE = {
    "en": (
        "It is done.",
        "Thank you. We have improved this.",
        "We have improved the service for all residents.",
        "Thank you for your valuable feedback. We have made significant improvements.",
        "We changed our processes and will continue to work hard on the quality of service.",
        "The matter has been resolved by our team.",
        "Things are much better now for everybody.",
        "We fixed the problem.",
        "Your concerns were addressed and appropriate measures have been taken.",
        "We upgraded our systems and our staff are working on further enhancements.",
    ),
    "es": (
        "Hecho, gracias.",
        "Gracias. Lo hemos mejorado.",
        "Hemos mejorado el servicio para todos los vecinos.",
        "Agradecemos su comentario. Hemos tomado medidas y mejorado nuestros procesos.",
        "El problema se ha resuelto.",
        "Todo está arreglado ya.",
        "Hemos actualizado nuestros sistemas para ofrecer una mejor atención a la ciudadanía.",
    ),
    "vi": ("Chúng tôi đã cải thiện.",),
    "zh-Hans": ("已经改善了", "已经处理好了"),
    "ar": ("تم الإصلاح", "قمنا بتحسين الخدمة."),
    "ko": ("개선했습니다.",),
}
CHECKABLE = {
    "en": (
        "We fixed 12 lamps.",
        "We repaired the lamp by the school.",
        "We improved the crossing on Mill Street.",
        "The slide was repaired on Tuesday.",
        "We repaired the slide, the swings and the fence, and laid rubber mats underneath.",
        "Buses run every ten minutes now, which is better for all.",
    ),
    "es": (
        "Arreglamos 12 farolas.",
        "Reparamos la farola junto a la escuela.",
        "Hemos mejorado el cruce de la calle Molino.",
        "El tobogán se reparó el martes.",
        "Reparamos el tobogán, los columpios y la valla, y pusimos suelo de caucho.",
    ),
    "ar": ("أصلحنا 12 مصباحًا.", "أصلحنا ١٢ مصباحًا."),
    "ko": ("가로등 12개를 고쳤습니다.",),
}


@pytest.mark.parametrize(("lang", "claim"), [(k, one) for k, v in BARE.items() for one in v])
def test_a_claim_with_nothing_to_check_is_doubtful(lang: str, claim: str) -> None:
    for outcome in (Outcome.DONE, Outcome.ANSWERED, Outcome.IN_PROGRESS):
        assert hints(outcome, claim, lang=lang) == {Hint.BARE_CLAIM}, outcome
    link = "https://city.example/works The works"
    assert hints(we_did=claim, lang=lang, links=link) == set()
    assert hints(Outcome.PLANNED, claim, lang=lang) == set()  # nothing is claimed yet


@pytest.mark.parametrize(("lang", "claim"), [(k, one) for k, v in CHECKABLE.items() for one in v])
def test_a_claim_that_can_be_checked_is_not(lang: str, claim: str) -> None:
    for outcome in (Outcome.DONE, Outcome.ANSWERED):
        assert hints(outcome, claim, lang=lang) == set(), outcome


def test_an_answer_that_claims_no_change_needs_nothing_to_check() -> None:
    for claim in ("You can ask at the counter.", "We talked about it with the council."):
        assert hints(Outcome.ANSWERED, claim) == set()
        assert hints(Outcome.DONE, claim) == {Hint.BARE_CLAIM}  # the outcome claims it


def test_without_word_lists_the_number_of_words_decides() -> None:
    assert hints(we_did="Klart, tack.", lang="sv") == {Hint.BARE_CLAIM}
    assert hints(we_did="Vi har lagat alla lampor vid skolan igen.", lang="sv") == set()
    assert hints(we_did="我们铺好了学校门前的街道并装了灯", lang="ja") == set()


def test_saying_back_what_residents_said_is_no_deed() -> None:
    assert hints(we_did=SAID) == {Hint.ECHO}
    assert hints(Outcome.DECLINED, we_did="") == {Hint.NO_DEED}


def test_what_many_others_say_is_said_so_and_which() -> None:
    same = [DEED, DEED.replace("9", "8"), DEED.replace("last week", "this week")]
    assert hints(others=(*same[:2], "Something else was done in the park.")) == set()
    found = find_cautions(
        outcome=Outcome.DONE, wording=Wording(SAID, DEED), others=dict(enumerate(same))
    )
    assert found == [Caution(Hint.LIKE_OTHERS, (0, 1, 2))]
