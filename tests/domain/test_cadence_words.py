"""Every code of the cadence, its plan, reminders and handover has its sentence."""

import datetime as dt
from fractions import Fraction

import pytest

from db import reference
from db.vocabulary import CadenceRole, CustomerClass, Fate, ReminderKind, Seat, VisitPurpose
from desktop_app.domain.cadence import CadenceChannel, Strength, policy_from
from desktop_app.domain.cadence_words import (
    channel_word,
    compliance_sentence,
    excess_sentence,
    impossible_sentence,
    purpose_sentence,
    refusal_sentence,
    role_word,
    rule_sentence,
    state_word,
    strength_sentence,
)
from desktop_app.domain.compliance import Compliance, DutyState, Excess
from desktop_app.domain.handover import (
    Holding,
    NoReceiver,
    Orphan,
    OrphanReason,
    Receiver,
    Rotation,
    Suggestion,
    Vacancy,
)
from desktop_app.domain.handover_words import (
    band_word,
    fate_word,
    orphan_sentence,
    reliance_sentence,
    rotation_sentence,
    seat_word,
    suggestion_sentence,
)
from desktop_app.domain.months import Period
from desktop_app.domain.plan_types import Impossible, Refusal
from desktop_app.domain.pool import Candidate, PoolPolicy, suitability
from desktop_app.domain.rates import Rate
from desktop_app.domain.reminder_words import (
    ago_text,
    kind_word,
    note_choices,
    read_choice,
    reminder_sentence,
    snooze_text,
)
from desktop_app.domain.reminders import SNOOZE_MINUTES, Due, ReminderPolicy, reminders_of
from desktop_app.domain.staff_figures import Reliance, TenureBand
from desktop_app.domain.work_calendar import WEEKDAYS

POLICY = policy_from(reference.entries("cadence"))
RULES = {rule.code: rule for rule in POLICY.rules}
DAY = dt.date(2026, 9, 15)
MOMENT = dt.datetime(2026, 9, 15, 6, tzinfo=dt.UTC)  # 14:00 in Shanghai


def test_that_every_code_has_its_words(each_language: str) -> None:
    groups = [
        [*map(role_word, CadenceRole)],
        [*map(channel_word, CadenceChannel)],
        [*map(state_word, DutyState)],
        [*map(purpose_sentence, VisitPurpose)],
        [*map(refusal_sentence, Refusal)],
        [*map(kind_word, ReminderKind)],
        [*map(snooze_text, SNOOZE_MINUTES)],
        [*map(seat_word, Seat)],
        [*map(band_word, TenureBand)],
        [*map(fate_word, Fate)],
        [*map(rule_sentence, POLICY.rules[:5])],
    ]
    for sentences in groups:
        assert all(sentences)
        assert len(set(sentences)) == len(sentences)
        assert not any("{" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("a_sales_visit", "Sales · Visit · at least 3 a month"),
        ("a_sales_call", "Sales · Call · 2–3 a month"),
        ("a_dept_manager_visit", "Department manager · Visit · once every 1–2 months"),
        ("a_marketing_director_visit", "Marketing director · Visit · 1 in every 6 months"),
        (
            "b_gm_contact",
            (
                "General manager or deputy · Visit or call · "
                "once within 3 months, if the customer may rise to class A"
            ),
        ),
    ],
)
def test_that_a_rule_reads_as_people_say_it(code: str, sentence: str) -> None:
    assert rule_sentence(RULES[code]) == sentence


def test_that_figures_stand_in_their_sentences() -> None:
    rule, march = RULES["b_sales_call"], Period(dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    impossible = Impossible(1, rule, march, Refusal.NO_WORKING_DAY)
    assert impossible_sentence(impossible) == (
        "Sales · Call · 1–2 a month, 2026-03-01 Sun to 2026-03-31 Tue: "
        "There is no working day left in this time."
    )
    assert excess_sentence(Excess(1, rule, march, 3)) == (
        "Sales · Call · 1–2 a month: 3 from 2026-03-01 Sun to 2026-03-31 Tue, more than allowed"
    )
    assert compliance_sentence(Compliance(made=2, late=1, overridden=4)) == (
        "2 of 3 made in time (66.7%), 1 late, 0 missed, 0 still to be made, 4 waived"
    )
    enough = Strength(CadenceRole.SALES, CadenceChannel.VISIT, Fraction(125), 125)
    assert strength_sentence(enough) == "Sales · Visit: 125 owed a month, 125 possible"
    short = Strength(CadenceRole.SALES, CadenceChannel.VISIT, Fraction(125), 120)
    assert strength_sentence(short).endswith("120 possible; 5 too few")
    half = Strength(CadenceRole.GM, CadenceChannel.VISIT, Fraction(5, 2), 3)
    assert "2.5 owed a month" in strength_sentence(half)


def test_that_reminders_say_what_and_when() -> None:
    def sentences(due: Due) -> list[str]:
        found = reminders_of(due, ReminderPolicy(), WEEKDAYS, dt.UTC)
        return [reminder_sentence(each) for each in found]

    assert sentences(Due(ReminderKind.PROMISE, 1, "li", DAY, manager="zhao")) == [
        "Due 2026-09-15 Tue, in 4 days",
        "Due 2026-09-15 Tue",
        "Was due 2026-09-15 Tue, not done",
    ]
    assert sentences(Due(ReminderKind.CALLBACK, 1, "li", DAY, MOMENT)) == [
        "Due 2026-09-15 14:00, in 10 minutes",
        "Due 2026-09-15 14:00",
    ]


def test_that_a_reminder_read_later_says_how_long_there_still_is() -> None:
    promise = reminders_of(
        Due(ReminderKind.PROMISE, 1, "li", DAY), ReminderPolicy(), WEEKDAYS, dt.UTC
    )[0]
    callback = reminders_of(
        Due(ReminderKind.CALLBACK, 1, "li", DAY, MOMENT), ReminderPolicy(), WEEKDAYS, dt.UTC
    )[0]
    day = "Due 2026-09-15 Tue"
    assert reminder_sentence(promise, MOMENT - dt.timedelta(days=1)) == f"{day}, in 1 day"
    assert reminder_sentence(promise, MOMENT) == day
    assert reminder_sentence(promise, MOMENT - dt.timedelta(days=30)) == f"{day}, in 4 days"
    at = "Due 2026-09-15 14:00"
    for seconds, words in (
        (241, ", in 5 minutes"),
        (60, ", in 1 minute"),
        (0, ""),
        (-59, ""),
        (-60, ", late"),
    ):
        assert reminder_sentence(callback, MOMENT - dt.timedelta(seconds=seconds)) == at + words
    assert reminder_sentence(callback, MOMENT + dt.timedelta(days=1)) == f"{at}, 1 day late"
    assert reminder_sentence(promise, MOMENT + dt.timedelta(days=2)) == f"{day}, 2 days late"
    assert (note_choices((5,)), read_choice("open"), read_choice("snooze-15")) == (
        [("default", "Open it"), ("open", "Open it"), ("snooze-5", "Again in 5 minutes")],
        None,
        15,
    )


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "0 minutes ago"),
        (1, "1 minute ago"),
        (60, "1 hour ago"),
        (1439, "23 hours ago"),
        (2880, "2 days ago"),
    ],
)
def test_that_an_age_is_said_in_the_largest_unit(minutes: int, text: str) -> None:
    assert ago_text(dt.timedelta(minutes=minutes, seconds=59)) == text


def test_that_orphans_and_suggestions_are_explained() -> None:
    assert orphan_sentence(Orphan(1, OrphanReason.LEFT, DAY, 1)) == (
        "The employee in charge left. Alone for 1 day."
    )
    assert {orphan_sentence(Orphan(1, reason, None, None)) for reason in OrphanReason} == {
        "The employee in charge left.",
        "The charge ended without a successor.",
        "Nobody was ever put in charge.",
    }
    vacancy, li = Vacancy(1, Seat.PRIMARY, CustomerClass.C), Receiver("li", "Li")
    refused = {suggestion_sentence(Suggestion(vacancy, refusal=each)) for each in NoReceiver}
    assert len(refused) == len(NoReceiver)
    moved = Suggestion(vacancy, li, was_backup=True)
    assert suggestion_sentence(moved) == "The backup moves up: the customer knows them."
    score = suitability(Candidate("li", "Li"), CustomerClass.C, PoolPolicy())
    own = suggestion_sentence(Suggestion(vacancy, li, score))
    assert own.startswith("Ability 3 of 6")
    other = suggestion_sentence(Suggestion(vacancy, li, score, is_cross=True))
    assert other == f"{own} (from another department)"


def test_that_reliance_and_rotation_are_explained() -> None:
    nobody = Reliance(1, None, Rate(0, 0), 0, is_key=False, is_short=True)
    assert reliance_sentence(nobody) == "No contact in this time."
    one = Reliance(1, "li", Rate(8, 10), 2, is_key=True, is_short=True)
    assert reliance_sentence(one) == "8 of 10 contacts by one person (80%); 2 people in contact"
    holding = Holding(1, "li", Seat.PRIMARY, DAY)
    assert rotation_sentence(Rotation(holding, DAY, DAY - dt.timedelta(days=14))) == (
        "Hand over until 2026-09-15 Tue; both look after the customer from 2026-09-01 Tue on."
    )
