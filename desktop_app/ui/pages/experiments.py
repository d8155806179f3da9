"""Experiments: the list, what the chosen one says today, begin one, end one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from db.vocabulary import ExperimentKind
from desktop_app import labels
from desktop_app.domain.experiments import SplitCheck, Verdict
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.significance import ENOUGH
from desktop_app.i18n import _, language
from desktop_app.reports import team_tables
from desktop_app.reports.team_words import arm_name, sentence, split_text
from desktop_app.services import experiments
from desktop_app.services.experiments import ExperimentFigures
from desktop_app.ui import dialogs, theme
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.experiment_columns import EXPERIMENT_COLUMNS, state_text
from desktop_app.ui.forms.experiment_form import BeginDraft, Targets, begin_form
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import (
    PageHeader,
    action_button,
    scrolled,
    splitter,
    text_label,
)
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

_TONES = {
    Verdict.BETTER: Tone.GOOD,
    Verdict.WORSE: Tone.BAD,
    Verdict.NOT_SHOWN: Tone.NEUTRAL,
    Verdict.NOT_ENOUGH: Tone.NEUTRAL,
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Every experiment with what it says so far, and what could be compared by its title."""

    rows: tuple[ExperimentFigures, ...]
    targets: Targets


def read_sheet(session: "Session") -> Sheet:
    """Read the experiments, and scripts and offers by their titles."""
    from desktop_app.services import offer_library, scripts  # noqa: PLC0415  (slow to import)

    is_chinese = language().startswith("zh")
    every_script = scripts.list_scripts(session, with_retired=True)
    every_offer = offer_library.list_offers(session, with_retired=True)
    titles = {one.code: one.zh if is_chinese else one.en for one in every_script}
    titles |= {one.code: one.zh if is_chinese else one.en for one in every_offer}
    usable_scripts = [
        (one.code, f"{titles[one.code]} ({labels.label(one.occasion)})")
        for one in every_script
        if one.retired_on is None and one.current_version is not None
    ]
    usable_offers = [(one.code, titles[one.code]) for one in every_offer if one.retired_on is None]
    targets: Targets = {ExperimentKind.SCRIPT: usable_scripts, ExperimentKind.OFFER: usable_offers}
    return Sheet(experiments.figures(session), targets)


class ExperimentsPage(Page):
    """The list above; below, the arms of the chosen experiment and a sentence for each."""

    SPEC: ClassVar[PageSpec] = page_spec("experiments")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"experiment", "experiment_arm", "departure_case", "script", "offer"}
    )

    def build(self) -> None:
        """Make list and read-out."""
        self._latest = Latest()
        self._sheet = Sheet((), {})
        self.header = PageHeader(
            _("Experiments"),
            buttons=[
                action_button(self.context, "experiment.end"),
                action_button(self.context, "experiment.new", primary=True),
            ],
        )
        may_run = allowed(self.actor.role, Action.RUN_EXPERIMENT)
        self.table = RecordTable(
            EXPERIMENT_COLUMNS,
            context=self.context,
            state_key="experiments",
            name=_("Experiments"),
            empty=_(
                "Here stand experiments with scripts or offers: chance decides which customer gets "
                "which, so a difference of the saves comes from nothing else."
            ),
            first_step=(_("Begin an experiment"), self._begin) if may_run else None,
            chips={"state": lambda found: Tone.INFO if found.row.ended_on is None else None},
            key=lambda found: found.row.id,
        )
        self.table.current_changed.connect(lambda _row: self._show_current())
        self.table.set_menu("experiment.end")
        self.arms = RecordTable(
            team_tables.arm_columns(),
            context=self.context,
            state_key="experiment-arms",
            name=_("Groups"),
            empty=_("Choose an experiment."),
            key=lambda arm: arm.code,
        )
        self.arms.model.is_faint = lambda arm: not arm.is_enough
        self.table.opened.connect(lambda _row: self.arms.focus())
        self.follow(self.table)
        self.body.addWidget(self.header)
        panes = splitter(self.context, "experiments", self.table, self._detail(), horizontal=False)
        panes.setStretchFactor(0, 4)
        panes.setStretchFactor(1, 6)
        self.body.addWidget(panes, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # first: a proxy takes it over
        self.setFocusProxy(self.table)

    def _detail(self) -> QWidget:
        self.name = text_label("", "heading")
        self.verdicts = QVBoxLayout()
        self.verdicts.setSpacing(theme.GAP_XS)
        self.split = text_label("", "hint")
        self.why = text_label(
            _(
                "You may look every day: these intervals hold on all days at once. Saved counts "
                "all customers of a group whose case is closed; confirmed, those whose case was "
                "closed so long ago that every save is decided."
            ),
            "hint",
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, theme.GAP_S, theme.GAP_S, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.name)
        column.addLayout(self.verdicts)
        column.addWidget(self.split)
        column.addWidget(self.arms)
        column.addWidget(self.why)
        column.addStretch(1)
        self.detail = scrolled(inside, _("What it says today"))
        return self.detail

    # ------------------------------------------------------------------ showing

    @override
    def load(self) -> None:
        self._latest.take(self.tasks.read(self, read_sheet)).then(self._show)

    def _show(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.table.set_rows(sheet.rows)
        if self.table.current_row() is None:
            self.table.choose_first()
        self._show_current()

    def _show_current(self) -> None:
        found: ExperimentFigures | None = self.table.current_row()
        self.detail.setVisible(found is not None)
        while (item := self.verdicts.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        if found is not None:
            self.name.setText(f"{found.row.title} · {state_text(found)}")
            for text, tone in self.sentences(found):
                label = text_label(text, "strong")
                theme.set_tone(label, tone)
                self.verdicts.addWidget(label)
            self.split.setText(split_text(found.split.verdict))
            is_off = found.split.verdict is SplitCheck.OFF
            theme.set_tone(self.split, Tone.BAD if is_off else None)
            self.arms.set_rows(found.arms)
            rows = (len(found.arms) + 1) * theme.row_height()
            self.arms.setFixedHeight(rows + theme.GAP_XL + theme.GAP_S)
        self.actions_changed()

    def sentences(self, found: ExperimentFigures) -> list[tuple[str, Tone]]:
        """What is known today: one sentence for each group beside the first."""
        first, *others = found.arms
        told = []
        for arm in others:
            if arm.against_first is not None:
                names = (arm_name(arm), arm_name(first))
                n = min(arm.saved.n, first.saved.n)
                text = sentence(*names, arm.against_first, n, ENOUGH)
                told.append((text, _TONES[arm.against_first.verdict]))
        return told

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {"experiment.new": self._begin}
        found: ExperimentFigures | None = self.table.current_row()
        if found is not None and found.row.ended_on is None:
            slots["experiment.end"] = lambda: self._end(found)
        return slots

    def _begin(self) -> None:
        dialog = FormDialog(
            self,
            title=_("Begin an experiment"),
            verb=_("Begin"),
            form=begin_form(self._sheet.targets),
            draft=BeginDraft,
            save=lambda draft: self.tasks.write(dialog, experiments.create, draft.as_experiment()),
            intro=_(
                "From now on chance decides which customer gets which. Nobody chooses, and a "
                "customer stays in the same group."
            ),
            draft_key=DraftKey(self.tasks, "new-experiment"),
        )
        dialog.open()

    def _end(self, found: ExperimentFigures) -> None:
        if dialogs.confirm(
            self,
            title=_("End the experiment “{title}”?").format(title=found.row.title),
            text=_(
                "Nobody is drawn any more; cases that are open go on and are counted. It can be "
                "undone."
            ),
            verb=_("End it"),
        ):
            self.tasks.write(self, experiments.end, found.row.id)
