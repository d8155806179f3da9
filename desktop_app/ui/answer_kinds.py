"""The list: every kind of question that is asked has an input, and a line how to use it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QWidget
from typing_extensions import override

from desktop_app.i18n import N_, _
from desktop_app.questionnaire import media, texts
from desktop_app.questionnaire.form import Kind, Question
from desktop_app.ui import theme
from desktop_app.ui.answer_input import (
    AcknowledgeInput,
    AnswerInput,
    EditorInput,
    PointInput,
    RangeInput,
    ReadInput,
    date_input,
    decimal_input,
    integer_input,
    moment_input,
    money_input,
    text_input,
    time_input,
)
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.file_input import FileInput
from desktop_app.ui.numbered_choices import ManyChoices, NumberedChoices, RankedChoices
from desktop_app.ui.numbered_reasons import NumberedReasons
from desktop_app.ui.pickers import Choice
from desktop_app.ui.products_editor import ProductsEditor

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.reviews import ReviewRow

REASON: Final = "reason"
_LONG, _SOME = 6, 3


@dataclass(frozen=True, slots=True)
class Offers:
    """What the inputs can offer beside the form.

    Attributes:
        reasons: The reasons of the vocabulary with their groups.
        groups: Code of the group of each reason.
        products: What the customer bought, most often first.
        staff: Names of colleagues.
        currency: Of amounts.
        files: What the form shows and plays, by name.
        follows: Codes that earlier why-chains went to next, by reason, most often first.
        said: What reviewers said of an answer, by address.
    """

    reasons: tuple[Choice, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    currency: str = "CNY"
    files: Mapping[str, bytes] = field(default_factory=dict)
    follows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: "Mapping[str, tuple[ReviewRow, ...]]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what its input needs.

    Attributes:
        choices: What can be chosen now.
        is_alone: Whether it has the screen for itself.
    """

    question: Question
    offers: Offers = field(default_factory=Offers)
    choices: Sequence[texts.Choice] = ()
    is_alone: bool = True

    def has(self, word: str) -> bool:
        """Whether the appearance has a word."""
        return word in self.question.appearance.split()

    def pictures(self) -> dict[str, bytes]:
        """Pictures of the choices, by value."""
        found = {}
        for choice in self.choices:
            content = self.offers.files.get(media.file_name(choice.media.get("image", "")))
            if content is not None:
                found[choice.value] = content
        return found


class ReasonsInput(EditorInput):
    """Reasons of the vocabulary; a digit or Enter in the list goes on."""

    def __init__(self, reasons: Sequence[Choice], *, fills: bool, is_optional: bool) -> None:
        self.reasons = NumberedReasons(reasons, is_optional=is_optional)
        super().__init__(self.reasons)
        self.fills = fills
        self.reasons.chosen.connect(self.gone_on)

    @override
    def press_enter(self, watched: Any) -> bool:
        return self.reasons.press_enter()


class ProductsInput(EditorInput):
    """Products to tick, and a line for others."""

    def __init__(self, products: Sequence[str]) -> None:
        self.products = ProductsEditor(products)
        super().__init__(self.products, _names, "; ".join)

    @override
    def stops(self) -> list[QWidget]:
        products = self.products
        return [products.list, products.others] if products.list.count() else [products.others]


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]


def _text(asked: Asked) -> AnswerInput:
    if asked.has("products"):
        return ProductsInput(asked.offers.products)
    if asked.has("staff"):
        return EditorInput(_staff(asked.offers.staff))
    if asked.has("own-words"):
        return text_input(_LONG)
    return text_input(_SOME if asked.has("multiline") or asked.has("why") else 1)


def _staff(names: Sequence[str]) -> TextEditor:
    editor = TextEditor()
    completer = QCompleter(QStringListModel(list(names), editor), editor)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    editor.line.setCompleter(completer)
    popup = completer.popup()
    if popup is not None:
        theme.dress(popup)
    return editor


def _number(asked: Asked) -> AnswerInput:
    if asked.has("money"):
        return money_input(asked.offers.currency)
    suffix = "%" if asked.has("percent") else ""
    is_whole = asked.question.kind is Kind.INTEGER
    return integer_input(suffix) if is_whole else decimal_input(suffix)


def _one(asked: Asked) -> AnswerInput:
    if asked.has(REASON) and asked.offers.reasons:
        is_optional = asked.has("minimal")
        return ReasonsInput(asked.offers.reasons, fills=asked.is_alone, is_optional=is_optional)
    return NumberedChoices(asked.choices, asked.pictures())


MAKERS: Final[Mapping[Kind, Callable[[Asked], AnswerInput]]] = MappingProxyType(
    {
        Kind.TEXT: _text,
        Kind.INTEGER: _number,
        Kind.DECIMAL: _number,
        Kind.RANGE: lambda asked: RangeInput(asked.question),
        Kind.SELECT_ONE: _one,
        Kind.SELECT_MULTIPLE: lambda asked: ManyChoices(asked.choices, asked.pictures()),
        Kind.RANK: lambda asked: RankedChoices(asked.choices, asked.pictures()),
        Kind.DATE: lambda _asked: date_input(),
        Kind.TIME: lambda _asked: time_input(),
        Kind.DATETIME: lambda _asked: moment_input(),
        Kind.NOTE: lambda _asked: ReadInput(),
        Kind.ACKNOWLEDGE: lambda _asked: AcknowledgeInput(),
        Kind.BARCODE: lambda _asked: text_input(),
        Kind.IMAGE: lambda asked: FileInput(asked.question.kind),
        Kind.AUDIO: lambda asked: FileInput(asked.question.kind),
        Kind.VIDEO: lambda asked: FileInput(asked.question.kind),
        Kind.FILE: lambda asked: FileInput(asked.question.kind),
        Kind.GEOPOINT: lambda _asked: PointInput(),
        Kind.GEOTRACE: lambda _asked: text_input(_SOME),
        Kind.GEOSHAPE: lambda _asked: text_input(_SOME),
    }
)
"""The list: every kind that is asked has an input."""

_CHOOSE = N_("A digit chooses and goes on. Backspace takes the answer away.")
_SEARCH = N_("Type words, pinyin or initials; a digit or Enter chooses.")
_HINTS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.TEXT: N_("Enter goes on."),
        Kind.INTEGER: N_("A whole number."),
        Kind.DECIMAL: N_("A number, for example 12.5."),
        Kind.RANGE: N_("A number; Up and Down move by one step."),
        Kind.SELECT_ONE: _CHOOSE,
        Kind.SELECT_MULTIPLE: N_("Digits tick, Space ticks the line; Enter goes on."),
        Kind.RANK: N_("Digits rank one after the other; Alt+Up and Alt+Down move the line."),
        Kind.DATE: N_("A date in any usual form: 2026-8-31, 8-31, -30 for 30 days ago."),
        Kind.TIME: N_("A time of day: 14:30 or 1430."),
        Kind.DATETIME: N_("A date and a time: 2026-8-31 14:30."),
        Kind.NOTE: N_("To read out; Enter goes on."),
        Kind.ACKNOWLEDGE: N_("1 says that it was read; Backspace takes it back."),
        Kind.BARCODE: N_("Type the code, or scan it with a reader."),
        Kind.IMAGE: N_("A picture: choose it, drop it here, or paste it with Ctrl+V."),
        Kind.AUDIO: N_("A recording: choose it, or drop it here."),
        Kind.VIDEO: N_("A video: choose it, or drop it here."),
        Kind.FILE: N_("A file: choose it, or drop it here."),
        Kind.GEOPOINT: N_("Latitude and longitude in degrees."),
        Kind.GEOTRACE: N_("Points as forms write them: 31.23 121.47; 31.24 121.48"),
        Kind.GEOSHAPE: N_("Points as forms write them; the last one is the first one again."),
    }
)
_WORDED_HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "products": N_("Digits tick what was bought; others go into the line below."),
        "own-words": N_("In the customer's own words, not yours. Shift+Enter begins a new line."),
        "why": N_("One concrete occasion. Leave it empty when there is no deeper answer."),
        "multiline": N_("Shift+Enter begins a new line."),
        "staff": N_("Name of the colleague."),
        "money": N_("An amount, for example 12.50."),
        "percent": N_("0 to 100."),
    }
)


def usage(asked: Asked) -> str:
    """How the input of a question is used, in one line."""
    kind = asked.question.kind
    if kind is Kind.SELECT_ONE and asked.has(REASON):
        if asked.has("minimal"):
            return _("A digit chooses; words, pinyin or initials find every reason.")
        return _("A digit chooses a group, then the reason; or type words, pinyin, initials.")
    if kind is Kind.SELECT_ONE and len(asked.choices) > len("123456789"):
        return _(_SEARCH)
    worded = next((text for word, text in _WORDED_HINTS.items() if asked.has(word)), None)
    return _(worded or _HINTS[kind])


def make_input(asked: Asked, *, is_readonly: bool = False) -> AnswerInput:
    """The input of a question; what may not be changed is only read."""
    return ReadInput() if is_readonly else MAKERS[asked.question.kind](asked)
