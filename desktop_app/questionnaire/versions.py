"""One questionnaire through its versions: which answers belong into the same column.

A question is the same in two versions when its id is the same and it stands in the same repeat and
is of the same kind. Its id is its path without the root, ``person/age``, unless the form names
another in the XLSForm column ``bind::winback:id``. In a loop that id is a pattern: the reading
child has put the choice into it.
"""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.form import Bind, Form, Item, Kind, Question, Repeat, Text, names_of
from desktop_app.questionnaire.listed import listed, plain
from desktop_app.questionnaire.row_types import OTHER

ID_ATTRIBUTE: Final = "id"
T = TypeVar("T", bound=Hashable)
FIXED: Final = (
    "interview", "version", "started", "finished", "mode", "case", "customer", "state", "review",
    "by", "row", "parent", "index", "other_answers",
)  # fmt: skip
"""Headings that every export has; no question may take them."""
_SAME_ID: Final = N_(
    "Version “{version}”: “{first}” and “{second}” have the same id “{id}”. Give one of them "
    "another id in the column bind::winback:id."
)
_SAME_VERSION: Final = N_("Two versions are called “{version}”. Rename one of them.")
_NO_VERSION: Final = N_(
    "There is no version “{version}” of this questionnaire. Import the version first."
)
_PLACE: Final = re.compile(r"\[\d+\]")


class HistoryError(ValueError):
    """The versions do not fit together; the message is a translated sentence."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version; nothing changes it.

    Attributes:
        name: What tells it from the others.
        form: The questionnaire.
    """

    name: str
    form: Form


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """What makes a column: the id of the question, its kind, and the id of its repeat or ""."""

    id: str
    kind: Kind
    repeat: str


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A choice of a column.

    Attributes:
        code: What is stored; a choice is the same in two versions when its code is.
        labels: What it is called by language, in the newest version that has it.
        versions: Versions that have it, oldest first.
    """

    code: str
    labels: Text
    versions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column of answers.

    Attributes:
        id: Id of the question.
        heading: Unique among all columns, also without regard to upper and lower case.
        kind: What it asks for.
        versions: Names of the versions that have it, oldest first.
        titles: What was asked, by language; the newest wording first, each wording once.
        repeat: Id of the repeat it belongs to, empty outside of repeats.
        choices: Choices of every version, in the order of the newest.
        constraint: Rule of the newest version that has it, as written.
    """

    id: str
    heading: str
    kind: Kind
    versions: tuple[str, ...]
    titles: Mapping[str, tuple[str, ...]]
    repeat: str
    choices: tuple[ColumnChoice, ...]
    constraint: str

    @property
    def key(self) -> ColumnKey:
        """What makes it this column."""
        return ColumnKey(self.id, self.kind, self.repeat)

    def title(self, language: str = "") -> str:
        """The newest wording in a language, else in any, else the heading."""
        found = self.titles.get(language) or next(iter(self.titles.values()), ())
        return found[0] if found else self.heading


@dataclass(frozen=True, slots=True)
class _Use:
    """A question in a version."""

    key: ColumnKey
    version: Version
    question: Question


class History:
    """The versions of one questionnaire, the oldest first.

    Raises:
        HistoryError: two versions have one name, or two questions of a version have one id.
    """

    def __init__(self, versions: Iterable[Version]) -> None:
        self.versions = tuple(versions)
        names = Counter(version.name for version in self.versions)
        for name, count in names.items():
            if count > 1:
                raise HistoryError(_(_SAME_VERSION).format(version=name))
        self._uses = {version.name: tuple(_uses(version)) for version in self.versions}

    def version(self, name: str) -> Version:
        """A version by its name.

        Raises:
            HistoryError: there is none.
        """
        for version in self.versions:
            if version.name == name:
                return version
        raise HistoryError(_(_NO_VERSION).format(version=name))

    @cached_property
    def columns(self) -> tuple[AnswerColumn, ...]:
        """See :func:`columns`."""
        uses: dict[ColumnKey, list[_Use]] = {}
        for version in self.versions:
            for use in self._uses[version.name]:
                uses.setdefault(use.key, []).append(use)
        order = merged([[use.key for use in self._uses[each.name]] for each in self.versions])
        newest = [version.name for version in self.versions[::-1]]
        first = sorted(order, key=lambda key: newest.index(uses[key][-1].version.name))
        headings = _headings({key: uses[key][-1].question.path for key in first})
        return tuple(_column(key, headings[key], uses[key]) for key in order)

    @cached_property
    def places(self) -> Mapping[tuple[str, str], AnswerColumn]:
        """The column of a question, by the name of the version and the path."""
        by_key = {column.key: column for column in self.columns}
        return {
            (name, use.question.path): by_key[use.key]
            for name, uses in self._uses.items()
            for use in uses
        }

    @cached_property
    def repeats(self) -> Mapping[str, str]:
        """The repeats of all versions: their ids in order, with a heading each."""
        paths: dict[str, str] = {}
        orders = []
        for version in self.versions:
            inside = _repeats_in(version.form.items)
            found = {_id_of(version.form, each.path): each.path for each in inside}
            paths.update(found)
            orders.append(list(found))
        return _headings({repeat: paths[repeat] for repeat in merged(orders)})


def columns(history: History) -> list[AnswerColumn]:
    """Every column of the answers of all versions.

    The order is the one of the newest version; a question that only older versions have follows
    the one that it followed there.
    """
    return list(history.columns)


def definition_of(address: str) -> str:
    """The path of the definition at an address: ``/data/person[2]/age`` is ``/data/person/age``."""
    return _PLACE.sub("", address)


def repeat_id(form: Form, path: str) -> str:
    """Id of a repeat, by its path."""
    return _id_of(form, path)


def merged(orders: list[list[T]]) -> list[T]:
    """One order out of several, the last of them unchanged; what it lacks follows its predecessor.

    Args:
        orders: Things in order, the oldest order first; no thing twice in one.
    """
    following: dict[T | None, T | None] = {None: None}
    for order in reversed(orders):
        before: T | None = None
        for each in order:
            if each not in following:
                following[each], following[before] = following[before], each
            before = each
    found: list[T] = []
    current = following[None]
    while current is not None:
        found.append(current)
        current = following[current]
    return found


def unique(wanted: Iterable[str], taken: set[str]) -> str:
    """The first wanted name that is free, else the last one with a number; it is taken then.

    Args:
        wanted: Names, the best one first; at least one.
        taken: Names in use, as :meth:`str.casefold` gives them.
    """
    names = list(wanted)
    number = 1
    name = next((each for each in names if each.casefold() not in taken), "")
    while not name:
        number += 1
        candidate = f"{names[-1]}_{number}"
        name = "" if candidate.casefold() in taken else candidate
    taken.add(name.casefold())
    return name


# Questions of a version --------------------------------------------------------------------------


def _uses(version: Version) -> Iterator[_Use]:
    form = version.form
    seen: dict[str, str] = {}
    attributes = [
        Question(path, Kind.META, Bind(path))
        for path in dict.fromkeys(
            f"{each.path}/@{each.attribute}" for each in form.set_values if each.attribute
        )
    ]
    for question in (*form.questions.values(), *attributes):
        if not _holds_answers(form, question):
            continue
        key = ColumnKey(_id_of(form, question.path), question.kind, _repeat_of(form, question.path))
        other = seen.setdefault(key.id, question.path)
        if other != question.path:
            raise HistoryError(
                _(_SAME_ID).format(
                    version=version.name, first=other, second=question.path, id=key.id
                )
            )
        yield _Use(key, version, question)


def _holds_answers(form: Form, question: Question) -> bool:
    """Whether there can be an answer; a note has one only when the form gives it."""
    if question.kind is not Kind.NOTE or question.bind.preload[0]:
        return True
    if any(each.path == question.path for each in form.set_values):
        return True
    names = names_of(question.path)
    nodes: list[Any] = [form.document[0], *form.templates.values()]
    return any((leaf.text or "").strip() for node in nodes for leaf in node.iter(names[-1]))


def _id_of(form: Form, path: str) -> str:
    """Id of a question or repeat; what is added for ``or_other`` follows its question."""
    written = _written_id(form, path)
    if written and not written.startswith("/"):
        return written
    asked = path.removesuffix(OTHER)
    if not written and asked != path and _is_other(form, path, asked):
        return f"{_id_of(form, asked)}{OTHER}"
    return "/".join(names_of(written or path)[1:])


def _written_id(form: Form, path: str) -> str:
    bind = form.binds.get(path)
    return bind.attributes.get(ID_ATTRIBUTE, "").strip() if bind is not None else ""


def _is_other(form: Form, path: str, asked: str) -> bool:
    """Whether pyxform has added a question for the choice “other” of another one."""
    relevant = form.binds[path].relevant if path in form.binds else None
    name = asked.rpartition("/")[2]
    return (
        relevant is not None
        and asked in form.questions
        and relevant.source.replace(" ", "") == f"selected(../{name},'other')"
    )


def _repeats_in(items: tuple[Item, ...]) -> Iterator[Repeat]:
    """Every repeat in the order of the screen, the outer one before those in it."""
    for item in items:
        if isinstance(item, Repeat):
            yield item
        if not isinstance(item, Question):
            yield from _repeats_in(item.items)


def _repeat_of(form: Form, path: str) -> str:
    around = [each for each in form.repeats if path.startswith(f"{each}/")]
    return _id_of(form, max(around, key=len)) if around else ""


# Columns -----------------------------------------------------------------------------------------


def _headings(paths: Mapping[T, str]) -> dict[T, str]:
    """A heading for each: the name, the path where the name is not enough, with the kind else."""
    names = Counter(path.rpartition("/")[2].casefold() for path in paths.values())
    taken = {name.casefold() for name in FIXED}
    found: dict[T, str] = {}
    for key, path in paths.items():
        name, whole = path.rpartition("/")[2], "/".join(names_of(path)[1:])
        wanted = [name] if names[name.casefold()] == 1 else []
        wanted.append(whole)
        if isinstance(key, ColumnKey):
            wanted.append(f"{whole} ({key.kind.value})")
        found[key] = unique(wanted, taken)
    return found


def _column(key: ColumnKey, heading: str, uses: list[_Use]) -> AnswerColumn:
    titles: dict[str, list[str]] = {}
    for use in reversed(uses):
        for language, content in use.question.label.contents.items():
            text = plain(content)
            if text and text not in titles.setdefault(language, []):
                titles[language].append(text)
    constraint = uses[-1].question.bind.constraint
    return AnswerColumn(
        id=key.id,
        heading=heading,
        kind=key.kind,
        versions=tuple(use.version.name for use in uses),
        titles={language: tuple(texts) for language, texts in titles.items() if texts},
        repeat=key.repeat,
        choices=_choices(uses),
        constraint=constraint.source if constraint is not None else "",
    )


def _choices(uses: list[_Use]) -> tuple[ColumnChoice, ...]:
    labels: dict[str, Text] = {}
    versions: dict[str, list[str]] = {}
    orders = []
    for use in uses:
        offered = listed(use.version.form, use.question)
        orders.append([choice.code for choice in offered])
        for choice in offered:
            versions.setdefault(choice.code, []).append(use.version.name)
            if not choice.label.is_blank or choice.code not in labels:
                labels[choice.code] = choice.label
    return tuple(ColumnChoice(code, labels[code], tuple(versions[code])) for code in merged(orders))
