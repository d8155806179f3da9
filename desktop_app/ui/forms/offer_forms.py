"""The forms around offers: making one, the library, a rule, a budget, a cost, a coupon."""

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, field_validator
from typing_extensions import override

from db.vocabulary import Approach, CostKind, CustomerClass, OfferGoal, RuleKind
from desktop_app.columns.offers import offer_words
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.questionnaire.texts import Choice as Numbered
from desktop_app.ui import theme
from desktop_app.ui.case_look import list_text
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.numbered_choices import NumberedChoices
from desktop_app.ui.offer_words import need_sentences, said, terms
from desktop_app.ui.panels import text_label
from desktop_app.ui.parsed_editors import IntegerEditor, MoneyEditor
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import ReasonBox
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.offers import OfferRow
    from desktop_app.services.offer_options import Option, Options

COSTS = (CostKind.VISIT, CostKind.GIFT, CostKind.MINUTES, CostKind.OTHER)


class ProposeDraft(Draft):
    """Which offer, and why this customer gets it."""

    offer: uuid.UUID
    justification: Annotated[str, Field(min_length=1)]

    @field_validator("offer", mode="before")
    @classmethod
    def _is_chosen(cls, value: Any) -> Any:
        if not value:
            raise ValueError(_("Choose an offer."))
        return value


class WhyDraft(Draft):
    """Why an offer is proposed again, or not made."""

    why: Annotated[str, Field(min_length=1)]


class CodeDraft(Draft):
    """The code of a coupon."""

    code: Annotated[str, Field(min_length=1)]


class AmountDraft(Draft):
    """A budget; nothing lifts the limit."""

    amount: Annotated[int | None, Field(ge=0)] = None


class OfferChoices(NumberedChoices):
    """The offers that may be made, by digits or words; Enter goes on to the next field."""

    def __init__(self, options: Sequence["Option"], currency: str) -> None:
        super().__init__([_numbered(option, currency) for option in options])
        self.filter.returnPressed.connect(self._enter)
        self.list.setMinimumHeight(theme.row_height() * min(7, max(2, len(options))))
        self.gone_on.connect(self._go_on)

    def _enter(self) -> None:
        if not self.press_enter(self.filter) and self.value():
            self._go_on()

    def _go_on(self) -> None:
        self.focusNextChild()

    @override
    def takes_space(self) -> bool:
        return True


def _numbered(option: "Option", currency: str) -> Numbered:
    mark = _("needs approval") if option.needs else ""
    suggested = _("as the rules say") if option.is_suggested else ""
    text = list_text((offer_words(option.offer), terms(option.offer, currency), suggested, mark))
    return Numbered(str(option.offer.id), text, {})


def propose_form(found: "Options", rule: str, currency: str) -> Form:
    """The numbered library, what is said, whether it needs approval, and why."""
    by_key = {str(option.offer.id): option for option in found.options}
    form = Form(labels_above=True)
    offer = form.add("offer", _("&Offer"), OfferChoices(found.options, currency), required=True)
    words = text_label("", "strong")
    needs = text_label()
    form.add_widget(words)
    form.add_widget(needs)
    why = form.add(
        "justification",
        _("&Why this customer gets this offer"),
        TextEditor(lines=3),
        required=True,
    )
    if found.had:
        names = ", ".join(offer_words(row) for row in found.had)
        text = _("Not any more within a year: {names}").format(names=names)
        form.add_widget(text_label(text, "hint"))

    def show() -> None:
        option = by_key.get(offer.value())
        spoken = "" if option is None else said(option.offer)
        words.setText(_("“{words}”").format(words=spoken) if spoken else "")
        words.setVisible(bool(spoken))
        needs.setVisible(option is not None)
        if option is None:
            return
        if option.needs:
            text = _("Needs approval: {why}").format(why=need_sentences(option.needs))
        else:
            text = _("May be offered at once.")
        needs.setText(text)
        theme.set_tone(needs, Tone.WARN if option.needs else Tone.GOOD)
        reason = _("As the rules say: {rule}").format(rule=rule) if rule else ""
        typed = why.value()
        if option.is_suggested and not typed:
            why.set_value(reason)
        elif not option.is_suggested and typed == reason:
            why.set_value(None)

    offer.changed.connect(show)
    suggested = next((option for option in found.options if option.is_suggested), None)
    form.fill({"offer": str(suggested.offer.id) if suggested else ""})
    show()
    form.mark_saved()
    return form


def why_form(text: str = "") -> Form:
    """A reason in words."""
    form = Form(labels_above=True)
    form.add("why", _("&Why"), TextEditor(lines=3), required=True)
    form.fill({"why": text})
    return form


def cost_form(currency: str) -> Form:
    """What was spent: money, minutes, a visit, a gift."""
    form = Form()
    form.add("kind", _("&Kind"), EnumEditor(CostKind, members=COSTS), required=True)
    form.add("amount", _("&Amount"), MoneyEditor(currency))
    form.add("minutes", _("&Minutes"), IntegerEditor())
    form.add("note", _("&Note"), TextEditor())
    return form


def coupon_form(code: str = "") -> Form:
    """The code of a coupon that comes back."""
    form = Form()
    form.add("code", _("&Code"), TextEditor(max_length=40), required=True)
    form.fill({"code": code})
    return form


def budget_form(amount: int | None, currency: str) -> Form:
    """What a store may spend in a month."""
    form = Form()
    form.add("amount", _("&Budget"), MoneyEditor(currency), help=_("Empty: nothing is limited."))
    form.fill({"amount": amount})
    return form


def library_form(row: "OfferRow | None", currency: str) -> Form:
    """An offer of the library."""
    form = Form()
    code = form.add(
        "code",
        _("&Code"),
        TextEditor(max_length=64),
        required=True,
        help="" if row else _("Small letters, digits and _; never changed afterwards."),
    )
    form.add("zh", _("Chi&nese name"), TextEditor(max_length=200), required=True)
    form.add("en", _("&English name"), TextEditor(max_length=200), required=True)
    form.add("goal", _("G&oal"), EnumEditor(OfferGoal), required=True)
    form.add("approach", _("Approac&h"), EnumEditor(Approach), required=True)
    form.add("cost", _("Co&st"), MoneyEditor(currency))
    form.add("cap_per_customer", _("&Times a year"), IntegerEditor())
    form.add("valid_days", _("Good for &days"), IntegerEditor())
    form.add("is_coupon", "", CheckEditor(_("A cou&pon is given with it")))
    form.add("zh_words", _("Said in Ch&inese"), TextEditor(lines=2))
    form.add("en_words", _("Said in En&glish"), TextEditor(lines=2))
    if row is None:
        form.fill({"cost": 0, "cap_per_customer": 1, "valid_days": 30})
    else:
        form.fill(row)
        code.setEnabled(False)
    return form


def rule_form(
    groups: Sequence[tuple[str, str]],
    reasons: Sequence[Choice],
    offers: Sequence["OfferRow"],
    currency: str,
) -> Form:
    """What a rule asks for and what it offers; what is left out fits everything."""
    form = Form()
    any_ = _("any")
    form.add("reason_group", _("&Reasons"), ChoiceEditor(groups, optional=True, empty=any_))
    form.add("reason_code", _("One rea&son"), ReasonBox(reasons))
    form.add("klass", _("&Class"), EnumEditor(CustomerClass, optional=True, empty=any_))
    form.add("kind", _("&Departure"), EnumEditor(RuleKind, optional=True, empty=any_))
    form.add("min_value", _("At stake &from"), MoneyEditor(currency))
    form.add(
        "offer_id",
        _("&Offer"),
        ChoiceEditor(
            [(row.id, offer_words(row)) for row in offers], optional=True, empty=_("no offer")
        ),
    )
    return form
