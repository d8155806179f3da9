"""What the report about the team says in words: verdicts, standings, and what its terms mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from desktop_app.domain import script_words
from desktop_app.domain.case_mix import Standing
from desktop_app.domain.experiments import ReadOut, SplitCheck, Verdict
from desktop_app.domain.scripts import Script
from desktop_app.domain.survival import Difference
from desktop_app.domain.watch import Followed
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, number, percent
from desktop_app.reports.base import SMALL_N
from desktop_app.reports.shares import interval_meaning, interval_text, rate_text, words_of
from desktop_app.services.experiments import HOLD_OUT, ArmFigures
from desktop_app.services.team_figures import REFERENCE, Saves, TeamFigures

_LONGEST: Final = 40
"""Characters of the words of a step or choice in a table."""

STANDINGS: Mapping[Standing, str] = MappingProxyType(
    {
        Standing.FAR_ABOVE: N_("far above what is expected"),
        Standing.ABOVE: N_("above what is expected"),
        Standing.AS_EXPECTED: N_("as expected"),
        Standing.BELOW: N_("below what is expected"),
        Standing.FAR_BELOW: N_("far below what is expected"),
        Standing.NOT_ENOUGH: N_("not enough cases yet"),
    }
)
VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.BETTER: N_("better"),
        Verdict.WORSE: N_("worse"),
        Verdict.NOT_SHOWN: N_("no difference shown"),
        Verdict.NOT_ENOUGH: N_("not enough cases yet"),
    }
)
_SPLITS: Mapping[SplitCheck, str] = MappingProxyType(
    {
        SplitCheck.AS_PLANNED: N_("Customers were split as planned."),
        SplitCheck.OFF: N_(
            "Customers were not split as planned: do not trust this comparison before it is known "
            "why."
        ),
        SplitCheck.NOT_ENOUGH: N_("Too few customers to check the split yet."),
    }
)


def against_half(saves: Saves) -> str:
    """The save rate beside the reference of one half."""
    if not saves.of_contacted.is_enough:
        return _("not enough cases yet")
    match saves.above_reference:
        case True:
            return _("above {reference}").format(reference=percent(REFERENCE, 0))
        case False:
            return _("below {reference}").format(reference=percent(REFERENCE, 0))
        case _:
            return _("no difference from {reference} shown").format(reference=percent(REFERENCE, 0))


def followed_text(followed: Followed) -> str:
    """A share among those followed long enough, and how many are too recent."""
    text = rate_text(followed.rate.hits, followed.rate.n)
    if not followed.too_recent:
        return text
    return _("{rate}; {n} too recent").format(rate=text, n=number(followed.too_recent))


def survival_verdict(found: TeamFigures) -> str:
    """What the comparison of the approaches says."""
    test = found.approaches
    if test.verdict is Difference.NOT_ENOUGH or test.p is None:
        text = _("Fewer than two approaches have {minimum} saves: nothing is compared yet.")
        return text.format(minimum=found.minimum)
    if test.verdict is Difference.SHOWN:
        text = _("Customers do not stay equally long by approach (log-rank test, {p}).")
    else:
        text = _("No difference between the approaches is shown (log-rank test, {p}).")
    return text.format(p=chance_text(test.p))


def split_text(verdict: SplitCheck) -> str:
    """Whether customers were split as planned."""
    return _(_SPLITS[verdict])


def arm_name(arm: ArmFigures) -> str:
    """Letter of an arm and title of its script or offer; the hold-out says so."""
    if arm.code == HOLD_OUT:
        return _("left alone")
    return f"{arm.code.upper()}  {words_of(arm.title) or arm.target}"


def step_text(script: Script, key: str) -> str:
    """Number of a step and its words, cut short; its id where it says nothing."""
    for place, step in enumerate(script.steps, start=1):
        if step.id == key:
            return f"{place}  {_spoken(step.zh or step.heard_zh, step.en or step.heard_en) or key}"
    return key


def choice_text(script: Script, key: str, code: str) -> str:
    """Words of a choice of a step, cut short; its code where there are none."""
    step = script.step(key)
    choice = None if step is None else step.choice(code)
    return code if choice is None else _spoken(choice.zh, choice.en) or code


def _spoken(zh: str, en: str) -> str:
    words = script_words.in_language(zh, en, language())
    plain = " ".join(script_words.render(words, {}, language()).split())
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"


def verdict_text(read_out: ReadOut | None) -> str:
    """An arm beside the first one: verdict, difference in points, interval."""
    if read_out is None:
        return _("the others are compared with it")
    words = _(VERDICTS[read_out.verdict])
    if read_out.difference is None or read_out.interval is None:
        return words
    return _("{verdict}: {points} points, {interval}").format(
        verdict=words,
        points=f"{100 * read_out.difference:+.1f}",
        interval=interval_text(read_out.interval),
    )


def sentence(name: str, first: str, read_out: ReadOut, n: int, minimum: int) -> str:
    """What is known today about an arm beside the first one, in one sentence.

    Args:
        name: Of the arm.
        first: Name of the first arm.
        read_out: The comparison.
        n: Closed cases of the smaller of both.
        minimum: Cases that each needs.
    """
    if read_out.interval is None or read_out.difference is None:
        text = _("{name}: not enough customers yet, {n} of {minimum} closed in the smaller group.")
        return text.format(name=name, n=number(n), minimum=minimum)
    if read_out.verdict is Verdict.BETTER:
        text = _("{name} is better than {first}: {points} points more saves, between {span}.")
    elif read_out.verdict is Verdict.WORSE:
        text = _("{name} is worse than {first}: {points} points fewer saves, between {span}.")
    else:
        text = _("{name} and {first}: no difference shown so far, {points} points, between {span}.")
    low, high = read_out.interval.low, read_out.interval.high
    points = f"{100 * read_out.difference:+.1f}"
    if read_out.verdict in (Verdict.BETTER, Verdict.WORSE):
        points = points.lstrip("+-")
    return text.format(
        name=name,
        first=first,
        points=points,
        span=_("{low} and {high}").format(low=f"{100 * low:+.1f}", high=f"{100 * high:+.1f}"),
    )


def chance_text(p: float) -> str:
    """A probability with three digits, never as nought."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"  # noqa: PLR2004


def hours_text(hours: float | None) -> str:
    """Hours with one digit; a dash when not known."""
    return UNKNOWN if hours is None else f"{hours:,.1f}"


def definitions(found: TeamFigures) -> list[tuple[str, str]]:
    """Term and meaning, with what n counts."""
    return [
        (
            _("Saved, of those contacted"),
            _(
                "Saved and won back, divided by the cases in which the customer was reached at "
                "least once (formula F-10); beside it of all closed cases but duplicates. About "
                "one half can be kept."
            ),
        ),
        (
            _("Confirmed"),
            _(
                "The customer ordered within the watch window after the save and did not leave "
                "again in it. Counted among the cases closed so long ago that every save of them "
                "is decided."
            ),
        ),
        (
            _("Did not hold"),
            _(
                "Saves without an order in the window, or after which the customer left again in "
                "it, divided by all saves decided."
            ),
        ),
        (
            _("Still there"),
            _(
                "Share of saved customers who have not left again (Kaplan-Meier). A save that did "
                "not hold ends with its window; who is still there counts as long as known. Left "
                "open where fewer than {few} customers are still followed."
            ).format(few=SMALL_N),
        ),
        (
            _("Returned"),
            _(
                "Saved customers with an order within so many days after the save, of those saved "
                "longer ago than that."
            ),
        ),
        (
            _("Left again"),
            _(
                "Confirmed saves after which the customer left within so many months (formula "
                "F-12), of those saved longer ago than that."
            ),
        ),
        (
            _("Expected"),
            _(
                "Saves that all together would have made of the same cases: same group of reasons, "
                "class and kind of departure. Above and below: outside of what chance explains "
                "in 95 of 100 cases, far: in 998 of 1000."
            ),
        ),
        (
            _("Outcome of a script"),
            _(
                "Saved, of the closed cases in which the script was gone through to its end. It "
                "shows what went together, not what caused it."
            ),
        ),
        (
            _("First contact"),
            _(
                "From the moment the departure was found to the first attempt by staff, in hours "
                "of the clock. In time: 24 working hours for class A, 72 for others; 24 hours are "
                "one working day."
            ),
        ),
        (
            _("Load ahead"),
            _(
                "Contacts planned for the next two weeks, what is overdue included, and the "
                "follow-ups to be expected from the usual number of attempts to a case."
            ),
        ),
        interval_meaning(),
        (
            _("As of"),
            _("Orders are known up to {day}.").format(day=found.as_of),
        ),
        (
            _("Grey"),
            _("Fewer than {small} cases: too few to be read as a finding.").format(
                small=found.minimum
            ),
        ),
    ]
