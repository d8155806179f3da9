"""The rules of offers in their order, and what they say of one case."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from db import reference
from desktop_app.columns.offers import (
    RULE_COLUMNS,
    ListedRule,
)
from desktop_app.domain.offers import RuleDraft
from desktop_app.errors import UserError
from desktop_app.i18n import _, language
from desktop_app.services import (
    offer_library,
    offer_options,
    offer_rules,
    workspace_settings,
)
from desktop_app.ui import theme
from desktop_app.ui.editors import TextEditor, searching
from desktop_app.ui.forms import offer_forms
from desktop_app.ui.offer_section import OfferSection
from desktop_app.ui.offer_words import suggestion_words
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, text_label
from desktop_app.ui.reason_box import reason_choices
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.services.offer_options import TryOut
    from desktop_app.ui.pickers import Choice


class RuleData:
    """What the tab of rules shows and its form chooses from."""

    def __init__(self, session: "Session") -> None:
        self.currency = workspace_settings.currency(session)
        self.offers = offer_library.list_offers(session)
        self.reasons: list[Choice] = reason_choices(session, language())
        self.groups = [
            (group.code, reference.text(group, language())) for group in reference.reason_groups()
        ]
        groups = dict(self.groups)
        texts = {choice.value: choice.text for choice in self.reasons}
        self.rows = [
            ListedRule(
                rule,
                groups.get(rule.reason_group or "", rule.reason_group or ""),
                texts.get(rule.reason_code or "", rule.reason_code or ""),
            )
            for rule in offer_rules.list_rules(session)
        ]


class RulesSection(OfferSection):
    """The table of rules in order, and what it says of one case."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _("Asked from top to bottom; the first rule that fits decides. Nothing is a rule too."),
        )
        self.data: RuleData | None = None
        self.case = TextEditor(placeholder=_("Number of a case"))
        self.case.set_name(_("Case to try the rules on"))
        self.case.setFixedWidth(theme.pixels(170))
        searching(self.case.line)
        self.case.line.returnPressed.connect(self._try)
        bar = FilterBar(has_search=False)
        bar.add_widget(self.case)
        self.add_bar(
            bar, "offers.try", "offers.up", "offers.down", "offers.remove", "offers.edit",
            "offers.new",
        )  # fmt: skip
        self.result = text_label("", "strong")
        self.steps = text_label("", "hint")
        for label in (self.result, self.steps):
            label.hide()
            self.body.addWidget(label)
        self._trying = Latest()
        self.table = RecordTable(
            RULE_COLUMNS,
            context=page.context,
            state_key="offer-rules",
            name=_("Rules of offers"),
            empty=_("Without rules nothing is suggested. Begin with a reason you hear often."),
            first_step=(_("New rule"), self._add),
            chips={"offer": lambda row: None if row.rule.offer else Tone.NEUTRAL},
        )
        self.table.opened.connect(lambda _row: self._edit())
        self.add_table(
            self.table, "offers.edit", "offers.up", "offers.down", "offers.remove", None,
            "list.copy",
        )  # fmt: skip

    def load(self) -> None:
        """Read the rules and what they can name."""
        self.latest.take(self.tasks.read(self, RuleData)).then(self._show)

    def _show(self, data: RuleData) -> None:
        self.data, self.currency = data, data.currency
        self.table.set_rows(data.rows)
        self.table.choose_first()
        self.page.actions_changed()

    def slots(self) -> Slots:
        """What can be done with the chosen rule."""
        found: dict[str, Callable[[], object]] = {"offers.try": self._try}
        if self.data is None or not self.may_edit():
            return found
        found["offers.new"] = self._add
        row: ListedRule | None = self.table.current_row()
        if row is not None:
            found |= {"offers.edit": self._edit, "offers.remove": lambda: self._remove(row)}
            if row.rule.position > 1:
                found["offers.up"] = lambda: self._move(row, -1)
            if row.rule.position < len(self.data.rows):
                found["offers.down"] = lambda: self._move(row, 1)
        return found

    def _move(self, row: ListedRule, by: int) -> None:
        place = row.rule.position + by
        self.tasks.write(self.page, offer_rules.move_rule, row.rule.id, place)

    def _remove(self, row: ListedRule) -> None:
        self.tasks.write(self.page, offer_rules.remove_rule, row.rule.id)

    def _add(self) -> None:
        self._ask_rule(None)

    def _edit(self) -> None:
        row: ListedRule | None = self.table.current_row()
        if row is not None:
            self._ask_rule(row)

    def _ask_rule(self, row: ListedRule | None) -> None:
        data = self.data
        if data is None or not self.may_edit():
            return
        rule = None if row is None else row.rule
        form = offer_forms.rule_form(data.groups, data.reasons, data.offers, data.currency)
        key = DraftKey(self.tasks, "new-offer-rule")
        if rule is not None:
            values = {name: getattr(rule, name, None) for name in RuleDraft.model_fields}
            form.fill(values | {"offer_id": None if rule.offer is None else rule.offer.id})
            key = DraftKey(self.tasks, f"offer-rule:{rule.id}", rule.version)
        title = _("New rule") if rule is None else _("Rule {n}").format(n=rule.position)
        rule_id = None if rule is None else rule.id

        def save(dialog: QWidget, draft: RuleDraft) -> Any:
            return self.tasks.write(dialog, offer_rules.save_rule, draft, rule_id)

        self.ask(title, _("Save"), form, RuleDraft, save, key)

    # ------------------------------------------------------------------ trying out

    def _try(self) -> None:
        number = self.case.value()
        if not number:
            self.case.setFocus()
            return
        task = self.tasks.read(self, offer_options.try_out, number)
        self._trying.take(task).then(self._show_try).or_else(self._not_tried)

    def _show_try(self, found: "TryOut") -> None:
        words = suggestion_words(found.suggestion, "")
        checked = found.suggestion.checked
        fitting = checked[-1].rule if checked and checked[-1].fits else None
        lines = [] if fitting is None else [found.sentences[-1]]
        if fitting is None or found.suggestion.obstacle or words.is_frozen:
            lines.append(words.why)
        self._say(
            _("{case}: {offer}").format(case=found.title, offer=words.title), "\n".join(lines)
        )
        if fitting is not None:
            self.table.select_key(fitting.id)

    def _not_tried(self, error: UserError) -> None:
        self._say(error.message, "")

    def _say(self, result: str, steps: str) -> None:
        for label, text in ((self.result, result), (self.steps, steps)):
            label.setText(text)
            label.setVisible(bool(text))
