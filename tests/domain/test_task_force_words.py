"""Every code that the rules of the task force give has its sentence, in every language."""

import datetime as dt
from dataclasses import replace

import pytest

from db.vocabulary import AttemptResult, Channel, CustomerClass, Outcome, SkillKind
from desktop_app import labels
from desktop_app.domain.contact_rules import (
    Contact,
    ContactFacts,
    ContactPolicy,
    Finding,
    Purpose,
    may_contact,
)
from desktop_app.domain.pool import (
    Candidate,
    ClaimRefusal,
    PoolPolicy,
    Refused,
    suitability,
)
from desktop_app.domain.queue_order import Part, PartCode
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_checks import CheckCode, check
from desktop_app.domain.script_checks import Finding as ScriptFinding
from desktop_app.domain.scripts import Branch, Choice, Script, Step, StepKind
from desktop_app.domain.task_force_words import (
    part_sentence,
    proof_sentence,
    refusal_sentence,
    suitability_sentence,
    verdict_sentence,
)

NOW = dt.datetime(2026, 9, 15, 22, tzinfo=dt.UTC)
FAILED = [Contact(NOW - dt.timedelta(days=n), Channel.CALL) for n in range(1, 9)]
FESTIVAL = {NOW.date()}
LUNCH = ContactPolicy(lunch_from=dt.time(21, 30), lunch_until=dt.time(22, 30))
WORST = ContactFacts(is_deceased=True, do_not_contact=True, past=FAILED)


@pytest.mark.parametrize("policy", [LUNCH, ContactPolicy(quiet_until=dt.time(21))])
@pytest.mark.parametrize("facts", [WORST, ContactFacts()])
@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("clock", [10, 22])
def test_that_every_proof_can_be_printed(
    facts: ContactFacts,
    purpose: Purpose,
    policy: ContactPolicy,
    clock: int,
    each_language: str,
) -> None:
    at = NOW.replace(hour=clock)
    verdict = may_contact(
        facts, at, Channel.CALL, purpose=purpose, policy=policy, festivals=FESTIVAL
    )
    sentences = [proof_sentence(proof, purpose) for proof in verdict.proofs]
    assert all(sentences)
    assert not [sentence for sentence in sentences if set(sentence) & set("{}")]


OWED = "This does not bind the least contact that is owed to the customer."


def test_that_a_proof_names_its_numbers() -> None:
    verdict = may_contact(
        ContactFacts(past=FAILED[:3]), NOW.replace(hour=10), Channel.CALL, purpose=Purpose.MINIMUM
    )
    sentences = [proof_sentence(proof, Purpose.MINIMUM) for proof in verdict.proofs]
    assert sentences[2:] == [
        "10:00 is outside the quiet hours 21:00–09:00.",
        "Lunch is not spared.",
        "2026-09-15 is no statutory festival day.",
        f"All 3 contacts within 7 days are used. {OWED}",
        "3 of 8 contacts within 30 days are used.",
        "Not reached 3 times in a row: a pause of 7 days.",
    ]
    assert verdict.proofs[5].finding is Finding.WAIVED


def test_that_a_verdict_says_why_and_when_again() -> None:
    quiet = may_contact(ContactFacts(), NOW, Channel.CALL)
    again = labels.moment_text(dt.datetime(2026, 9, 16, 9, tzinfo=dt.UTC))
    assert verdict_sentence(quiet) == (
        f"22:00 is within the quiet hours 21:00–09:00. Possible again from {again}."
    )
    assert verdict_sentence(may_contact(WORST, NOW, Channel.CALL)) == "The customer has died."
    assert (
        verdict_sentence(may_contact(ContactFacts(), NOW.replace(hour=10), Channel.CALL))
        == "May be contacted now."
    )


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Part(PartCode.CANCEL_REQUEST), "Asked to cancel: always first"),
        (Part(PartCode.CALLBACK, {"at": NOW}), "Callback promised for {moment}"),
        (Part(PartCode.FIRST_CONTACT, {"by": NOW}), "First contact due by {moment}"),
        (Part(PartCode.VALUE, {"value": 123450}), "Value at stake ¥1,234.50"),
        (Part(PartCode.VALUE, {"value": None}), "Value at stake —"),
        (Part(PartCode.URGENCY, {"factor": 2.0, "days": 3}), "3 days overdue: urgency × 2"),
        (Part(PartCode.URGENCY, {"factor": 1.5, "days": 0}), "Due today: urgency × 1.5"),
        (Part(PartCode.URGENCY, {"factor": 1.5, "days": None}), "Nothing planned: urgency × 1.5"),
        (Part(PartCode.URGENCY, {"factor": 1.0, "days": -2}), "Due later: urgency × 1"),
        (Part(PartCode.WAITING, {"until": NOW}), "No contact before {moment}"),
    ],
)
def test_that_a_place_in_the_queue_is_explained(part: Part, sentence: str) -> None:
    assert part_sentence(part, "CNY") == sentence.format(moment=labels.moment_text(NOW))


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [
        (
            Refused(ClaimRefusal.CAPACITY, {"held": 80, "limit": 80}),
            "You hold 80 open cases; 80 are the most. Finish some first.",
        ),
        (
            Refused(ClaimRefusal.DAILY, {"claimed": 10, "limit": 10}),
            "You have claimed 10 cases today; 10 a day are the most.",
        ),
        (
            Refused(ClaimRefusal.COOL_OFF, {"until": dt.date(2026, 9, 15)}),
            "You had this case before; it is kept for others until 2026-09-15 Tue.",
        ),
    ],
)
def test_that_a_refused_claim_is_explained(refused: Refused, sentence: str) -> None:
    assert refusal_sentence(refused) == sentence


def test_that_a_proposal_is_explained() -> None:
    li = Candidate("li", "Li", {SkillKind.SERVICE: 3}, open_cases=20)
    found = suitability(li, CustomerClass.A, PoolPolicy())
    assert suitability_sentence(found) == "Ability 5 of 6, 60 of 80 places free: 62%"


@pytest.mark.parametrize("code", CheckCode)
def test_that_everything_wrong_with_a_script_has_its_sentence(
    code: CheckCode, each_language: str
) -> None:
    names = ("target", "choice", "steps", "name", "field", "writes")
    figures = {**dict.fromkeys(names, "x"), "language": "zh", "fields": "to, goal"}
    for place in ("words zh", "hint en", "heard zh", "choice x zh", "choice x", "branch 2", "to"):
        sentence = finding_sentence(ScriptFinding(code, "a", {**figures, "place": place}))
        assert sentence
        assert not set(sentence) & set("{}")


def test_that_a_finding_names_its_place() -> None:
    figures = {"place": "choice yes", "language": "zh"}
    finding = ScriptFinding(CheckCode.NO_TRANSLATION, "a", figures)
    assert finding_sentence(finding) == "There are no words in Chinese (choice yes)."


NOT_USED = "Not used by this kind of step:"


def test_that_every_field_without_use_has_its_name() -> None:
    end = Step("end", StepKind.END, choices=(Choice("x"),), branches=(Branch(None),))
    say = Step("a", StepKind.SAY, disposition=AttemptResult.REACHED, outcome=Outcome.LOST)
    odd = [
        replace(end, to="a", writes="x", goal="price", heard_zh="x", heard_en="y"),
        replace(say, fair_way_out=True),
    ]
    sentences = [
        finding_sentence(finding)
        for finding in check(Script("a", tuple(odd)))
        if finding.code is CheckCode.IDLE_FIELD
    ]
    of_end = "next step, choices, branches, question of the interview, goal of the offer"
    of_end += ", what the customer says"
    assert sentences == [
        f"{NOT_USED} {of_end}.",
        f"{NOT_USED} result of the contact, outcome, fair way out.",
    ]
