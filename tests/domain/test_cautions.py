"""Hints before publishing: what is bare, an echo, or almost the same as many others."""

from __future__ import annotations

import pytest

from portal.data import load_claim_words
from portal.domain.cautions import Caution, Hint, find_cautions
from portal.domain.claims import NO_WORDS, WordList
from portal.domain.language import fold
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


def test_a_promise_for_a_holiday_is_named() -> None:
    def found(outcome: Outcome, holiday: str | None) -> list[Caution]:
        wording = Wording(SAID, DEED)
        return find_cautions(outcome=outcome, wording=wording, others={}, holiday=holiday)

    for promise in (Outcome.PLANNED, Outcome.IN_PROGRESS):
        assert found(promise, "Rest") == [Caution(Hint.HOLIDAY, name="Rest")]
        assert found(promise, None) == []
    assert found(Outcome.DONE, "Rest") == [], "it promises nothing any more"


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
    "vi": (
        "Chúng tôi đã cải thiện.",
        "Chúng tôi đã cải thiện dịch vụ cho tất cả người dân.",
        "Cảm ơn quý vị đã góp ý. Chúng tôi đã có nhiều biện pháp để nâng cấp chất lượng dịch vụ.",
        "Vấn đề đã được đội ngũ của chúng tôi khắc phục kịp thời.",
        "Mọi việc nay đã tốt hơn rất nhiều cho mọi người.",
        "Thành phố đã thay đổi quy trình và sẽ tiếp tục nỗ lực hết sức.",
    ),
    "zh-Hans": (
        "已经改善了",
        "已经处理好了",
        "我们已经改善了服务质量。",
        "感谢您的宝贵意见，我们已采取有效措施，进一步提升了服务水平。",
        "有关部门高度重视，问题已经得到妥善解决。",
        "我们已对相关流程进行优化，今后将继续努力为广大市民提供更好的服务。",
        "该问题已经处理完成，谢谢您的理解和支持。",
    ),
    "ar": (
        "تم الإصلاح",
        "قمنا بتحسين الخدمة.",
        "لقد قمنا بتحسين خدماتنا لجميع السكان.",
        "نشكركم على ملاحظاتكم القيّمة. اتخذنا الإجراءات اللازمة وتم حل المشكلة.",
        "عملت فرقنا بجهد كبير على تطوير الخدمة، وسنواصل العمل على تحسين جودتها.",
        "أصبح الوضع أفضل بكثير الآن للجميع.",
        "تم تحديث أنظمتنا وإجراءاتنا، وهي أفضل من قبل.",
    ),
    "ko": (
        "개선했습니다.",
        "저희는 모든 시민을 위해 서비스를 개선했습니다.",
        "소중한 의견에 감사드립니다. 필요한 조치를 모두 완료했습니다.",
        "담당 부서에서 문제를 신속하게 해결하였습니다.",
        "앞으로도 더 나은 서비스를 위해 노력하겠습니다. 이미 많은 부분이 개선되었습니다.",
        "업무 절차를 변경하여 서비스 품질이 크게 향상되었습니다.",
    ),
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
    "vi": (
        "Chúng tôi đã sửa 12 bóng đèn.",
        "Chúng tôi đã sửa đèn gần trường học.",
        "Đường Nguyễn Trãi đã được sửa, và lối sang ở Công viên Bạch Đằng cũng vậy.",
        "Chúng tôi đã thay cầu trượt, xích đu và hàng rào, rồi lót thảm cao su bên dưới.",
    ),
    "zh-Hans": (
        "我们修好了12盏路灯。",
        "我们修好了三盏路灯。",
        "我们修好了学校旁边的路灯。",
        "上周修好了滑梯。",
        "我们更换了滑梯、秋千和围栏，并铺设了橡胶垫，玩耍更安全，情况已经改善。",
    ),
    "ar": (
        "أصلحنا 12 مصباحًا.",
        "أصلحنا ١٢ مصباحًا.",
        "أصلحنا ثلاثة مصابيح.",
        "أصلحنا المصباح أمام المدرسة.",
        "أصلحنا الزحليقة يوم الثلاثاء.",
        "أصلحنا الزحليقة والأراجيح والسياج، ووضعنا تحتها بساطًا مطاطيًا سميكًا.",
    ),
    "ko": (
        "가로등 12개를 고쳤습니다.",
        "가로등 세 개를 고쳤습니다.",
        "학교 앞 가로등을 고쳤습니다.",
        "미끄럼틀을 지난주에 수리했습니다.",
        "미끄럼틀과 그네, 울타리를 수리하고 바닥에 고무 매트를 깔았습니다.",
    ),
}


@pytest.mark.parametrize(("lang", "claim"), [(k, one) for k, v in BARE.items() for one in v])
def test_a_claim_with_nothing_to_check_is_doubtful(lang: str, claim: str) -> None:
    for outcome in (Outcome.DONE, Outcome.ANSWERED, Outcome.IN_PROGRESS):
        assert hints(outcome, claim, lang=lang) == {Hint.BARE_CLAIM}, outcome
    link = "https://city.example/works The works"
    assert hints(we_did=claim, lang=lang, links=link) == set()
    assert hints(Outcome.PLANNED, claim, lang=lang) == set()  # nothing is claimed yet


@pytest.mark.parametrize("lang", BARE)
def test_a_figure_gives_something_to_check_in_any_digits(lang: str) -> None:
    for claim in BARE[lang]:
        for figure in ("12", "١٢", "１２"):
            assert hints(Outcome.ANSWERED, f"{claim} {figure}", lang=lang) == set(), claim


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


def test_arabic_words_are_known_with_what_is_written_together_with_them() -> None:
    words = WordList.parse("خدمة سكان")
    for token in ("الخدمة", "خدماتنا", "وخدمتكم", "للسكان", "وبالسكان", "سكانها"):
        assert words.holds(fold(token)) is (token != "خدماتنا"), token
    assert not words.holds(fold("مصباح"))


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
