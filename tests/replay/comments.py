"""What residents write: real comments from the shared data, and a few that are hard to keep whole.

Real people wrote the comments, so they are read where they lie and never copied into the project.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.support.shared_data import COMMENTS

# Languages of the forms that the writers of the files use.
_LANGUAGES = ("en", "es", "zh-Hans")
# Written for this test: bidi, joiners, planes beyond the first, and what templates might touch.
_HARD = (
    ("ar", "الحفرة أمام رقم ١٢ في شارع Elm (قرب المدرسة) خطيرة جدًا! 🚧"),
    ("ar", "شكرًا 🙏🏽 لكن الضوء \u2067مكسور\u2069 منذ 3 أسابيع… 50% من الشارع مظلم."),
    ("ar", "English inside Arabic: \u202aBus 7 (south)\u202c لا يتوقف."),
    ("vi", "Đèn đường ở góc Nguyễn Trãi tắt từ tuần trước. Xin quý vị sửa giúp ạ 😊"),
    ("vi", "Cầ\u0302u thang có dấu tổ hợp: o\u031b\u0323 e\u0302\u0301"),
    ("ko", "놀이터 바닥이 깨져서 아이들이 다칩니다. 👨‍👩‍👧‍👦 꼭 고쳐 주세요!"),
    ("ko", "두 줄로 씁니다.\n둘째 줄입니다.\n\n빈 줄 다음입니다."),
    ("en", "{{ 7 * 7 }} %(name)s {0} ${x} <script>alert(1)</script> & &amp; \"quoted\" 'single'"),
    ("en", "Zalgo h\u0335e\u0336l\u0337p, 𝒻𝒶𝓃𝒸𝓎 𝓁𝑒𝓉𝓉𝑒𝓇𝓈, family 👩🏿‍🚒 and a flag 🏳️‍🌈 at the end"),
    ("en", "=SUM(A1:A9) looks like a formula; +1 for shade; @mayor -- '; DROP TABLE loop; --"),
    ("en", "RLO \u202eevil\u202c, zero\u200bwidth, soft\u00adhyphen, nbsp\u00a0here, tab\there"),
    ("es", "¿Arreglarán la acera de la calle Ñandú? ¡Año tras año… «promesas»!"),
    ("zh-Hans", "路灯坏了三个星期，请尽快修理。谢谢！🙏"),
    ("zh-Hans", "𠮷野家门口的人行道裂开了，轮椅过不去。"),
)
# Written for this test too: each holds what the portal warns of before it is sent.
_PERSONAL = (
    ("en", "Call me at (512) 974-2000 when the crew comes."),
    ("en", "I paid with 4111 1111 1111 1111 and nobody can find it."),
    ("en", "My name is on file, SSN 536-90-4399, look it up."),
    ("es", "Escríbanme a vecina@replay.example, por favor."),
    ("es", "Mi teléfono es el 512-974-2000, llamen por la tarde."),
    ("ar", "رقمي ٥١٢-٩٧٤-٢٠٠٠ اتصلوا بي من فضلكم."),
    ("vi", "Xin gọi cho tôi số 512 974 2000 buổi tối."),
    ("ko", "제 번호는 512-974-2000 입니다. 연락 주세요."),
    ("zh-Hans", "请打我的电话：512-974-2000，谢谢。"),
)


@dataclass(frozen=True)
class Comment:
    """A text, the form in which it is written, and the language it must be marked as, if other."""

    lang: str
    text: str
    script: str = ""
    is_real: bool = True


def read_comments(folder: Path) -> list[Comment]:
    """All comments, in the order of the files, and then the invented ones."""
    found = []
    for name, lang in zip(COMMENTS, _LANGUAGES, strict=True):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            found.append(Comment(lang, text, script_of(text) if lang == "zh-Hans" else ""))
    invented = (Comment(lang, text, is_real=False) for lang, text in (*_HARD, *_PERSONAL))
    return [*found, *invented]


def script_of(text: str) -> str:
    """`zh-Hant` where most telling characters are in no Simplified set: two old standards tell."""
    traditional = sum(_is_in(letter, "big5") and not _is_in(letter, "gb2312") for letter in text)
    simplified = sum(_is_in(letter, "gb2312") and not _is_in(letter, "big5") for letter in text)
    return "zh-Hant" if traditional > simplified else ""


def _is_in(letter: str, standard: str) -> bool:
    try:
        letter.encode(standard)
    except UnicodeEncodeError:
        return False
    return True
