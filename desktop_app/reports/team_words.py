"""What the report about the team says in words: verdicts, standings, and what its terms mean."""

from collections.abc import Mapping
from types import MappingProxyType

from desktop_app.domain.case_mix import Standing
from desktop_app.domain.experiments import ReadOut, SplitCheck, Verdict
from desktop_app.domain.survival import Difference
from desktop_app.domain.watch import Followed
from desktop_app.i18n import N_, _
from desktop_app.labels import UNKNOWN, number, percent
from desktop_app.reports.base import SMALL_N
from desktop_app.reports.shares import interval_meaning, interval_text, rate_text
from desktop_app.services.team_figures import REFERENCE, Saves, TeamFigures

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
