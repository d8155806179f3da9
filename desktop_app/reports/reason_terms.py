"""What the terms of the report about exit reasons mean."""

from desktop_app.i18n import _
from desktop_app.reports.base import SMALL_N


def definitions() -> list[tuple[str, str]]:
    """Term and meaning, with what n counts."""
    return [
        (
            _("Cases opened"),
            _("Cases opened in the period, in any stage, of the chosen store and kind."),
        ),
        (
            _("Root reason"),
            _("What the why-chain ends at, one for each case; “not known” is left out of n."),
        ),
        (
            _("Words of a reason"),
            _(
                "Counted by its code and titled with the newest words among the counted cases; a "
                "quotation has the words of its own case. Later changes of the list change neither."
            ),
        ),
        (
            _("Share"),
            _("Cases with this root reason divided by n, all cases with a known root reason."),
        ),
        (
            _("95% interval"),
            _("Wilson score interval of the share. Overlapping intervals: no difference is shown."),
        ),
        (_("Cumulative"), _("Sum of the shares from the most frequent reason down to this one.")),
        (_("Class"), _("A, B, C by spend: the class the customer has today.")),
        (
            _("Value at stake"),
            _("Sum over the cases that have a value; cases without one count as not known."),
        ),
        (
            _("Grey"),
            _("Fewer than {small} cases: too few to be read as a finding.").format(small=SMALL_N),
        ),
    ]
