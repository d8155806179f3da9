"""One answer in words, big, with numbered themes: digits, typing and Enter code it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from db import search
from db.queries.coding import ThemeRow
from desktop_app import labels
from desktop_app.i18n import _, language, ngettext
from desktop_app.services.coding import CodingProgress, OpenAnswer
from desktop_app.ui import theme
from desktop_app.ui.case_look import list_text
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.composing import Composing
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.panels import scrolled, text_label

SHOWN = 9
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_NUMBERS = range(Qt.Key.Key_1, Qt.Key.Key_9 + 1)


@dataclass(frozen=True, slots=True)
class Offer:
    """A theme on offer; without `why` it is there because it is used often.

    Attributes:
        theme: The theme.
        why: The words of the answer that speak for it.
        answers: So many answers that were coded with it have one of these words.
    """

    theme: ThemeRow
    why: tuple[str, ...] = ()
    answers: int = 0


def find_themes(themes: Sequence[ThemeRow], text: str) -> list[ThemeRow]:
    """Themes whose words, code, pinyin or initials hold every word that is typed."""
    words = text.casefold().split()
    return [
        row
        for row in themes
        if all(
            word in f"{row.code} {row.zh} {row.en} {search.tokens(row.zh)}".casefold()
            for word in words
        )
    ]


def _heading(offer: Offer, *, has_like: bool) -> str:
    if offer.why:
        return _("Suggested by the words of this answer")
    if not has_like:
        return _("No coded answer is like this one; themes with the most coded answers first")
    return _("Other themes, those with the most coded answers first")


def _why(offer: Offer) -> str:
    """What speaks for a theme, behind its title."""
    words = _(", ").join(offer.why).replace("&", "&&")
    if not offer.why:
        return ""
    if not offer.answers:
        return _("  · words of the theme itself: {words}").format(words=words)
    text = ngettext(
        "  · shares {words} with {n} coded answer",
        "  · shares {words} with {n} coded answers",
        offer.answers,
    )
    return text.format(words=words, n=labels.number(offer.answers))


class CodingCard(QWidget):
    """The card has the keyboard; letters go to the line below, where a theme is found or made."""

    save_wanted = Signal()
    back_wanted = Signal()
    skip_wanted = Signal()
    theme_wanted = Signal(str)
    """Words of a theme that is not there yet."""
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Answer to be coded"))
        self.answer: OpenAnswer | None = None
        self.chosen: dict[uuid.UUID, None] = {}
        self.offers: list[Offer] = []
        self.buttons: list[QPushButton] = []
        self._themes: Mapping[uuid.UUID, ThemeRow] = {}
        self._suggested: list[Offer] = []
        self._composing = Composing(self)
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(_("Progress of the coding"))
        self.count = text_label("", "hint")
        self.question = text_label("", "hint")
        self.words = text_label("", "question")
        self.source = text_label("", "hint")
        self.line = TextEditor(placeholder=_("Type to find a theme, or to make one"))
        self.line.set_name(_("Theme"))
        self.line.changed.connect(self._show_offers)
        self.line.line.installEventFilter(self)
        self._composing.watch(self.line.line)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP_XS)
        self._build()

    def _build(self) -> None:
        keys = text_label(
            _("1–9 theme · Enter save and next · Shift+Enter back · S skip · Ctrl+F find"), "hint"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.GAP_M, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.count)
        column.addWidget(self.bar)
        column.addSpacing(theme.GAP_S)
        column.addWidget(self.question)
        area = scrolled(self.words)
        area.setMinimumHeight(theme.pixels(44))
        column.addWidget(area, 1)
        column.addWidget(self.source)
        column.addSpacing(theme.GAP_S)
        column.addLayout(self._list)
        column.addWidget(self.line)
        row = QHBoxLayout()
        row.addWidget(keys, 1)
        column.addLayout(row)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)

    # ------------------------------------------------------------------ showing

    def show_progress(self, found: CodingProgress) -> None:
        """How far the coding is."""
        self.bar.setRange(0, max(found.answers, 1))
        self.bar.setValue(found.coded)
        text = _("{coded} of {answers} answers are coded, {mine} by you, {twice} by two people")
        self.count.setText(
            text.format(
                coded=labels.number(found.coded),
                answers=labels.number(found.answers),
                mine=labels.number(found.mine),
                twice=labels.number(found.twice),
            )
        )

    def show_answer(self, answer: OpenAnswer | None, suggested: Sequence[Offer]) -> None:
        """Show an answer with the themes it has, or that there is none."""
        self.answer = answer
        self.chosen = dict.fromkeys(answer.theme_ids) if answer is not None else {}
        self._suggested = list(suggested)
        if answer is None:
            self.question.setText("")
            self.words.setText(_("Nothing waits here."))
            self.source.setText(_("Choose another question or the second coding above."))
        else:
            found = answer.answer
            self.question.setText(answer.question)
            self.words.setText(_("“{words}”").format(words=found.text))
            finished = labels.moment_text(found.finished_at)
            self.source.setText(list_text((found.customer, found.case_number, finished)))
        self.setAccessibleDescription(f"{self.question.text()} {self.words.text()}")
        self.line.set_value(None)
        self._show_offers()
        self.changed.emit()

    def show_themes(self, themes: Sequence[ThemeRow]) -> None:
        """Say which themes there are, the most frequent first."""
        self._themes = {row.id: row for row in themes}
        self._show_offers()

    def show_suggested(self, suggested: Sequence[Offer]) -> None:
        """Say which themes the answer may have; those that are given stay."""
        self._suggested = list(suggested)
        self._show_offers()

    def take_new(self, theme_id: uuid.UUID) -> None:
        """Give the answer a theme that was made for it."""
        self.chosen[theme_id] = None
        self.line.set_value(None)
        self._show_offers()
        self.setFocus()
        self.changed.emit()

    def typed(self) -> str:
        """What stands in the line."""
        return self.line.value() or ""

    def _wanted(self) -> list[Offer]:
        if self.typed():
            return [Offer(row) for row in find_themes(list(self._themes.values()), self.typed())]
        given = [Offer(self._themes[key]) for key in self.chosen if key in self._themes]
        known = [offer for offer in self._suggested if offer.theme.id in self._themes]
        rest = [Offer(row) for row in self._themes.values()]
        by_id = {offer.theme.id: offer for offer in (*rest, *given, *known)}
        order = dict.fromkeys(offer.theme.id for offer in (*known, *given, *rest))
        return [by_id[key] for key in order]

    def _show_offers(self) -> None:
        """The numbered themes: what was typed, else what is suggested, given and frequent."""
        had_focus = any(button.hasFocus() for button in self.buttons)
        clear_layout(self._list)
        self.buttons = []
        wanted = self._wanted()
        hidden = [one for one in wanted[SHOWN:] if one.theme.id in self.chosen]
        self.offers = [*wanted[: SHOWN - len(hidden)], *hidden][:SHOWN]
        heading, has_like = "", any(offer.why for offer in self.offers)
        for number, offer in enumerate(self.offers, start=1):
            above = "" if self.typed() else _heading(offer, has_like=has_like)
            if above != heading:
                self._list.addWidget(text_label(above, "hint", wraps=False))
                heading = above
            made = QPushButton(self._text(number, offer))
            made.setToolTip(made.text())
            made.setMinimumWidth(1)  # its words do not widen the card
            made.setAutoDefault(False)
            made.setCheckable(True)
            made.setChecked(offer.theme.id in self.chosen)
            made.setEnabled(self.answer is not None)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            theme.set_role(made, "theme")
            made.clicked.connect(partial(self._toggle, offer.theme.id))
            self._list.addWidget(made)
            self.buttons.append(made)
        if self.typed() and not self._same():
            hint = QLabel(_("Enter makes the theme “{name}”").format(name=self.typed()))
            hint.setTextFormat(Qt.TextFormat.PlainText)
            theme.set_role(hint, "hint")
            if not self.offers:
                self._list.addWidget(hint)
        if had_focus:
            self.setFocus()

    @staticmethod
    def _text(number: int, offer: Offer) -> str:
        title = offer.theme.title(language()).replace("&", "&&")
        return f"{number}   {title}{_why(offer)}"

    def _same(self) -> bool:
        typed = self.typed().casefold()
        rows = self._themes.values()
        return any(typed in (row.zh.casefold(), row.en.casefold()) for row in rows)

    # ------------------------------------------------------------------ keys

    def _toggle(self, theme_id: uuid.UUID, _checked: object = None) -> None:
        if self.answer is None:
            return
        if theme_id in self.chosen:
            del self.chosen[theme_id]
        else:
            self.chosen[theme_id] = None
        for button, offer in zip(self.buttons, self.offers, strict=True):
            button.setChecked(offer.theme.id in self.chosen)
        self.changed.emit()

    def press_number(self, number: int) -> None:
        """Give the theme with a number, or take it away."""
        if 0 < number <= len(self.offers):
            self._toggle(self.offers[number - 1].theme.id)

    def find_theme(self) -> None:
        """Put the keyboard into the line."""
        self.line.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = Qt.Key(event.key()), event.text()
        if key in _ENTER:
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.back_wanted if is_back else self.save_wanted).emit()
        elif key in _NUMBERS:
            self.press_number(int(key) - int(Qt.Key.Key_0))
        elif text and text.isprintable() and not text.isspace():
            self.find_theme()
            self.line.line.insert(text)
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
            and self._line_key(event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _line_key(self, event: QKeyEvent) -> bool:
        """Digits in an empty line choose; Enter takes what was found, makes it, or saves."""
        key, typed = Qt.Key(event.key()), self.typed()
        if key == Qt.Key.Key_Escape:
            self.line.set_value(None)
            self.setFocus()
            return True
        if key in _ENTER and not typed:
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.back_wanted if is_back else self.save_wanted).emit()
            return True
        if key in _ENTER and self.answer is not None:
            if self.offers:
                self.chosen[self.offers[0].theme.id] = None
                self.line.set_value(None)
                self._show_offers()
                self.setFocus()
                self.changed.emit()
            else:
                self.theme_wanted.emit(typed)
            return True
        if key in _NUMBERS and not typed:
            self.press_number(int(key) - int(Qt.Key.Key_0))
            return True
        return False
