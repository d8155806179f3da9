"""A questionnaire as the program knows it; nothing changes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.shape import Names, Shape


class Kind(StrEnum):
    """What a question asks for."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    RANK = "rank"
    RANGE = "range"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    NOTE = "note"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    BARCODE = "barcode"
    ACKNOWLEDGE = "acknowledge"
    GEOPOINT = "geopoint"
    GEOTRACE = "geotrace"
    GEOSHAPE = "geoshape"
    CALCULATE = "calculate"
    HIDDEN = "hidden"
    META = "meta"


SELECTS = frozenset({Kind.SELECT_ONE, Kind.SELECT_MULTIPLE, Kind.RANK})
SILENT = frozenset({Kind.CALCULATE, Kind.HIDDEN, Kind.META})
"""Kinds that nobody is asked for."""
FILES = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.FILE})


class Severity(StrEnum):
    """How much a problem matters: blocks finishing, asks once, only shows."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Output:
    """A place in a text where a value is shown."""

    source: str


@dataclass(frozen=True, slots=True)
class Content:
    """A text in one language.

    Attributes:
        pieces: Texts and values.
        media: Files by what they are: image, big-image, audio, video.
        guidance: More text for those who ask.
    """

    pieces: tuple[str | Output, ...] = ()
    media: Mapping[str, str] = field(default_factory=dict)
    guidance: tuple[str | Output, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to read; XLSForm writes "-" for a missing translation."""
        plain = "".join(piece for piece in self.pieces if isinstance(piece, str)).strip()
        return plain in {"", "-"} and not any(isinstance(piece, Output) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Text:
    """A text in every language it was written in; "" is a text without a language."""

    contents: Mapping[str, Content] = field(default_factory=dict)

    def content(self, language: str, default: str) -> Content:
        """The text in a language, else in the default language, else in any."""
        wanted = [self.contents[code] for code in (language, default, "") if code in self.contents]
        for content in (*wanted, *self.contents.values()):
            if not content.is_blank:
                return content
        return wanted[0] if wanted else Content()

    @property
    def is_blank(self) -> bool:
        """Whether there is no text in any language."""
        return all(content.is_blank for content in self.contents.values())


@dataclass(frozen=True, slots=True)
class Bind:
    """The rules of one node.

    Attributes:
        path: Path of the definition.
        type: Data type as written, e.g. ``int``.
        severity: How much a broken constraint or a missing answer matters.
        preload: What fills it, e.g. ``timestamp``, with its parameter.
    """

    path: str
    type: str = "string"
    relevant: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None
    constraint_message: Text = field(default_factory=Text)
    required_message: Text = field(default_factory=Text)
    severity: Severity = Severity.ERROR
    preload: tuple[str, str] = ("", "")
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FixedChoice:
    """A choice written into the question itself."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """Where the choices of a question come from: written in, or items of a list.

    Attributes:
        fixed: Choices written into the question.
        items: Expression that gives the items, filter included.
        value: Element of an item that holds the value.
        label: Element that holds the label, or the id of its text.
        is_itext: Whether ``label`` holds the id of a text.
    """

    fixed: tuple[FixedChoice, ...] = ()
    items: Expression | None = None
    value: str = "name"
    label: str = "label"
    is_itext: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question, or a value that nobody is asked for."""

    path: str
    kind: Kind
    bind: Bind
    label: Text = field(default_factory=Text)
    hint: Text = field(default_factory=Text)
    appearance: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    choices: ChoiceList | None = None

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together; an empty path groups without a node of its own."""

    path: str
    label: Text
    appearance: str
    items: tuple["Item", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Questions asked again for each of many.

    Attributes:
        count: How many there are, when that is not left to the person.
        may_change: Whether the person may add and remove.
    """

    path: str
    label: Text
    appearance: str
    items: tuple["Item", ...]
    count: Expression | None = None
    may_change: bool = True


Item = Question | Group | Repeat


@dataclass(frozen=True, slots=True)
class SetValue:
    """A value that is set when something happens.

    Attributes:
        events: What triggers it.
        path: The node that is set; ``attribute`` of it when not empty.
        value: Expression of the value; without one it is ``text``.
        trigger: Question whose change triggers it, for ``xforms-value-changed``.
    """

    events: frozenset[str]
    path: str
    attribute: str
    value: Expression | None
    text: str
    trigger: str


@dataclass(frozen=True, slots=True)
class ExternalFile:
    """A file that a form takes a list from."""

    list_id: str
    name: str
    is_there: bool


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A questionnaire.

    Attributes:
        languages: Names of its languages, as written in the form.
        items: Questions, groups and repeats in the order of the screen.
        binds: Rules by path, of every node that has some.
        questions: Every node that holds a value, by path, silent ones too, in the order of answers.
        repeats: Every repeat by path.
        set_values: Values that are set when something happens.
        texts: Texts by id, for labels of choices.
        shape: Nodes, repeats, lists.
        files: Files the lists come from.
        warnings: Sentences about what is odd, with the path it is about.
        broken: Formulas that are wrong and were left out: the form can be tried, not published.
        document: The empty filling: answers and lists.
        templates: A fresh instance of each repeat.
    """

    title: str
    id: str
    version: str
    languages: tuple[str, ...]
    default_language: str
    items: tuple[Item, ...]
    binds: Mapping[str, Bind]
    questions: Mapping[str, Question]
    repeats: Mapping[str, Repeat]
    set_values: tuple[SetValue, ...]
    texts: Mapping[str, Text]
    shape: Shape
    files: tuple[ExternalFile, ...]
    warnings: tuple["FormProblem", ...]
    broken: tuple["FormProblem", ...]
    document: Any = field(repr=False)
    templates: Mapping[str, Any] = field(repr=False)

    def asked(self) -> Iterator[Question]:
        """Every question that a person sees, in order."""
        yield from _questions(self.items)

    def path_of(self, name: str) -> str:
        """The path of the first question of a name.

        Raises:
            KeyError: there is none.
        """
        for path, question in self.questions.items():
            if question.name == name:
                return path
        raise KeyError(name)


def _questions(items: tuple[Item, ...]) -> Iterator[Question]:
    for item in items:
        if isinstance(item, Question):
            yield item
        else:
            yield from _questions(item.items)


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Something wrong with a form.

    Attributes:
        message: Translated sentence.
        path: The node it is about, empty for the whole form.
        part: Which part of it: relevant, constraint, calculate, choices, label ...
        quote: The expression that is wrong.
    """

    message: str
    path: str = ""
    part: str = ""
    quote: str = ""


class FormProblemsError(ValueError):
    """The form cannot be used; every reason that was found."""

    def __init__(self, problems: tuple[FormProblem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def names_of(path: str) -> Names:
    """``/data/age`` as names."""
    return tuple(part for part in path.split("/") if part)
