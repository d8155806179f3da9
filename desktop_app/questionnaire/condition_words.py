"""Conditions in words, for people who read a questionnaire on paper: “question 5 is answered”."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.form import SELECTS, Form, Kind, names_of
from desktop_app.questionnaire.shape import joined, local
from desktop_app.questionnaire.xpath import XPathError, parse
from desktop_app.questionnaire.xpath_ast import (
    Binary,
    Call,
    Expr,
    Filter,
    Literal,
    Negate,
    Number,
    Path,
    Step,
    unparse,
)

FACT: Final = "fact"
"""Attribute of a hidden field that holds a fact of the case."""
_QUESTION: Final = N_("question {number}")
_QUOTED: Final = N_("“{text}”")
_IS: Final = N_("{question} is {value}")
_IS_NOT: Final = N_("{question} is not {value}")
_INCLUDES: Final = N_("{question} includes {value}")
_LACKS: Final = N_("{question} does not include {value}")
_ANSWERED: Final = N_("{question} is answered")
_BLANK: Final = N_("{question} is not answered")
_NUMBERS: Final = {
    ">": N_("{question} is more than {value}"),
    ">=": N_("{question} is {value} or more"),
    "<": N_("{question} is less than {value}"),
    "<=": N_("{question} is {value} or less"),
}
_COUNTS: Final = {
    ">": N_("more than {value} answers are chosen in {question}"),
    ">=": N_("{value} or more answers are chosen in {question}"),
    "<": N_("fewer than {value} answers are chosen in {question}"),
    "<=": N_("{value} or fewer answers are chosen in {question}"),
    "=": N_("{value} answers are chosen in {question}"),
    "!=": N_("the number of answers chosen in {question} is not {value}"),
}
_AND: Final = N_("{first}, and {second}")
_OR: Final = N_("{first}, or {second}")
_EITHER: Final = N_("{first} or {second}")
_BRACKETS: Final = N_("({clause})")
_NOT: Final = N_("it is not so that {clause}")
_NEVER: Final = N_("never")
_OPPOSITE: Final = {"=": "!=", "!=": "=", ">": "<=", "<=": ">", "<": ">=", ">=": "<"}
_MIRRORED: Final = {"=": "=", "!=": "!=", ">": "<", "<": ">", ">=": "<=", "<=": ">="}
_YES: Final = frozenset({"yes", "1", "true"})
_NO: Final = frozenset({"no", "0", "false", ""})
_LOOKUP_STEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value that the form looks up in a list: the ``column`` of what a question chose.

    Attributes:
        list_id: The list.
        column: Element of its items.
        value: What it must be.
    """

    list_id: str
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the reader calls things.

    Attributes:
        numbers: Number of each question on paper, by path.
        label: What a choice is called: path of the question and code.
        facts: What a fact of the case means when it is so, by its name.
        looked_up: Words for the choices that a lookup finds; empty when there are none.
    """

    numbers: Mapping[str, str]
    label: Callable[[str, str], str]
    facts: Mapping[str, str] = field(default_factory=dict)
    looked_up: Callable[[Lookup], str] = lambda _lookup: ""


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a condition: a sentence, or values of which a question has one.

    Attributes:
        text: The sentence; with values it takes ``{question}`` and ``{value}``.
        question: What is compared, with values.
        values: Any of them will do.
        binding: "and" or "or" when it is made of several.
    """

    text: str
    question: str = ""
    values: tuple[str, ...] = ()
    binding: str = ""

    def said(self) -> str:
        if not self.values:
            return self.text
        *first, last = self.values
        value = _(_EITHER).format(first=_(", ").join(first), second=last) if first else last
        return self.text.format(question=self.question, value=value)


class _UnsayableError(ValueError):
    """There are no plain words for it."""


def in_words(form: Form, expression: Expression, vocabulary: Vocabulary) -> str | None:
    """A condition in words, empty when it always holds, None when there are no plain words.

    Args:
        form: Where it stands.
        expression: The condition.
        vocabulary: What things are called.
    """
    if _is_always(expression.ast):
        return ""
    try:
        return (
            _Speaker(form, expression.context, vocabulary).clause(expression.ast, is_so=True).said()
        )
    except _UnsayableError:
        return None


def as_formula(form: Form, expression: Expression, vocabulary: Vocabulary) -> str:
    """A condition as a formula that names questions by their numbers."""
    speaker = _Speaker(form, expression.context, vocabulary)
    return unparse(speaker.numbered(expression.ast))


def definition_at(form: Form, source: str, context: str) -> str:
    """The path of the definition that a plain path in a text names, empty when it is none."""
    vocabulary = Vocabulary({}, lambda _path, _code: "")
    try:
        return _Speaker(form, context, vocabulary).path_of(parse(source))
    except (_UnsayableError, XPathError):
        return ""


def _is_always(node: Expr) -> bool:
    return isinstance(node, Call) and node.name == "true"


@dataclass(frozen=True, slots=True)
class _Speaker:
    form: Form
    context: str
    vocabulary: Vocabulary

    # Clauses -------------------------------------------------------------------------------------

    def clause(self, node: Expr, *, is_so: bool) -> _Clause:  # noqa: PLR0911  (one case a kind)
        """A condition, or its opposite, as a clause.

        Raises:
            _UnsayableError: there are no plain words for it.
        """
        match node:
            case Binary(operator="and" | "or" as operator):
                return self.joined(node, operator, is_so=is_so)
            case Binary(operator=operator, left=left, right=right) if operator in _OPPOSITE:
                return self.comparison(operator if is_so else _OPPOSITE[operator], left, right)
            case Call(name="not", arguments=(inner,)):
                return self.clause(inner, is_so=not is_so)
            case Call(name="selected", arguments=(question, Literal(text=code))):
                path = self.path_of(question)
                sentence, opposite = (_INCLUDES, _LACKS) if self.has_many(path) else (_IS, _IS_NOT)
                return self.about(sentence if is_so else opposite, path, code)
            case Call(name="boolean" | "string", arguments=(inner,)):
                return self.clause(inner, is_so=is_so)
            case Call(name="true" | "false" as name, arguments=()) if (name == "false") == is_so:
                return _Clause(_(_NEVER))
            case Path():
                path = self.path_of(node)
                if self.fact_of(path):
                    return self.fact(path, is_so=is_so)
                return self.plain(_ANSWERED if is_so else _BLANK, path)
        raise _UnsayableError

    def joined(self, node: Binary, operator: str, *, is_so: bool) -> _Clause:
        word = operator if is_so else {"and": "or", "or": "and"}[operator]
        parts = self.merged(self.parts(node, operator, is_so=is_so), word)
        if len(parts) == 1:
            return parts[0]
        texts = [
            _(_BRACKETS).format(clause=part.said())
            if part.binding and part.binding != word
            else part.said()
            for part in parts
        ]
        found, sentence = texts[0], _AND if word == "and" else _OR
        for text in texts[1:]:
            found = _(sentence).format(first=found, second=text)
        return _Clause(found, binding=word)

    def parts(self, node: Expr, operator: str, *, is_so: bool) -> Iterator[_Clause]:
        if isinstance(node, Binary) and node.operator == operator:
            yield from self.parts(node.left, operator, is_so=is_so)
            yield from self.parts(node.right, operator, is_so=is_so)
        else:
            yield self.clause(node, is_so=is_so)

    def merged(self, clauses: Iterator[_Clause], word: str) -> list[_Clause]:
        """Neighbours that speak of one question become one: is “a” or “b”."""
        found: list[_Clause] = []
        mergeable = {_(_IS), _(_INCLUDES)} if word == "or" else {_(_IS_NOT), _(_LACKS)}
        for each in clauses:
            last = found[-1] if found else None
            if (
                last is not None
                and each.values
                and each.text in mergeable
                and (each.text, each.question) == (last.text, last.question)
            ):
                found[-1] = replace(last, values=(*last.values, *each.values))
            else:
                found.append(each)
        return found

    # Comparisons ---------------------------------------------------------------------------------

    def comparison(  # noqa: PLR0911  (one case a kind)
        self, operator: str, left: Expr, right: Expr
    ) -> _Clause:
        if isinstance(left, (Literal, Number, Negate)):
            left, right, operator = right, left, _MIRRORED[operator]
        if isinstance(left, Call):
            return self.measured(operator, left, right)
        path = self.path_of(left)
        lookup = self.lookup_of(path)
        match right:
            case Literal(text=text) | Number(text=text) if lookup is not None:
                return self.looked_up(operator, path, replace(lookup, value=text))
            case Literal(text=text) if operator in {"=", "!="} and self.fact_of(path):
                return self.compared_fact(path, text, is_so=operator == "=")
            case Literal(text=""):
                return self.plain(_ANSWERED if operator in {"!=", ">"} else _BLANK, path)
            case Literal(text=text) | Number(text=text) if operator in {"=", "!="}:
                return self.about(_IS if operator == "=" else _IS_NOT, path, text)
            case Literal(text=text) | Number(text=text):
                return self.valued(operator, path, text)
            case Negate(operand=Number(text=text)):
                return self.valued(operator, path, f"-{text}")
            case Path():
                return self.valued(operator, path, self.named(self.path_of(right)))
        raise _UnsayableError

    def measured(self, operator: str, left: Call, right: Expr) -> _Clause:
        """``string-length(x) > 0`` and ``count-selected(x) > 1``."""
        if not isinstance(right, Number) or len(left.arguments) != 1:
            raise _UnsayableError
        path = self.path_of(left.arguments[0])
        if left.name == "count-selected":
            text = _(_COUNTS[operator]).format(value=right.text, question=self.named(path))
            return _Clause(text)
        if left.name == "string-length" and right.text == "0" and operator in {">", "!=", "="}:
            return self.plain(_BLANK if operator == "=" else _ANSWERED, path)
        raise _UnsayableError

    def about(self, sentence: str, path: str, code: str) -> _Clause:
        """A question and one of its choices, or what it must be."""
        if not code:
            return self.plain(_BLANK if sentence in {_IS, _INCLUDES} else _ANSWERED, path)
        question = self.form.questions.get(path)
        text = code
        if question is None or question.kind in SELECTS or question.kind is Kind.TEXT:
            text = _(_QUOTED).format(text=self.vocabulary.label(path, code) or code)
        return _Clause(_(sentence), self.named(path), (text,))

    def valued(self, operator: str, path: str, value: str) -> _Clause:
        sentence = {"=": _IS, "!=": _IS_NOT}.get(operator) or _NUMBERS[operator]
        return _Clause(_(sentence).format(question=self.named(path), value=value))

    def plain(self, sentence: str, path: str) -> _Clause:
        return _Clause(_(sentence).format(question=self.named(path)))

    def named(self, path: str) -> str:
        number = self.vocabulary.numbers.get(path)
        if number is None:
            raise _UnsayableError
        return _(_QUESTION).format(number=number)

    def has_many(self, path: str) -> bool:
        question = self.form.questions.get(path)
        return question is not None and question.kind in {Kind.SELECT_MULTIPLE, Kind.RANK}

    # Facts and lists -----------------------------------------------------------------------------

    def fact_of(self, path: str) -> str:
        """What a hidden field says of the case when it is so, empty when it is none."""
        bind = self.form.binds.get(path)
        name = bind.attributes.get(FACT, "") if bind is not None else ""
        return self.vocabulary.facts.get(name, "")

    def fact(self, path: str, *, is_so: bool) -> _Clause:
        words = self.fact_of(path)
        return _Clause(words if is_so else _(_NOT).format(clause=words))

    def compared_fact(self, path: str, text: str, *, is_so: bool) -> _Clause:
        if text in _YES:
            return self.fact(path, is_so=is_so)
        if text in _NO:
            return self.fact(path, is_so=not is_so)
        raise _UnsayableError

    def lookup_of(self, path: str) -> Lookup | None:
        """The list and column that a calculated value is taken from, if it is nothing else."""
        found = self.list_path(path)
        first = found.start.arguments[0] if found and isinstance(found.start, Call) else None
        if found is None or not isinstance(first, Literal):
            return None
        return Lookup(first.text, local(found.steps[-1].test), "")

    def list_path(self, path: str) -> Path | None:
        """``instance('list')/root/item[name = …]/column`` of a calculated value."""
        bind = self.form.binds.get(path)
        ast = bind.calculate.ast if bind is not None and bind.calculate is not None else None
        if not isinstance(ast, Path) or not isinstance(ast.start, Call):
            return None
        steps = ast.steps
        has_steps = len(steps) == _LOOKUP_STEPS and not steps[-1].predicates
        is_list = ast.start.name == "instance" and len(ast.start.arguments) == 1
        return ast if is_list and has_steps and len(steps[1].predicates) == 1 else None

    def looked_up(self, operator: str, path: str, lookup: Lookup) -> _Clause:
        found = self.list_path(path)
        words = self.vocabulary.looked_up(lookup)
        if found is None or operator not in {"=", "!="} or not words:
            raise _UnsayableError
        match found.steps[1].predicates[0]:
            case Binary(
                operator="=", left=Path(steps=(Step(test="name"),)), right=Path() as chosen
            ):
                question = self.named(_Speaker(self.form, path, self.vocabulary).path_of(chosen))
                sentence = _IS if operator == "=" else _IS_NOT
                return _Clause(_(sentence), question, (words,))
        raise _UnsayableError

    # Paths ---------------------------------------------------------------------------------------

    def path_of(self, node: Expr) -> str:
        """The path of the definition that a path leads to.

        Raises:
            _UnsayableError: it leads somewhere else.
        """
        if not isinstance(node, Path):
            raise _UnsayableError
        is_current = isinstance(node.start, Call) and node.start.name == "current"
        if node.start is not None and not is_current:
            raise _UnsayableError
        names = [] if node.is_absolute else list(names_of(self.context))
        for step in node.steps:
            match step:
                case Step(axis="child", predicates=()):
                    names.append(local(step.test))
                case Step(axis="parent", predicates=()) if names:
                    names.pop()
                case Step(axis="self", predicates=()):
                    continue
                case _:
                    raise _UnsayableError
        return joined(tuple(names))

    def numbered(self, node: Expr) -> Expr:
        """The same expression with questions named as on paper."""
        match node:
            case Binary(left=left, right=right):
                return replace(node, left=self.numbered(left), right=self.numbered(right))
            case Negate(operand=operand) | Filter(operand=operand):
                return replace(node, operand=self.numbered(operand))
            case Call(arguments=arguments):
                return replace(node, arguments=tuple(map(self.numbered, arguments)))
            case Path():
                try:
                    path = self.path_of(node)
                except _UnsayableError:
                    return node
                number = self.vocabulary.numbers.get(path)
                name = path.rpartition("/")[2]
                shown = _(_QUESTION).format(number=number) if number is not None else name
                return Path((Step("child", shown),))
        return node
