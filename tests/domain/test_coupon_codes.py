import random

from desktop_app.domain.coupon_codes import LENGTH, LETTERS, drawn_with, new_code


def test_that_codes_are_readable_and_differ() -> None:
    found = {new_code() for _number in range(50)}
    assert len(found) == 50
    assert all(len(code) == LENGTH and set(code) <= set(LETTERS) for code in found)
    assert not set(LETTERS) & set("01ILOU")


def test_that_dice_of_a_demo_give_the_same_codes_inside_only() -> None:
    with drawn_with(random.Random(1)):
        first = [new_code(), new_code()]
    with drawn_with(random.Random(1)):
        assert [new_code(), new_code()] == first
    assert new_code() not in first
