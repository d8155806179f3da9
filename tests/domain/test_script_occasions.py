import datetime as dt

import pytest

from db.vocabulary import Occasion
from desktop_app.domain.script_occasions import GONE_FOR_GOOD, occasion_of, spoken_day
from desktop_app.domain.scripts import FactValue


@pytest.mark.parametrize(
    ("facts", "occasion"),
    [
        ({}, Occasion.SILENT_LAPSE),
        ({"case.kind": "cancel_request", "case.reason_group": "price"}, Occasion.CANCEL_REQUEST),
        ({"case.reason_group": "price", "case.has_complaints": True}, Occasion.PRICE),
        ({"case.reason_group": "delivery_trust"}, Occasion.SERVICE_FAILURE),
        ({"case.reason_group": "competitor"}, Occasion.COMPETITOR),
        ({"case.reason_group": "social", "case.has_complaints": True}, Occasion.SERVICE_FAILURE),
        ({"case.competitor": "乙店", "case.days_gone": 900}, Occasion.COMPETITOR),
        ({"case.kind": "partial_share"}, Occasion.COMPETITOR),
        ({"case.days_gone": GONE_FOR_GOOD}, Occasion.SILENT_LAPSE),
        ({"case.days_gone": GONE_FOR_GOOD + 1}, Occasion.WIN_BACK),
        ({"case.is_reopened": True, "case.days_gone": 5}, Occasion.WIN_BACK),
    ],
)
def test_that_a_case_has_its_occasion(facts: dict[str, FactValue], occasion: Occasion) -> None:
    assert occasion_of(facts) is occasion


def test_that_days_are_said_as_people_say_them() -> None:
    day = dt.date(2026, 8, 5)
    assert spoken_day(day, "zh_CN") == "2026年8月5日"
    assert spoken_day(day, "en") == "5 August 2026"
    assert spoken_day(None, "en") == ""
