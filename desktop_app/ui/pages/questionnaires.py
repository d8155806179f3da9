"""The list of questionnaires: make, import, export, duplicate, retire; Enter opens the designer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db.vocabulary import QuestionnairePurpose
from desktop_app.columns.questionnaires import QUESTIONNAIRE_COLUMNS
from desktop_app.i18n import _, language, ngettext
from desktop_app.ui.editors import EnumEditor
from desktop_app.ui.page import PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.questionnaire_flows import QuestionnaireFlows
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone
from desktop_app.ui.versioned_list import VersionedListPage

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from db.queries.questionnaires import QuestionnaireRow


def read_list(session: "Session") -> "list[QuestionnaireRow]":
    """Every questionnaire, also the retired ones."""
    from desktop_app.services import questionnaires  # noqa: PLC0415

    return questionnaires.list_questionnaires(session, with_retired=True)


class QuestionnairesPage(VersionedListPage["QuestionnaireRow"]):
    """A filtered list with what can be done to the chosen questionnaire."""

    SPEC: ClassVar[PageSpec] = page_spec("questionnaires")
    EDITOR: ClassVar[str] = "designer"
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"questionnaire", "questionnaire_version", "interview"}
    )

    def build(self) -> None:
        """Make filters and list."""
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
        kinds = EnumEditor(QuestionnairePurpose, optional=True)
        self.add_filters(_("Purpose"), kinds, lambda row: row.purpose)
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
        self.table.selection_changed.connect(self.actions_changed)
        self.table.set_menu(
            "questionnaire.open", None, "questionnaire.duplicate", "questionnaire.export",
            "questionnaire.title", None, "questionnaire.retire", "questionnaire.restore",
        )  # fmt: skip
        self.put_together(self.table)

    @override
    def load(self) -> None:
        self.latest.take(self.tasks.read(self, read_list)).then(self.show_rows)

    @override
    def count_words(self, count: int) -> str:
        return ngettext("{n} questionnaire", "{n} questionnaires", count)

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {
            "questionnaire.new": self.flows.new,
            "questionnaire.import": self.flows.import_file,
        }
        row: QuestionnaireRow | None = self.table.current_row()
        if row is None:
            return slots
        slots["questionnaire.open"] = self.open_chosen
        slots["questionnaire.duplicate"] = lambda: self.flows.duplicate(row)
        slots["questionnaire.title"] = lambda: self.flows.change_title(row)
        slots["questionnaire.export"] = lambda: self._export(row)
        if row.retired_on is None:
            slots["questionnaire.retire"] = lambda: self.flows.retire(row)
        else:
            slots["questionnaire.restore"] = lambda: self.flows.restore(row)
        return slots

    def _export(self, row: "QuestionnaireRow") -> None:
        version = row.draft_id or row.current_id
        if version is not None:
            self.flows.export(version, row.title(language()))
