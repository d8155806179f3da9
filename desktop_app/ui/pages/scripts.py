"""The list of scripts with their versions: make, import, export, copy, compare, retire."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db.vocabulary import Occasion, VersionState
from desktop_app.columns.scripts import SCRIPT_COLUMNS, VERSION_COLUMNS
from desktop_app.i18n import _, ngettext
from desktop_app.ui import script_work
from desktop_app.ui.editors import EnumEditor
from desktop_app.ui.page import PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.pane_cycle import pane_slots
from desktop_app.ui.panels import Card, PageHeader, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.script_flows import ScriptFlows
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.versioned_list import VersionedListPage

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.scripts import ScriptRow, ScriptVersionRow

_SHARES = (62, 38)
_TWO = 2


class ScriptsPage(VersionedListPage["ScriptRow"]):
    """A filtered list with what can be done to the chosen script; below it its versions."""

    SPEC: ClassVar[PageSpec] = page_spec("scripts")
    EDITOR: ClassVar[str] = "script-editor"
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"script", "script_version", "script_run", "departure_case"}
    )

    def build(self) -> None:
        """Make filters and lists."""
        self._reading = Latest()
        self._versions: list[ScriptVersionRow] = []  # the newest first
        self.flows = ScriptFlows(self)
        self.flows.made.connect(lambda key: self.navigate("script-editor", key))
        buttons = [
            action_button(self.context, "snippet.list"),
            action_button(self.context, "script.import"),
            action_button(self.context, "script.try"),
            action_button(self.context, "script.open"),
            action_button(self.context, "script.new", primary=True),
        ]
        self.header = PageHeader(_("Scripts"), buttons=buttons)
        self.header.shorten(buttons[:-1])
        kinds = EnumEditor(Occasion, optional=True)
        self.add_filters(_("Occasion"), kinds, lambda row: row.occasion)
        self.table = RecordTable(
            SCRIPT_COLUMNS, context=self.context, state_key="scripts", name=_("Scripts"),
            empty=_("Here stand the scripts: what to say when a customer wants to leave."),
            first_step=(_("New script"), self.flows.new),
            chips={"state": _tone},
        )  # fmt: skip
        self.table.current_changed.connect(lambda _row: self._show_versions())
        self.table.set_menu(
            "script.open", "script.try", "script.copy", "script.export", "script.title", None,
            "script.retire", "script.restore",
        )  # fmt: skip
        self.versions = RecordTable(
            VERSION_COLUMNS, context=self.context, state_key="script-versions",
            name=_("Versions"), empty=_("Here stand the versions of the chosen script."),
            chips={"state": _version_tone},
        )  # fmt: skip
        self.versions.selection_changed.connect(self.actions_changed)
        self.versions.opened.connect(lambda _row: self._compare())
        self.versions.set_menu("script.compare")
        below = Card(_("Versions"), [action_button(self.context, "script.compare")])
        below.body.addWidget(self.versions)
        panes = splitter(self.context, "scripts", self.table, below, horizontal=False)
        for place, share in enumerate(_SHARES):
            panes.setStretchFactor(place, share)
        self.put_together(panes)

    @override
    def load(self) -> None:
        self.latest.take(self.tasks.read(self, script_work.read_list)).then(self.show_rows)

    @override
    def count_words(self, count: int) -> str:
        return ngettext("{n} script", "{n} scripts", count)

    @override
    def filtered(self) -> None:
        self._show_versions()

    def _show_versions(self) -> None:
        row: ScriptRow | None = self.table.current_row()
        if row is None:
            self._take_versions([])
        else:
            task = self.tasks.read(self, script_work.read_versions, row.id)
            self._reading.take(task).then(self._take_versions)
        self.actions_changed()

    def _take_versions(self, rows: "list[ScriptVersionRow]") -> None:
        self._versions = rows
        self.versions.set_rows(rows)
        self.actions_changed()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {
            **pane_slots(lambda: (self.table, self.versions)),
            "script.new": self.flows.new,
            "script.import": self.flows.import_file,
        }
        row: ScriptRow | None = self.table.current_row()
        if row is None:
            return slots
        version = row.draft_id or row.current_id
        slots |= {
            "script.open": self.open_chosen,
            "script.try": lambda: self.navigate("script-editor", (row.id, "try")),
            "script.copy": lambda: self.flows.copy(row),
            "script.title": lambda: self.flows.change_title(row),
        }
        if version is not None:
            slots["script.export"] = lambda: self.flows.export(row, version)
        if self._compared() is not None:
            slots["script.compare"] = self._compare
        if row.retired_on is None:
            slots["script.retire"] = lambda: self.flows.retire(row)
        else:
            slots["script.restore"] = lambda: self.flows.restore(row)
        return slots

    def _compared(self) -> "tuple[ScriptVersionRow, ScriptVersionRow] | None":
        """The versions that are compared: two that are chosen, or one and the one before."""
        rows = self._versions
        chosen = self.versions.selected_rows()
        if len(chosen) == _TWO:
            old, new = sorted(chosen, key=lambda each: each.number)
            return old, new
        newest = chosen[0] if chosen else next(iter(rows), None)
        before = [each for each in rows if newest is not None and each.number < newest.number]
        return (before[0], newest) if newest is not None and before else None

    def _compare(self) -> None:
        found = self._compared()
        if found is not None:
            self.flows.compare(found[0].id, found[1].id)


def _tone(row: "ScriptRow") -> Tone:
    if row.retired_on is not None:
        return Tone.NEUTRAL
    return Tone.GOOD if row.draft_id is None else Tone.INFO


def _version_tone(row: "ScriptVersionRow") -> Tone:
    return Tone.INFO if row.state is VersionState.DRAFT else Tone.GOOD
