"""What to know before and during a call: may I call, what a loss costs, what may be offered."""

from collections.abc import Sequence

from desktop_app import labels
from desktop_app.domain.task_force_words import verdict_sentence
from desktop_app.i18n import _, ngettext
from desktop_app.services.calls import BeforeCall
from desktop_app.services.case_reviews import Loss
from desktop_app.ui.case_look import list_text, words
from desktop_app.ui.panels import Card, ChipLabel, Facts, text_label
from desktop_app.ui.theme import Tone

_SHOWN = 3
_LONGEST = 60


class CallFacts(Card):
    """Verdict of the contact rules, cost of the loss, offers and their limits, what is owed."""

    def __init__(self, *, with_owed: bool = True) -> None:
        """Make it; `with_owed`: with promises and complaints."""
        super().__init__(_("Before the call"))
        self._with_owed = with_owed
        self.chip = ChipLabel()
        self.why = text_label("", "hint")
        self.facts = Facts()
        self.body.addWidget(self.chip)
        self.body.addWidget(self.why)
        self.body.addWidget(self.facts)
        self.offered_title = text_label(_("Offered before"), "hint")
        self.offered = text_label("")
        self.body.addWidget(self.offered_title)
        self.body.addWidget(self.offered)
        self.hide()

    def show_facts(self, found: BeforeCall) -> None:
        """Show what is known of a case."""
        self._show_verdict(found)
        standing = found.standing
        currency = found.currency
        facts = [
            (_("Cost of the loss"), loss_text(found.loss)),
            (_("Callback"), _callback_text(found)),
            (_("Offer ceiling"), labels.money(standing.ceiling, currency)),
            (_("Offered in this case"), labels.money(standing.cost, currency)),
        ]
        if standing.budget_left is not None:
            left = labels.money(standing.budget_left, currency)
            facts.append((_("Budget left this month"), left))
        if self._with_owed:
            facts.append((_("Open promises"), _promises_text(found)))
            facts.append((_("Open complaints"), _lines([row.words for row in found.complaints])))
        always = {_("Cost of the loss"), _("Offer ceiling"), _("Offered in this case")}
        self.facts.set_facts([(name, text) for name, text in facts if text or name in always])
        self.offered.setText(_offered_text(found))
        for label in (self.offered_title, self.offered):
            label.setVisible(bool(found.offered))
        self.show()

    def _show_verdict(self, found: BeforeCall) -> None:
        verdict = found.verdict
        if verdict.allowed:
            self.chip.show_word(_("May be called now"), Tone.GOOD)
            self.why.hide()
            return
        is_never = verdict.earliest is None
        self.chip.show_word(
            _("Do not call") if is_never else _("Not now"), Tone.BAD if is_never else Tone.WARN
        )
        self.why.setText(verdict_sentence(verdict))
        self.why.show()


def loss_text(loss: Loss | None) -> str:
    """What a loss costs, with its parts; empty when it is not known."""
    if loss is None:
        return ""
    total = labels.money(loss.cost.total, loss.currency)
    if loss.is_at_most:
        total = _("at most {amount}").format(amount=total)
    if not loss.replacement_known:
        return total
    margin = labels.money(loss.cost.margin, loss.currency)
    replacing = labels.money(loss.cost.replacement, loss.currency)
    parts = (
        _("margin {amount}").format(amount=margin),
        _("replacing {amount}").format(amount=replacing),
    )
    return f"{total}\n{list_text(parts)}"


def _callback_text(found: BeforeCall) -> str:
    if found.callback_at is None:
        return ""
    whom = labels.label(found.callback_for) if found.callback_for is not None else ""
    return list_text((labels.moment_text(found.callback_at), whom))


def _offered_text(found: BeforeCall) -> str:
    rows = [
        list_text((words(row.offer), labels.label(row.state), labels.day_text(row.proposed_on)))
        for row in found.offered
    ]
    return _lines(rows)


def _promises_text(found: BeforeCall) -> str:
    text = _("{words} (by {day})")
    rows = [
        text.format(words=_short(row.words), day=labels.day_text(row.due_on))
        for row in found.promises
    ]
    return _lines(rows)


def _lines(rows: Sequence[str]) -> str:
    """The first lines, and how many more there are."""
    shown = [_short(row) for row in rows[:_SHOWN]]
    more = len(rows) - _SHOWN
    if more > 0:
        shown.append(ngettext("and {n} more", "and {n} more", more).format(n=more))
    return "\n".join(shown)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
