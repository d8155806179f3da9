"""Coding answers in words into themes: one answer at a time, the themes beside it."""

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from db.queries.coding import ThemeRow
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.domain import themes as learning
from desktop_app.domain.themes import Themes
from desktop_app.errors import UserError
from desktop_app.i18n import N_, _, language
from desktop_app.services import coding
from desktop_app.services.coding import CodingRound, OpenAnswer, Question, ThemeDraft, Wanted
from desktop_app.ui.coding_card import CodingCard, Offer
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import CheckEditor, ChoiceEditor
from desktop_app.ui.forms import theme_forms
from desktop_app.ui.forms.theme_forms import MergeThemeDraft
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import Card, FilterBar, PageHeader, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes

LEARN_EVERY = 8
"""After so many codings the suggestions are learned anew."""
_FEW = 20
"""With so few answers left, more are read."""
_ROUNDS = (
    (CodingRound.FIRST, N_("First coding")),
    (CodingRound.SECOND, N_("Second coding, blind")),
    (CodingRound.MINE, N_("What I coded")),
)


class CodingPage(Page):
    """The answer left, the themes with counts and examples right."""

    SPEC: ClassVar[PageSpec] = page_spec("coding")
    TABLES: ClassVar[frozenset[str]] = frozenset({"interview", "answer", "answer_theme", "theme"})

    def build(self) -> None:
        """Make filters, card and list of themes."""
        self._queueing, self._learning, self._counting = Latest(), Latest(), Latest()
        self._answers: list[OpenAnswer] = []
        self._passed: list[OpenAnswer] = []
        self._themes: list[ThemeRow] = []
        self._model: Themes | None = None
        self._unlearned = 0
        self.header = PageHeader(
            _("Code answers"),
            buttons=[
                action_button(self.context, "coding.skip"),
                action_button(self.context, "coding.back"),
                action_button(self.context, "coding.save", primary=True),
            ],
        )
        self.filters = FilterBar(has_search=False)
        rounds = [(member, _(title)) for member, title in _ROUNDS]
        self.round = self.filters.add(_("Round"), ChoiceEditor(rounds))
        self.round.set_value(CodingRound.FIRST)
        self.question = self.filters.add(
            _("Question"), ChoiceEditor([], optional=True, empty=_("all"))
        )
        self.question.box.setMaximumWidth(420)
        self.filters.changed.connect(self._begin)
        self.card = CodingCard()
        self.card.save_wanted.connect(self._save)
        self.card.back_wanted.connect(self._back)
        self.card.theme_wanted.connect(self._make_theme)
        self.card.changed.connect(self.actions_changed)
        left = Card()
        left.setAccessibleName(_("Answer"))
        left.body.addWidget(self.card)
        panes = splitter(self.context, "coding", left, self._themes_pane())
        panes.setStretchFactor(0, 6)
        panes.setStretchFactor(1, 5)
        self.body.addWidget(self.header)
        self.body.addWidget(self.filters)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusProxy(self.card)

    def _themes_pane(self) -> QWidget:
        columns: list[Column[ThemeRow]] = [
            Column("theme", N_("Theme"), lambda row: row.title(language()), width=170),
            Column(
                "answers",
                N_("Coded answers"),
                lambda row: row.answers,
                align=Align.RIGHT,
                width=112,
            ),
            Column("example", N_("Newest example"), lambda row: row.example, width=150),
            Column("retired_on", N_("Retired on"), lambda row: row.retired_on, width=100),
        ]
        self.table = RecordTable(
            columns,
            context=self.context,
            state_key="themes",
            name=_("Themes"),
            empty=_("No themes yet. Type the first one beside an answer."),
        )
        self.table.hide_columns("retired_on")
        self.table.selection_changed.connect(self.actions_changed)
        self.table.opened.connect(self._give)
        self.table.set_menu(
            "theme.rename", "theme.merge", "theme.retire", "theme.restore", None, "list.copy"
        )
        self.with_retired = CheckEditor(_("Also retired themes"))
        self.with_retired.set_name(_("Also retired themes"))
        self.with_retired.changed.connect(self._read_themes)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.with_retired)
        return right

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self.tasks.read(self, coding.questions, language()).then(self._show_questions)
        self._read_themes()
        self._learn()
        self._begin()

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & {"theme", "answer_theme"}:
            self._read_themes()
        if changes.tables & {"answer_theme", "interview"}:
            self._count()
        if "interview" in changes.tables:
            self._ask(keep=True)

    def _wanted(self) -> Wanted:
        chosen: Question | None = self.question.value()
        return Wanted(
            self.round.value() or CodingRound.FIRST,
            chosen.questionnaire_id if chosen is not None else None,
            chosen.path if chosen is not None else "",
        )

    def _show_questions(self, questions: Sequence[Question]) -> None:
        self.question.set_choices([(each, each.label) for each in questions])

    def _read_themes(self) -> None:
        task = self.tasks.read(
            self, coding.list_themes, with_retired=bool(self.with_retired.value())
        )
        task.then(self._show_themes)

    def _show_themes(self, rows: list[ThemeRow]) -> None:
        self._themes = [row for row in rows if row.retired_on is None]
        self.table.set_rows(rows)
        self.card.show_themes(self._themes)
        self.card.show_suggested(self._suggested())

    def _learn(self) -> None:
        self._unlearned = 0
        blind = self._wanted().round is CodingRound.SECOND
        self._learning.take(self.tasks.read(self, coding.learned, blind=blind)).then(self._learned)

    def _learned(self, model: Themes) -> None:
        self._model = model
        self.card.show_suggested(self._suggested())

    def _suggested(self) -> list[Offer]:
        if self._model is None or not self._answers:
            return []
        by_code = {row.code: row for row in self._themes}
        text = self._answers[0].answer.text
        found = learning.suggest(self._model, text, most=5)
        return [
            Offer(by_code[each.theme], learning.joined(each.words, text), each.answers)
            for each in found
            if each.theme in by_code
        ]

    def _begin(self) -> None:
        self._passed = []
        self._learn()
        self._count()
        self._ask(keep=False)

    def _count(self) -> None:
        task = self.tasks.read(self, coding.progress, self._wanted())
        self._counting.take(task).then(self.card.show_progress)

    def _ask(self, *, keep: bool) -> None:
        task = self.tasks.read(self, coding.queue, self._wanted(), language())
        self._queueing.take(task).then(lambda found: self._take(found, keep=keep))

    def _take(self, found: list[OpenAnswer], *, keep: bool) -> None:
        """Take the answers that wait; what was passed in this sitting does not come again."""
        passed = {_place(each) for each in self._passed}
        fresh = [each for each in found if _place(each) not in passed]
        shown = self.card.answer
        if keep and shown is not None and self._answers:
            fresh = [shown, *(each for each in fresh if _place(each) != _place(shown))]
            self._answers = fresh
            return
        self._answers = fresh
        self._show()

    def _show(self) -> None:
        self.card.show_answer(self._answers[0] if self._answers else None, self._suggested())
        waiting = _("{n} in this round") if len(self._answers) < 200 else _("{n} and more")  # noqa: PLR2004
        self.header.set_subtitle(waiting.format(n=labels.number(len(self._answers))))
        self.actions_changed()

    # ------------------------------------------------------------------ coding

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {"page.find": self.card.find_theme}
        answer = self.card.answer
        if answer is not None:
            slots |= {
                "coding.save": self._save,
                "coding.skip": self._skip,
                "list.next": self._skip,
                "case.open": lambda: self.navigate("case-file", answer.answer.case_id),
            }
        if self._passed:
            slots |= {"coding.back": self._back, "list.previous": self._back}
        row: ThemeRow | None = self.table.current_row()
        if row is not None:
            slots["theme.rename"] = lambda: self._rename(row)
            if row.retired_on is None:
                slots["theme.merge"] = lambda: self._merge(row)
                slots["theme.retire"] = lambda: self._retire(row)
            else:
                slots["theme.restore"] = lambda: self._restore(row)
        return slots

    def _save(self) -> None:
        answer = self.card.answer
        if answer is None:
            return
        themes = tuple(self.card.chosen)
        if not themes and not answer.theme_ids:
            self.messages.info(_("Choose a theme first: 1 to 9, or type. S skips the answer."))
            return
        found = answer.answer
        task = self.tasks.write(self, coding.code_answer, found.interview_id, found.address, themes)
        task.or_else(self._refused)
        self._go_on(OpenAnswer(found, answer.question, themes))
        self._unlearned += 1
        if self._unlearned >= LEARN_EVERY:
            self._learn()

    def _refused(self, error: UserError) -> None:
        self.messages.error(error.message)
        self._begin()

    def _skip(self) -> None:
        answer = self.card.answer
        if answer is not None:
            self._go_on(answer)

    def _go_on(self, passed: OpenAnswer) -> None:
        self._passed.append(passed)
        self._answers = self._answers[1:]
        self._show()
        self.card.setFocus()
        if len(self._answers) == _FEW:
            self._ask(keep=True)

    def _back(self) -> None:
        if self._passed:
            self._answers = [self._passed.pop(), *self._answers]
            self._show()
            self.card.setFocus()

    def _give(self, row: ThemeRow) -> None:
        """Give the answer a theme of the list."""
        if self.card.answer is not None and row.retired_on is None:
            self.card.take_new(row.id)

    # ------------------------------------------------------------------ themes

    def _make_theme(self, words: str) -> None:
        is_chinese = language().startswith("zh")
        draft = ThemeDraft(zh=words) if is_chinese else ThemeDraft(en=words)
        self.tasks.write(self, coding.add_theme, draft).then(self._take_new)

    def _take_new(self, theme_id: uuid.UUID) -> None:
        if self.card.answer is not None:
            self.card.take_new(theme_id)

    def _rename(self, row: ThemeRow) -> None:
        dialog = FormDialog(
            self,
            title=_("Rename theme {name}").format(name=row.title(language())),
            verb=_("Rename"),
            form=theme_forms.theme_form(row),
            draft=ThemeDraft,
            save=lambda draft: self.tasks.write(dialog, coding.rename_theme, row.id, draft),
            draft_key=DraftKey(self.tasks, f"theme:{row.id}"),
        )
        dialog.open()

    def _merge(self, row: ThemeRow) -> None:
        others = [each for each in self._themes if each.id != row.id]
        dialog = FormDialog(
            self,
            title=_("Merge theme {name}").format(name=row.title(language())),
            verb=_("Merge"),
            form=theme_forms.merge_form(others, language()),
            draft=MergeThemeDraft,
            save=lambda draft: self.tasks.write(dialog, coding.merge_themes, [row.id], draft.into),
            intro=_("Its answers get the other theme; it is not offered any more."),
        )
        dialog.open()

    def _retire(self, row: ThemeRow) -> None:
        self.tasks.write(self, coding.retire_theme, row.id)

    def _restore(self, row: ThemeRow) -> None:
        self.tasks.write(self, coding.restore_theme, row.id)


def _place(answer: OpenAnswer) -> tuple[uuid.UUID, str]:
    return answer.answer.interview_id, answer.answer.address
