"""May this customer be contacted now? The budget holds in every window, whatever happens."""

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from db import task_force_files
from db.vocabulary import AttemptResult, Channel
from desktop_app.domain.contact_rules import (
    EFFECTIVE,
    Contact,
    ContactFacts,
    ContactPolicy,
    ContactRule,
    Finding,
    Purpose,
    Verdict,
    may_contact,
)
from desktop_app.domain.retries import NOBODY_REACHED

CHINA = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
FESTIVALS = frozenset(day.day for day in task_force_files.holidays() if day.is_statutory)
TUESDAY = dt.datetime(2026, 9, 15, 10, tzinfo=CHINA)
NO_BUDGET = ContactPolicy(short_limit=1000, long_limit=1000, throttle_after=1000)
OPEN = ContactPolicy(quiet_from=dt.time(0), quiet_until=dt.time(0), throttle_after=1000)


def past(*days: float, channel: Channel = Channel.CALL, effective: bool = True) -> list[Contact]:
    """Contacts so many days before TUESDAY."""
    return [Contact(TUESDAY - dt.timedelta(days=each), channel, effective) for each in days]


def ask(
    *contacts: Contact,
    at: dt.datetime = TUESDAY,
    channel: Channel = Channel.CALL,
    purpose: Purpose = Purpose.ORDINARY,
    policy: ContactPolicy | None = None,
) -> Verdict:
    facts = ContactFacts(past=contacts)
    return may_contact(facts, at, channel, purpose=purpose, policy=policy, festivals=FESTIVALS)


def test_that_a_customer_never_contacted_may_be_called_in_the_morning() -> None:
    verdict = ask()
    assert verdict.allowed
    assert verdict.earliest == TUESDAY
    assert [proof.rule for proof in verdict.proofs] == list(ContactRule)
    assert {proof.finding for proof in verdict.proofs} == {Finding.PASSED}


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (ContactFacts(is_deceased=True), ContactRule.DECEASED),
        (ContactFacts(do_not_contact=True), ContactRule.DO_NOT_CONTACT),
    ],
)
def test_that_death_and_refusal_stop_everything_for_ever(
    facts: ContactFacts, rule: ContactRule, purpose: Purpose
) -> None:
    verdict = may_contact(facts, TUESDAY, Channel.VISIT, purpose=purpose)
    assert verdict.reasons == (rule,)
    assert not verdict.allowed
    assert verdict.earliest is None


def test_that_reasons_come_in_their_order() -> None:
    facts = ContactFacts(is_deceased=True, do_not_contact=True, past=past(1, 2, 3, effective=False))
    night = dt.datetime(2026, 10, 1, 23, tzinfo=CHINA)
    policy = ContactPolicy(short_days=60, long_days=60, long_limit=2, throttle_days=60)
    verdict = may_contact(facts, night, Channel.CALL, policy=policy, festivals=FESTIVALS)
    assert verdict.reasons == tuple(rule for rule in ContactRule if rule is not ContactRule.LUNCH)


@pytest.mark.parametrize(
    ("clock", "allowed", "earliest"),
    [
        ("08:59", False, "15 09:00"),
        ("09:00", True, "15 09:00"),
        ("20:59", True, "15 20:59"),
        ("21:00", False, "16 09:00"),
        ("23:30", False, "16 09:00"),
        ("00:00", False, "15 09:00"),
    ],
)
def test_that_quiet_hours_are_kept(clock: str, allowed: bool, earliest: str) -> None:
    verdict = ask(at=dt.datetime.fromisoformat(f"2026-09-15T{clock}").replace(tzinfo=CHINA))
    assert verdict.allowed is allowed
    assert f"{verdict.earliest:%d %H:%M}" == earliest
    proof = verdict.proofs[2]
    assert proof.numbers == {"from": "21:00", "until": "09:00", "at": clock}


def test_that_lunch_is_spared_if_one_wants_it() -> None:
    policy = ContactPolicy(lunch_from=dt.time(12), lunch_until=dt.time(14))
    noon = TUESDAY.replace(hour=12)
    assert ask(at=noon).allowed
    verdict = ask(at=noon, policy=policy)
    assert verdict.reasons == (ContactRule.LUNCH,)
    assert verdict.earliest == TUESDAY.replace(hour=14)


def test_that_statutory_festivals_are_spared_and_the_days_around_them_are_not() -> None:
    first = dt.datetime(2026, 10, 1, 10, tzinfo=CHINA)
    verdict = ask(at=first)
    assert verdict.reasons == (ContactRule.FESTIVAL,)
    assert verdict.earliest == dt.datetime(2026, 10, 4, 9, tzinfo=CHINA)
    assert ask(at=first + 3 * DAY).allowed
    assert ask(at=first, policy=ContactPolicy(spares_festivals=False)).allowed


def test_that_three_contacts_in_seven_days_are_enough() -> None:
    verdict = ask(*past(1, 2, 6))
    assert verdict.reasons == (ContactRule.SHORT_BUDGET,)
    assert verdict.earliest == TUESDAY + DAY
    assert verdict.proofs[5].numbers == {"used": 3, "limit": 3, "days": 7}
    assert ask(*past(1, 2, 7)).allowed


def test_that_all_channels_share_the_budget() -> None:
    contacts = [
        *past(1, channel=Channel.CALL),
        *past(2, channel=Channel.VISIT),
        *past(3, channel=Channel.MESSAGE),
    ]
    for channel in Channel:
        assert ask(*contacts, channel=channel).reasons == (ContactRule.SHORT_BUDGET,)


def test_that_eight_contacts_in_thirty_days_are_enough() -> None:
    verdict = ask(*past(8, 9, 11, 15, 18, 21, 25, 29))
    assert verdict.reasons == (ContactRule.LONG_BUDGET,)
    assert verdict.earliest == TUESDAY + DAY


def test_that_informal_contacts_and_those_of_the_customer_do_not_count() -> None:
    contacts = [
        Contact(TUESDAY - DAY, Channel.CALL, True, is_informal=True),
        Contact(TUESDAY - DAY, Channel.CALL, True, by_customer=True),
    ]
    assert ask(*contacts * 5).allowed


def test_that_the_minimum_of_the_cadence_is_not_bound_by_the_budget_but_by_the_rest() -> None:
    verdict = ask(*past(1, 2, 3), purpose=Purpose.MINIMUM)
    assert verdict.allowed
    assert verdict.proofs[5].finding is Finding.WAIVED
    assert not ask(at=TUESDAY.replace(hour=22), purpose=Purpose.MINIMUM).allowed
    failed = past(1, 2, 3, effective=False)
    assert ask(*failed, purpose=Purpose.MINIMUM).reasons == (ContactRule.THROTTLE,)


def test_that_the_moment_a_customer_asked_for_is_kept() -> None:
    night = dt.datetime(2026, 10, 1, 22, tzinfo=CHINA)
    verdict = ask(*past(-15, -15.1, -15.2, effective=False), at=night, purpose=Purpose.ASKED_FOR)
    assert verdict.allowed
    waived = {proof.rule for proof in verdict.proofs if proof.finding is Finding.WAIVED}
    assert waived >= {ContactRule.QUIET_HOURS, ContactRule.FESTIVAL, ContactRule.SHORT_BUDGET}


def test_that_failures_in_a_row_pause_their_channel() -> None:
    policy = ContactPolicy(short_limit=1000)
    failed = past(2, 4, 6, effective=False)
    verdict = ask(*failed, policy=policy)
    assert verdict.reasons == (ContactRule.THROTTLE,)
    assert verdict.earliest == TUESDAY + 5 * DAY
    assert ask(*failed, channel=Channel.VISIT, policy=policy).allowed
    assert ask(*failed, at=TUESDAY + 5 * DAY, policy=policy).allowed


@pytest.mark.parametrize(
    "contact",
    [
        Contact(TUESDAY - DAY, Channel.VISIT, was_effective=True),
        Contact(TUESDAY - DAY, Channel.MESSAGE, by_customer=True),
    ],
)
def test_that_hearing_from_the_customer_ends_the_pause(contact: Contact) -> None:
    failed = past(2, 4, 6, effective=False)
    assert ask(*failed, contact, policy=ContactPolicy(short_limit=1000)).allowed


def test_that_an_informal_contact_is_no_failure() -> None:
    failed = past(2, 4, effective=False)
    informal = Contact(TUESDAY - DAY, Channel.CALL, is_informal=True)
    assert ask(*failed, informal).allowed


def test_that_results_are_effective_or_not() -> None:
    assert not EFFECTIVE & NOBODY_REACHED
    assert AttemptResult.WRONG_NUMBER not in EFFECTIVE


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lunch_from": "12:00"}, "both the start and the end"),
        ({"lunch_from": "09:00", "lunch_until": "21:00"}, "Leave some time"),
        ({"quiet_from": "10:00", "quiet_until": "09:59", "lunch_from": "09:59",
          "lunch_until": "10:00"}, "Leave some time"),
        ({"short_limit": 0}, "greater than or equal"),
    ],
)  # fmt: skip
def test_that_a_policy_must_leave_room(values: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ContactPolicy.model_validate(values)


def test_that_lunch_within_quiet_hours_is_no_harm() -> None:
    policy = ContactPolicy(
        quiet_from=dt.time(11), quiet_until=dt.time(15), lunch_from=dt.time(12),
        lunch_until=dt.time(13),
    )  # fmt: skip
    assert ask(at=TUESDAY.replace(hour=12), policy=policy).earliest == TUESDAY.replace(hour=15)


# ---------------------------------------------------------------- whatever happens

moments = st.builds(
    dt.datetime.combine,
    st.dates(dt.date(2026, 9, 1), dt.date(2026, 10, 31)),
    st.times(),
    st.just(CHINA),
)
wishes = st.lists(
    st.tuples(moments, st.sampled_from(Channel), st.booleans(), st.sampled_from(Purpose)),
    max_size=60,
)
contacts = st.builds(
    Contact,
    at=moments,
    channel=st.sampled_from(Channel),
    was_effective=st.booleans(),
    is_informal=st.booleans(),
    by_customer=st.booleans(),
)


def lived(
    wanted: list[tuple[dt.datetime, Channel, bool, Purpose]], policy: ContactPolicy
) -> list[tuple[Contact, Purpose]]:
    """What happens when each wish is carried out if, and only if, it is allowed."""
    done: list[tuple[Contact, Purpose]] = []
    for at, channel, effective, purpose in sorted(wanted, key=lambda each: each[0]):
        facts = ContactFacts(past=[contact for contact, _purpose in done])
        verdict = may_contact(
            facts, at, channel, purpose=purpose, policy=policy, festivals=FESTIVALS
        )
        if verdict.allowed:
            asked_for = purpose is Purpose.ASKED_FOR
            done.append((Contact(at, channel, effective, by_customer=asked_for), purpose))
    return done


@given(wishes, st.integers(1, 4), st.integers(1, 6))
def test_that_no_window_ever_holds_more_than_the_budget(
    wanted: list[tuple[dt.datetime, Channel, bool, Purpose]], short: int, long: int
) -> None:
    policy = OPEN.model_copy(update={"short_limit": short, "long_limit": long})
    ordinary = [each for each in wanted if each[3] is not Purpose.MINIMUM]
    times = [contact.at for contact, _purpose in lived(ordinary, policy) if contact.presses]
    for days, limit in ((7, short), (30, long)):
        for first, after in zip(times, times[limit:], strict=False):
            assert after - first >= days * DAY


@given(wishes)
def test_that_an_ordinary_contact_never_comes_on_top_of_a_full_budget(
    wanted: list[tuple[dt.datetime, Channel, bool, Purpose]],
) -> None:
    done = lived(wanted, OPEN)
    for number, (contact, purpose) in enumerate(done):
        if purpose is Purpose.ORDINARY:
            before = [each.at for each, _purpose in done[:number] if each.presses]
            for days, limit in ((7, 3), (30, 8)):
                assert sum(contact.at - at < days * DAY for at in before) < limit


@given(wishes)
def test_that_nobody_is_called_at_night_or_on_a_festival_unasked(
    wanted: list[tuple[dt.datetime, Channel, bool, Purpose]],
) -> None:
    for contact, purpose in lived(wanted, NO_BUDGET):
        if purpose is not Purpose.ASKED_FOR:
            assert 9 <= contact.at.hour < 21
            assert contact.at.date() not in FESTIVALS


@given(wishes)
def test_that_a_channel_rests_after_its_failures(
    wanted: list[tuple[dt.datetime, Channel, bool, Purpose]],
) -> None:
    policy = ContactPolicy(short_limit=1000, long_limit=1000)
    unasked = [each for each in wanted if each[3] is not Purpose.ASKED_FOR]
    failures = dict.fromkeys(Channel, 0)
    done = [contact for contact, _purpose in lived(unasked, policy)]
    last: dict[Channel, dt.datetime] = {}
    for contact in done:
        if failures[contact.channel] >= 3:
            assert contact.at - last[contact.channel] >= 7 * DAY
        failures[contact.channel] += 1
        last[contact.channel] = contact.at
        if contact.was_effective:
            failures = dict.fromkeys(Channel, 0)


@given(st.lists(contacts, max_size=12), moments, st.sampled_from(Channel), st.sampled_from(Purpose))
def test_that_the_earliest_moment_is_the_first_that_is_allowed(
    done: list[Contact], at: dt.datetime, channel: Channel, purpose: Purpose
) -> None:
    facts = ContactFacts(past=done)
    verdict = may_contact(facts, at, channel, purpose=purpose, festivals=FESTIVALS)
    assert verdict.earliest is not None
    assert verdict.earliest >= at
    assert (verdict.earliest == at) is verdict.allowed

    def allowed(moment: dt.datetime) -> bool:
        found = may_contact(facts, moment, channel, purpose=purpose, festivals=FESTIVALS)
        return found.allowed

    assert allowed(verdict.earliest)
    ends = sorted({at, *(proof.until for proof in verdict.proofs if proof.until is not None)})
    for start, end in pairwise(
        [*(end for end in ends if end < verdict.earliest), verdict.earliest]
    ):
        assert not allowed(start)
        assert not allowed(start + (end - start) / 2)
        assert not allowed(end - dt.timedelta(microseconds=1))


@given(moments)
def test_that_it_does_not_matter_in_which_zone_the_past_is_kept(at: dt.datetime) -> None:
    local = past(1, 2, 3)
    stored = [Contact(each.at.astimezone(dt.UTC), each.channel, True) for each in local]
    assert ask(*local, at=at).earliest == ask(*stored, at=at).earliest
