"""The list of questionnaires: make, import, export, duplicate, retire; Enter opens the designer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from typing_extensions import override

from db.vocabulary import QuestionnairePurpose
from desktop_app import labels
from desktop_app.columns.questionnaires import QUESTIONNAIRE_COLUMNS
from desktop_app.i18n import _, language, ngettext
from desktop_app.ui.editors import CheckEditor, EnumEditor
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import FilterBar, PageHeader, action_button
from desktop_app.ui.questionnaire_flows import QuestionnaireFlows
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from db.queries.questionnaires import QuestionnaireRow


def read_list(session: "Session") -> "list[QuestionnaireRow]":
    """Every questionnaire, also the retired ones."""
    from desktop_app.services import questionnaires  # noqa: PLC0415

    return questionnaires.list_questionnaires(session, with_retired=True)


class QuestionnairesPage(Page):
    """A filtered list with what can be done to the chosen questionnaire."""

    SPEC: ClassVar[PageSpec] = page_spec("questionnaires")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"questionnaire", "questionnaire_version", "interview"}
    )

    def build(self) -> None:
        """Make filters and list."""
        self._latest = Latest()
        self._all: list[QuestionnaireRow] = []
        self.flows = QuestionnaireFlows(self)
        self.flows.made.connect(lambda key: self.navigate("designer", key))
        self.header = PageHeader(
            _("Questionnaires"),
            buttons=[
                action_button(self.context, "questionnaire.export"),
                action_button(self.context, "questionnaire.import"),
                action_button(self.context, "questionnaire.open"),
                action_button(self.context, "questionnaire.new", primary=True),
            ],
        )
        self.filters = FilterBar(_("Title or code"))
        self.purpose = self.filters.add(
            _("Purpose"), EnumEditor(QuestionnairePurpose, optional=True)
        )
        self.retired = CheckEditor(_("Also retired ones"))
        self.retired.set_name(_("Also retired ones"))
        self.retired.changed.connect(self.filters.changed)
        self.filters.add_widget(self.retired)
        self.filters.changed.connect(self._filter)
        self.table = RecordTable(
            QUESTIONNAIRE_COLUMNS,
            context=self.context,
            state_key="questionnaires",
            name=_("Questionnaires"),
            empty=_("Here stand the questionnaires of exit interviews and satisfaction surveys."),
            first_step=(_("New questionnaire"), self.flows.new),
            chips={
                "version": lambda row: Tone.GOOD if row.current_version else Tone.NEUTRAL,
                "draft": lambda row: Tone.INFO if row.draft_id is not None else None,
            },
        )
        self.table.hide_columns("retired_on")
        self.table.opened.connect(lambda _row: self._open())
        self.table.selection_changed.connect(self.actions_changed)
        self.table.set_menu(
            "questionnaire.open", None, "questionnaire.duplicate", "questionnaire.export",
            "questionnaire.title", None, "questionnaire.retire", "questionnaire.restore",
        )  # fmt: skip
        for widget in (self.header, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(self.table, 1)
        self.follow(self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # first: a proxy takes it over
        self.setFocusProxy(self.table)

    @override
    def load(self) -> None:
        self._latest.take(self.tasks.read(self, read_list)).then(self._show)

    def _show(self, rows: "list[QuestionnaireRow]") -> None:
        self._all = rows
        self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        purpose, with_retired = self.purpose.value(), self.retired.value()
        found = [
            row
            for row in self._all
            if all(word in f"{row.zh} {row.en} {row.code}".casefold() for word in words)
            and purpose in (None, row.purpose)
            and (with_retired or row.retired_on is None)
        ]
        self.table.set_rows(found)
        if self.table.current_row() is None:
            self.table.choose_first()
        text = ngettext("{n} questionnaire", "{n} questionnaires", len(found))
        self.header.set_subtitle(text.format(n=labels.number(len(found))))
        self.actions_changed()

    @override
    def show_record(self, target: object) -> None:
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {
            "questionnaire.new": self.flows.new,
            "questionnaire.import": self.flows.import_file,
        }
        row: QuestionnaireRow | None = self.table.current_row()
        if row is None:
            return slots
        slots["questionnaire.open"] = self._open
        slots["questionnaire.duplicate"] = lambda: self.flows.duplicate(row)
        slots["questionnaire.title"] = lambda: self.flows.change_title(row)
        slots["questionnaire.export"] = lambda: self._export(row)
        if row.retired_on is None:
            slots["questionnaire.retire"] = lambda: self.flows.retire(row)
        else:
            slots["questionnaire.restore"] = lambda: self.flows.restore(row)
        return slots

    def _open(self) -> None:
        row: QuestionnaireRow | None = self.table.current_row()
        if row is not None:
            self.navigate("designer", row.id)

    def _export(self, row: "QuestionnaireRow") -> None:
        version = row.draft_id or row.current_id
        if version is not None:
            self.flows.export(version, row.title(language()))
