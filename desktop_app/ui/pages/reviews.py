"""Reviewing finished interviews: the list, the answers beside it, one key for each judgement."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from db.queries.interviews import InterviewFilter, InterviewRow
from db.vocabulary import InterviewState, ReviewState
from desktop_app import labels
from desktop_app.columns import Column
from desktop_app.columns.interviews import INTERVIEW_COLUMNS
from desktop_app.domain.quality_findings import TITLES, QualityFinding
from desktop_app.errors import UserError
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services import drafts, interviews, quality, reviews
from desktop_app.services.drafts import SavedDraft
from desktop_app.services.reviews import ReviewSheet
from desktop_app.ui import case_look
from desktop_app.ui.case_look import list_text
from desktop_app.ui.editors import EnumEditor
from desktop_app.ui.note_bar import NoteBar
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import FilterBar, PageHeader, action_button, splitter, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.review_pane import ReviewPane
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes, Session

_READ_MS = 120
_BY_ID = {column.id: column for column in INTERVIEW_COLUMNS}


def draft_key(interview_id: UUID, address: str) -> str:
    """Where a comment that is being typed is kept."""
    return f"review-comment:{interview_id}:{address}"


def say_issues(session: "Session", interview_id: UUID, text: str, address: str) -> None:
    """Store a comment; what was typed is not needed any more."""
    reviews.set_state(session, interview_id, ReviewState.HAS_ISSUES, text, address)
    drafts.discard_draft(session, draft_key(interview_id, address))


class ReviewsPage(Page):
    """Finished interviews left, the chosen one right; A approves, I and C say what is wrong."""

    SPEC: ClassVar[PageSpec] = page_spec("reviews")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"interview", "answer", "interview_review", "departure_case"}
    )

    def build(self) -> None:
        """Make filters, list, answers and the line for comments."""
        self._reading, self._flagging = Latest(), Latest()
        self._flags: dict[UUID, list[QualityFinding]] = {}
        self._about = ""
        self._held: UUID | None = None
        self.header = PageHeader(
            _("Review interviews"),
            buttons=[
                action_button(self.context, "review.open"),
                action_button(self.context, "review.issues"),
                action_button(self.context, "review.approve", primary=True),
            ],
        )
        self.filters = FilterBar(_("Name, pinyin, phone, case"))
        self.state = self.filters.add(_("State"), EnumEditor(ReviewState, optional=True))
        self.filters.changed.connect(self._ask)
        self._make_table()
        self.pane = ReviewPane()
        self.pane.answers.comment_wanted.connect(self._comment)
        self.comment = NoteBar(_("Comment"), _("What is wrong; Enter stores it, Esc leaves it"))
        self.comment.typed.connect(self._keep_typed)
        self.comment.entered.connect(self._store)
        self.comment.left.connect(self._leave_comment)
        self.about = text_label("", "hint")
        self.about.hide()
        panes = splitter(self.context, "reviews", self.table, self._right())
        panes.setStretchFactor(0, 4)
        panes.setStretchFactor(1, 6)
        for widget in (self.header, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    def _make_table(self) -> None:
        self._timer = QTimer(self, singleShot=True, interval=_READ_MS)
        self._timer.timeout.connect(self._read)
        columns: list[Column[InterviewRow]] = [
            Column("review", N_("Review"), self._review_of, width=96),
            Column("customer", N_("Customer"), lambda row: row.customer, width=140),
            Column("by", N_("By"), lambda row: row.by, width=92),
            Column("flags", N_("Radar"), self._flag_text, width=106, sortable=False),
            Column("finished_at", N_("Finished at"), lambda row: row.finished_at, width=130),
            _BY_ID["case_number"],
        ]
        self.table = RecordTable(
            columns,
            context=self.context,
            state_key="reviews",
            name=_("Finished interviews"),
            empty="",
            chips={
                "review": self._review_tone,
                "flags": lambda row: Tone.WARN if row.id in self._flags else None,
            },
        )
        self.table.hide_columns("finished_at", "case_number")  # they stand above the answers
        if self.table.sort is None:
            self.table.sort_by("review")
        self.table.opened.connect(lambda _row: self.pane.answers.setFocus())
        self.table.model.loaded.connect(self._on_rows)
        self.table.current_changed.connect(self._on_current)
        self.table.selection_changed.connect(self.actions_changed)
        self.table.set_menu(
            "review.approve", "review.issues", "review.back", None, "review.open", "case.open",
            None, "list.copy",
        )  # fmt: skip

    def _right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane, 1)
        column.addWidget(self.about)
        column.addWidget(self.comment)
        return right

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self._ask()
        self._ask_flags()

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES:
            if self._held is None:
                self._ask()
            else:
                self._read()
                self._ask_counts()
        if "answer" in changes.tables:
            self._ask_flags()

    def _ask(self) -> None:
        self._held = None
        criteria = InterviewFilter(
            text=self.filters.search.value() or "",
            state=InterviewState.FINISHED,
            review=self.state.value(),
        )
        if criteria == InterviewFilter(state=InterviewState.FINISHED):
            text = _("No finished interview waits here. They come from the cases.")
            step = (_("Look at the interviews"), lambda: self.navigate("interviews"))
        else:
            text = _("No interview fits. Change the search or the filter.")
            step = (_("Show all"), self._show_all)
        self.table.set_empty(text, step)
        self.table.set_query(interviews.count_interviews, interviews.list_interviews, criteria)
        self._ask_counts()

    def _show_all(self) -> None:
        self.filters.search.set_value(None)
        self.state.set_value(None)
        self.filters.settle()
        self._ask()
        self.table.focus()

    def _ask_counts(self) -> None:
        self.tasks.read(self, reviews.count_by_state).then(self._say_counts)

    def _ask_flags(self) -> None:
        self._flagging.take(self.tasks.read(self, quality.flags)).then(self._take_flags)

    def _take_flags(self, flags: dict[UUID, list[QualityFinding]]) -> None:
        self._flags = flags
        self.table.view.viewport().update()
        self._show_flags()

    def _say_counts(self, counts: Mapping[ReviewState, int]) -> None:
        waiting = counts[ReviewState.RECEIVED]
        text = ngettext("{n} waits for review", "{n} wait for review", waiting)
        issues = ngettext("{n} has issues", "{n} have issues", counts[ReviewState.HAS_ISSUES])
        self.header.set_subtitle(
            list_text(
                (
                    text.format(n=labels.number(waiting)),
                    issues.format(n=labels.number(counts[ReviewState.HAS_ISSUES])),
                )
            )
        )

    def _flag_text(self, row: InterviewRow) -> str:
        kinds = dict.fromkeys(_(TITLES[each.kind]) for each in self._flags.get(row.id, ()))
        return list_text(tuple(kinds))

    def _review_of(self, row: InterviewRow) -> ReviewState | None:
        return ReviewState.HAS_ISSUES if row.id == self._held else row.review

    def _review_tone(self, row: InterviewRow) -> Tone | None:
        review = self._review_of(row)
        return None if review is None else case_look.REVIEW_TONES[review]

    def _hold(self, interview_id: UUID | None) -> None:
        """Let an interview keep its place while its answers are commented on one by one."""
        self._held = interview_id
        self.table.view.viewport().update()

    def _on_current(self, row: InterviewRow | None) -> None:
        self._timer.start()
        if self._held is not None and row is not None and row.id != self._held:
            self._ask()  # it goes where it belongs now

    def _on_rows(self) -> None:
        self.table.choose_first()
        self._timer.start()
        self.actions_changed()

    def _row(self) -> InterviewRow | None:
        row: InterviewRow | None = self.table.current_row()
        return row

    def _read(self) -> None:
        row = self._row()
        if row is None:
            self.pane.show_sheet(None)
            self.pane.show_flags(())
            return
        self._reading.take(self.tasks.read(self, reviews.sheet, row.id)).then(self._show)

    def _show(self, sheet: ReviewSheet) -> None:
        is_other = self.pane.sheet is None or self.pane.sheet.file.row.id != sheet.file.row.id
        if is_other:
            self.comment.flush()
            self._leave_comment()
        self.pane.show_sheet(sheet)
        if is_other:
            self.pane.answers.choose(0)
            self.pane.area.verticalScrollBar().setValue(0)
        self._show_flags()
        self.actions_changed()

    def _show_flags(self) -> None:
        sheet = self.pane.sheet
        self.pane.show_flags(self._flags.get(sheet.file.row.id, ()) if sheet is not None else ())

    @override
    def show_record(self, target: object) -> None:
        """Show the interviews in one state."""
        if isinstance(target, ReviewState):
            self.state.set_value(target)
        self.load()

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        row = self._row()
        if row is None:
            return {}
        slots: dict[str, Callable[[], object]] = {
            "review.next": self.table.next_row,
            "review.previous": self.table.previous_row,
            "review.open": lambda: self.navigate("interview", row.id),
            "case.open": lambda: self.navigate("case-file", row.case_id),
            "review.issues": lambda: self._open_comment(""),
            "review.comment": self._comment,
        }
        review = self._review_of(row)
        if review is not ReviewState.APPROVED:
            slots["review.approve"] = self._approve
        if review is not ReviewState.RECEIVED:
            slots["review.back"] = lambda: self._set(row.id, ReviewState.RECEIVED)
        return slots

    def _approve(self) -> None:
        row = self._row()
        if row is not None:
            self.table.next_row()  # the row goes down in the list; the next one is read
            self._set(row.id, ReviewState.APPROVED)

    def _set(self, interview_id: UUID, state: ReviewState) -> None:
        self._hold(None)
        task = self.tasks.write(self, reviews.set_state, interview_id, state)
        task.or_else(lambda error: self._refused(error, interview_id))

    def _refused(self, error: UserError, interview_id: UUID) -> None:
        self.table.select_key(interview_id)
        self.messages.error(error.message)

    # ------------------------------------------------------------------ comments

    def _comment(self) -> None:
        self._open_comment(self.pane.answers.address())

    def _open_comment(self, address: str) -> None:
        row, sheet = self._row(), self.pane.sheet
        if row is None or sheet is None or sheet.file.row.id != row.id:
            return  # its answers are still being read
        self._about = address
        chosen = self.pane.answers.current()
        if address and chosen is not None:
            text = _("Comment on: {question}").format(question=chosen.answer.question)
        else:
            text = _("What is wrong with the interview as a whole")
        self.about.setText(text)
        self.about.show()
        self.comment.show_text("")
        self.comment.open()
        key = draft_key(row.id, address)
        self.tasks.read(self, drafts.load_draft, key).then(self._take_typed)

    def _take_typed(self, draft: SavedDraft | None) -> None:
        if draft is not None and self.comment.isVisible() and not self.comment.text():
            self.comment.show_text(str(draft.content.get("text", "")))
            self.comment.open()

    def _keep_typed(self, text: str) -> None:
        sheet = self.pane.sheet
        if sheet is not None:
            key = draft_key(sheet.file.row.id, self._about)
            self.tasks.write(self, drafts.save_draft, key, {"text": text}).quiet()

    def _store(self, text: str) -> None:
        sheet = self.pane.sheet
        if sheet is None:
            return
        interview_id, address = sheet.file.row.id, self._about
        row = self._row()
        is_current = row is not None and row.id == interview_id
        if is_current and not address:
            self.table.next_row()  # as after an approval
        # other answers of it may have issues, too
        self._hold(interview_id if is_current and address else None)
        task = self.tasks.write(self, say_issues, interview_id, text, address)
        task.then(lambda _none: self.comment.take_stored(text))
        task.or_else(lambda error: self._not_stored(error, interview_id, address, text))

    def _not_stored(self, error: UserError, interview_id: UUID, address: str, text: str) -> None:
        """Keep what was typed: it stands in the line when it is opened again."""
        key = draft_key(interview_id, address)
        self.tasks.write(self, drafts.save_draft, key, {"text": text}).quiet()
        self._hold(None)
        self._refused(error, interview_id)

    def _leave_comment(self) -> None:
        had_focus = self.comment.isAncestorOf(self.focusWidget() or self)
        self.comment.hide()
        self.about.hide()
        if had_focus or self._about:
            (self.pane.answers if self._about else self.table).setFocus()
        self._about = ""

    @override
    def can_leave(self) -> bool:
        self.comment.flush()
        return True
