"""Theme suggestions: explained, honest about what is new, and measured on texts not learned."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.themes import Themes, features, joined, learn, suggest

LEARNED = {
    "price": [
        "价格太贵了，别家便宜很多",
        "每个月的费用涨了两次",
        "收费不合理，性价比低",
        "套餐太贵，我负担不起",
        "优惠结束以后价钱翻倍",
        "It became too expensive for us",
        "The monthly fee went up twice",
        "Prices are higher than elsewhere",
        "No discount for old customers, cheaper somewhere else",
        "I cannot afford the cost any more",
    ],
    "service": [
        "店员态度很差，爱理不理",
        "投诉之后没有人回复",
        "客服电话打不通，等了很久",
        "服务员说话不耐烦",
        "前台没有礼貌，问题没人解决",
        "The staff was rude to me",
        "Nobody answered my complaint",
        "I waited an hour for the hotline",
        "Your employee was impolite and did not help",
        "Customer service never called back",
    ],
    "quality": [
        "产品质量不好，用几天就坏了",
        "信号老是断，网速很慢",
        "水果不新鲜，有烂的",
        "衣服洗了一次就褪色",
        "机器经常出故障",
        "The product broke after a week",
        "The connection is slow and drops all the time",
        "The fruit was not fresh",
        "Poor quality, the colour faded in the wash",
        "The machine had defects again and again",
    ],
    "moved": [
        "搬家了，离店太远",
        "换了工作，不在这个城市了",
        "调到外地上班",
        "新家附近没有你们的门店",
        "全家搬到别的城区",
        "We moved to another city",
        "The shop is too far from my new home",
        "I changed jobs and work elsewhere now",
        "Relocated abroad with the family",
        "No branch near my new office",
    ],
    "delivery": [
        "送货太慢，晚了三天",
        "快递总是送错地址",
        "经常缺货，订单被取消",
        "物流延误，东西没收到",
        "配送员把包装摔破了",
        "The delivery came three days late",
        "My parcel went to the wrong address",
        "Orders were cancelled because goods were out of stock",
        "Shipping takes far too long",
        "The package arrived damaged by the courier",
    ],
}

HELD_OUT = {
    "price": [
        "你们比别人贵太多",
        "月费又涨价了，不划算",
        "同样的套餐别家收费低一半",
        "Your prices were raised again",
        "Another supplier is much cheaper",
        "The fee is more than we can afford",
    ],
    "service": [
        "店员态度恶劣，跟我吵架",
        "打客服电话没有人接",
        "投诉了三次都不解决",
        "The staff ignored me and was unfriendly",
        "My complaints were never answered",
        "Rude people at the counter",
    ],
    "quality": [
        "买的机器用了两天就坏了",
        "网速慢，经常断线",
        "菜不新鲜，质量越来越差",
        "It broke twice, very poor quality",
        "Slow connection every evening",
        "The vegetables were rotten",
    ],
    "moved": [
        "我们搬到外地去了",
        "公司换了地方，离门店很远",
        "孩子上学，全家去了别的城市",
        "We are moving abroad next month",
        "My new home is far from your shop",
        "I got a job in another town",
    ],
    "delivery": [
        "快递晚了一个星期才送到",
        "订单缺货没有通知我",
        "送货送错了两回",
        "The parcel was delivered to the wrong house",
        "Late delivery every single time",
        "It was out of stock for weeks",
    ],
}


FRESH = {
    "price": [
        "太贵了，买不起",
        "涨价没有通知",
        "Too expensive compared with others",
        "The fee doubled",
    ],
    "service": [
        "服务员态度差",
        "反映问题没人理",
        "Staff never answered the phone",
        "Impolite employee",
    ],
    "quality": [
        "手机老出故障",
        "质量太差，洗了就破",
        "Broken after two days",
        "Signal drops constantly",
    ],
    "moved": [
        "搬到新城区，太远了",
        "换工作去了外地",
        "Moved house last year",
        "There is no branch nearby",
    ],
    "delivery": [
        "送货晚了五天",
        "包装破了，少了东西",
        "Courier lost my parcel",
        "Order cancelled twice",
    ],
}
"""Written after the limit was chosen, with no look at what is suggested for them."""


@pytest.fixture(scope="module")
def themes() -> Themes:
    return learn((text, theme) for theme, texts in LEARNED.items() for text in texts)


def judged(themes: Themes, texts: dict[str, list[str]]) -> tuple[int, int, int]:
    """Texts given their theme first, given another first, given none."""
    right = wrong = silent = 0
    for theme, some in texts.items():
        for text in some:
            found = suggest(themes, text)
            right += bool(found) and found[0].theme == theme
            wrong += bool(found) and found[0].theme != theme
            silent += not found
    return right, wrong, silent


def test_that_texts_not_learned_are_mostly_given_their_theme(themes: Themes) -> None:
    """Fifty short texts learned. Few texts, by one hand, of five clear themes: no promise.

    The limit was chosen with the first set in view; the second is the fairer measure.
    """
    assert judged(themes, HELD_OUT) == (27, 0, 3)
    assert judged(themes, FRESH) == (18, 0, 2)


def test_that_chinese_words_speak_for_the_theme(themes: Themes) -> None:
    best = suggest(themes, "店员的态度很差")[0]
    assert best.theme == "service"
    assert {"态度", "店员"} <= set(best.words)
    assert 0.09 <= best.nearness <= 1


def test_that_english_words_speak_for_the_theme_as_they_were_written(themes: Themes) -> None:
    best = suggest(themes, "Deliveries arrived LATE")[0]
    assert best.theme == "delivery"
    assert best.words[0] in {"deliveries", "arrived", "late"}
    assert "deliveries" in best.words


def test_that_nothing_is_suggested_for_what_is_new_or_empty(themes: Themes) -> None:
    assert suggest(themes, "Quantum chromodynamics seminar") == ()
    assert suggest(themes, "彗星") == ()
    assert suggest(themes, "") == suggest(themes, "。。！") == ()
    assert suggest(learn([]), "价格太贵") == ()
    assert learn([("！", "price")]).texts == {}
    assert learn([("！", "price")]).learned == 0


def test_that_suggestions_are_ranked_and_limited(themes: Themes) -> None:
    text = "价格太贵，店员态度很差，送货太慢"
    every = suggest(themes, text, confidence=0, most=5)
    assert [one.nearness for one in every] == sorted((one.nearness for one in every), reverse=True)
    assert {one.theme for one in every[:3]} == {"price", "service", "delivery"}
    assert suggest(themes, text, confidence=0, most=2) == every[:2]
    assert suggest(themes, text, confidence=1) == ()
    assert len(suggest(themes, text, words=1)[0].words) == 1


def test_that_features_are_characters_pairs_and_beginnings_of_words() -> None:
    assert features("太贵了 Prices, PRICE don't 5G_a") == {
        "太贵": "太贵",
        "贵了": "贵了",
        "太": "太",
        "贵": "贵",
        "price": "prices",
        "don't": "don't",
        "5g": "5g",
    }


def test_that_function_words_never_speak_for_a_theme() -> None:
    assert features("要是的了有不也就都说会能还没有不要因为") == {}
    assert features("They could also have just wanted more of it") == {}
    themes = learn([("要发票要了三次", "invoices"), ("业务员不来", "staff")])
    assert suggest(themes, "我要新货") == ()
    assert suggest(themes, "要发票")[0].words == ("发票", "要发")


def test_that_a_learned_text_alone_in_its_theme_is_as_near_as_can_be() -> None:
    themes = learn([("价格太贵", "price"), ("the staff was rude", "service")])
    (only,) = suggest(themes, "价格太贵")
    assert only.theme == "price"
    assert isclose(only.nearness, 1)
    assert only.words == ("价格", "太贵", "格太")


def test_that_like_answers_outweigh_a_theme_that_is_far_more_frequent() -> None:
    """Planted: nine of ten codings are *price*; what is like the rare ones gets the rare theme."""
    often = [(f"{who}比你们便宜，价格太高第{n}次", "price") for n in range(9) for who in "甲乙丙丁"]
    rarely = [
        ("账期从六十天改成三十天，接不住", "terms"),
        ("账期太短，财务不同意", "terms"),
        ("要求先付款再发货，没有账期", "terms"),
        ("送货的人总是迟到", "delivery"),
    ]
    themes = learn([*often, *rarely])
    planted = {
        "新的账期财务接不住": "terms",
        "他们突然不给账期了": "terms",
        "送货又迟到": "delivery",
        "别家便宜，你们价格高": "price",
    }
    assert {text: suggest(themes, text)[0].theme for text in planted} == planted


def test_that_overlapping_pairs_are_read_as_one_word() -> None:
    assert joined(("业务", "务员", "换", "联系"), "换了业务员，没人联系") == (
        "业务员",
        "换",
        "联系",
    )
    assert joined(("格太", "价格", "太贵"), "价格太贵") == ("价格太贵",)
    assert joined(("务员", "业务"), "业务多，服务员少") == ("务员", "业务")
    assert joined(("late", "every"), "late every") == ("late", "every")


def test_that_a_suggestion_says_how_many_coded_answers_share_its_words() -> None:
    themes = learn(
        [
            ("账期太短", "terms"),
            ("账期改了，又涨价", "terms"),
            ("发票开错", "terms"),
            ("涨价了", "price"),
        ],
        shipped=[("账期 付款 terms", "terms"), ("太远", "moved")],
    )
    found = {one.theme: one for one in suggest(themes, "账期又变了，还涨价", confidence=0)}
    assert {"账期", "涨价"} <= set(found["terms"].words)
    assert found["terms"].answers == 2  # not the third one, and not the words it came with
    assert (found["price"].words, found["price"].answers) == (("涨价",), 1)
    (only_shipped,) = suggest(themes, "离得太远")
    assert (only_shipped.theme, only_shipped.answers) == ("moved", 0)


@given(
    st.lists(
        st.tuples(st.text("价格太贵ab 店员", max_size=12), st.sampled_from("xyz")), max_size=12
    ),
    st.text("价格太贵ab 店员新", max_size=15),
)
def test_that_any_text_is_ranked_within_zero_and_one_whatever_the_order(
    coded: list[tuple[str, str]], text: str
) -> None:
    found = suggest(learn(coded), text, confidence=0)
    again = suggest(learn(reversed(coded)), text, confidence=0)
    assert {one.theme for one in found} == {one.theme for one in again}
    for one in found:
        assert 0 <= one.nearness <= 1
        assert one.words
        twin = next(other for other in again if other.theme == one.theme)
        assert twin.nearness == pytest.approx(one.nearness)
