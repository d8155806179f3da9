"""How departures are found: every rule with its parameters, version and switch."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from db.vocabulary import RuleKind
from desktop_app import labels
from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_, _
from desktop_app.services import detection
from desktop_app.services.detection import RuleRow
from desktop_app.ui import model_form, theme
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import Card, ChipLabel, Facts, button, scrolled, text_label
from desktop_app.ui.tasks import Task
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey

_MEANINGS: Mapping[RuleKind, str] = {
    RuleKind.LAPSING: N_("Silent for longer than the customer's own rhythm allows."),
    RuleKind.PARTIAL_SHARE: N_(
        "Still buys, but most of the usual spend is gone: it went to somebody else."
    ),
    RuleKind.PRODUCT_LINE_STOP: N_(
        "Still buys, but no longer a product line that was bought regularly."
    ),
    RuleKind.VALUE_DOWNGRADE: N_(
        "Was in class A or B one window ago, is in a lower one now, and spends much less."
    ),
}
_COLUMNS = 2


class RulesSection(Section):
    """A card for each rule; editing makes a new version."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "A change is a new version and counts from the next scan; signals found before "
                "keep the version they were found with."
            ),
        )
        self._rows: Mapping[RuleKind, RuleRow] = {}
        self._holder = QWidget()
        self._grid = QGridLayout(self._holder)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GAP_M)
        self.cards: dict[RuleKind, QWidget] = {}
        self.body.addWidget(scrolled(self._holder), 1)

    def load(self) -> None:
        """Read the rules in force."""
        self.latest.take(self.tasks.read(self, detection.current_rules)).then(self._show)

    def _show(self, rows: Mapping[RuleKind, RuleRow]) -> None:
        self._rows = rows
        for card in self.cards.values():
            card.hide()
            card.deleteLater()
        self.cards = {kind: self._card(row) for kind, row in rows.items()}
        self._place_cards()
        self.page.actions_changed()

    def _place_cards(self) -> None:
        """Two cards side by side where there is room for them."""
        cards = list(self.cards.values())
        widest = max((card.minimumSizeHint().width() for card in cards), default=0)
        columns = (
            _COLUMNS if _COLUMNS * (widest + theme.GAP_L + theme.GAP_XL) <= self.width() else 1
        )
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for place, card in enumerate(cards):
            self._grid.addWidget(card, place // columns, place % columns)
        self._grid.setRowStretch(self._grid.rowCount(), 1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_cards()

    def _card(self, row: RuleRow) -> QWidget:
        chip = (
            ChipLabel(_("On"), Tone.GOOD) if row.is_enabled else ChipLabel(_("Off"), Tone.NEUTRAL)
        )
        buttons: list[QWidget] = [chip]
        if self.may(Action.EDIT_RULES):
            switch = _("Switch off") if row.is_enabled else _("Switch on")
            buttons += [
                button(switch, lambda: self._switch(row), role="quiet"),
                button(_("Edit…"), lambda: self._edit(row), "edit"),
            ]
            for made in buttons[1:]:
                name = f"{made.property('text')} {labels.label(row.kind)}"
                made.setAccessibleName(name)
        card = Card(labels.label(row.kind), buttons)
        card.body.addWidget(text_label(_(_MEANINGS[row.kind])))
        card.body.addWidget(Facts(_parameters(row)))
        card.body.addWidget(text_label(_version_text(row), "hint"))
        card.body.addStretch(1)
        return card

    # ------------------------------------------------------------------ doing

    def slots(self) -> Slots:
        """Edit the first rule, so that the menu has a way in."""
        first = next(iter(self._rows.values()), None)
        return {} if first is None else {"rule.edit": lambda: self._edit(first)}

    def _switch(self, row: RuleRow) -> None:
        self.tasks.write(
            self, detection.define_rule, row.kind, row.params, enabled=not row.is_enabled
        )

    def _edit(self, row: RuleRow) -> None:
        model = type(row.rule)
        form = model_form.build(model)
        form.fill(row.rule)

        def save(rule: Any) -> Task[int]:
            params = rule.model_dump(mode="json")
            return self.tasks.write(
                dialog, detection.define_rule, row.kind, params, enabled=row.is_enabled
            )

        dialog = FormDialog(
            self,
            title=_("Rule: {kind}").format(kind=labels.label(row.kind)),
            verb=_("Put in force"),
            form=form,
            draft=model,
            save=save,
            intro=_(_MEANINGS[row.kind]),
            draft_key=DraftKey(self.tasks, f"rule:{row.kind.value}", row.rule_version),
        )
        dialog.open()


def _parameters(row: RuleRow) -> list[tuple[str, str]]:
    fields = type(row.rule).model_fields
    return [
        (_(info.title or name), _number(getattr(row.rule, name))) for name, info in fields.items()
    ]


def _number(value: object) -> str:
    return str(value)


def _version_text(row: RuleRow) -> str:
    if row.since is None:
        return _("As it came with the program")
    return _("Version {n}, since {time}").format(
        n=row.rule_version, time=labels.moment_text(row.since)
    )
