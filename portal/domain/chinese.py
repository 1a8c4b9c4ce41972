"""Which script a Chinese comment is written in, told by characters that only one of them has.

People who write Traditional Chinese use the form in Simplified Chinese where there is no other;
their words are then marked as what they are (DESIGN.md section 5.8).
"""

from __future__ import annotations

# Frequent characters, Traditional and Simplified in turn. Those that both scripts use in some
# sense (后, 里, 只, 台, 干, 面 …) are left out: they tell nothing.
_PAIRS = (
    "們们個个這这來来時时對对國国說说會会為为過过沒没還还學学發发開开問问題题點点樣样種种"
    "經经現现實实見见長长動动無无與与麼么從从後后關关將将進进業业產产機机應应頭头體体"
    "電电話话務务員员區区車车東东場场門门間间給给讓让認认請请該该誰谁讀读書书買买賣卖"
    "難难雖虽離离條条樓楼橋桥樹树燈灯煙烟環环衛卫護护計计設设訴诉評评議议證证訊讯"
    "報报導导專专達达運运選选邊边遠远遲迟鐵铁錢钱錯错銀银鎮镇陽阳隊队階阶際际隨随險险"
    "雙双雞鸡雲云靜静頁页項项順顺須须預预領领頻频顯显願愿類类顧顾風风飛飞飯饭館馆"
    "馬马駕驾駛驶騎骑驗验驚惊麗丽歲岁歷历歸归殘残毀毁決决況况減减溫温滅灭滿满漢汉灣湾"
    "爾尔牆墙獎奖獨独獲获異异畫画當当療疗盡尽監监眾众礙碍確确禮礼積积穩稳窮穷競竞"
    "筆笔節节範范築筑簡简籌筹級级紅红約约純纯紙纸細细終终組组結结絕绝統统絡络維维"
    "網网線线緊紧編编緩缓縣县總总績绩織织續续纔才罰罚羅罗習习聯联聲声聽听職职處处號号"
    "術术規规視视親亲覺觉觀观訂订記记訪访詞词試试誠诚誤误課课調调談谈論论諸诸謝谢"
    "譯译變变豐丰負负財财責责貨货費费資资質质賴赖購购贊赞趕赶跡迹蹤踪輕轻輛辆輸输"
    "轉转辦办農农連连遊游違违適适郵邮鄰邻醫医釋释針针鋪铺錄录鎖锁鐘钟閉闭閒闲闊阔"
    "陳陈陸陆隱隐雜杂響响頂顶養养餘余舊旧舉举華华萬万葉叶藝艺藥药蘇苏補补裝装複复"
    "優优傳传債债傷伤備备傢家價价億亿償偿兒儿兩两冊册凍冻劃划劇剧勝胜勞劳勢势"
    "勵励勸劝協协單单廠厂嚴严嗎吗啟启喪丧嘗尝團团圍围園园圓圆圖图執执壓压壞坏壯壮"
    "夠够奪夺婦妇媽妈孫孙寧宁審审寫写寬宽寶宝屬属岡冈島岛幣币帶带幫帮庫库廣广廳厅"
    "張张強强彈弹彎弯徑径徵征態态慣惯憂忧憶忆懷怀懶懒戰战戲戏戶户掃扫採采揚扬換换"
    "損损搖摇搶抢撥拨擇择擊击擋挡擔担據据擴扩擾扰攝摄敗败敘叙數数斷断暫暂"
)
# The second of a pair that Traditional Chinese has too, as another word or as a variant.
_SHARED = frozenset("后才家叶余采征游范划迹踪烟云")
TRADITIONAL_ONLY = frozenset(_PAIRS[::2]) - _SHARED
SIMPLIFIED_ONLY = frozenset(_PAIRS[1::2]) - _SHARED - TRADITIONAL_ONLY
# For search, where both scripts should find each other.
SIMPLIFIED_OF = str.maketrans(dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)))


def chinese_script(text: str) -> str | None:
    """`zh-Hant` or `zh-Hans` by the majority of telling characters, None when they tell nothing."""
    traditional = sum(letter in TRADITIONAL_ONLY for letter in text)
    simplified = sum(letter in SIMPLIFIED_ONLY for letter in text)
    if traditional == simplified:
        return None
    return "zh-Hant" if traditional > simplified else "zh-Hans"


def written_language(text: str, form_lang: str) -> str | None:
    """The language of a comment where it is another than the form's, None where it is the same.

    Only the two scripts of Chinese are told apart, and only in Chinese forms.
    """
    if not form_lang.startswith("zh"):
        return None
    script = chinese_script(text)
    return None if script == form_lang else script
