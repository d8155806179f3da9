"""The bilingual code lists of `resources/reference`, read by code and put into a workspace.

A file has `version` and one or more named lists of tables; a file with one list calls it `entry`.
Every entry has a `code` that is never renamed and its words as `zh` and `en`; further texts come
in pairs (`definition_zh`, `definition_en`). Broken files are a fault of the installation, so they
raise `ReferenceFileError`, which names the file and the code.
"""

import re
import tomllib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.base import new_id
from db.models.cases import Reason, ReasonVersion
from db.models.system import Change
from db.vocabulary import ChangeKind, Op, ReasonOrigin

# A frozen program keeps packages and resources side by side too, so one rule serves both.
FOLDER: Final = Path(__file__).resolve().parent.parent / "resources" / "reference"
UNKNOWN_GROUP: Final = "unknown"
SEED_TITLE: Final = "Update the list of reasons"  # shown through the catalogue

_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_WORDS = ("code", "zh", "en")


class ReferenceFileError(ValueError):
    """A file of code lists is missing or wrong; the message names the file and the code."""


class _Dataclass(Protocol):
    """What the typed lists are made of."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


T = TypeVar("T", bound=_Dataclass)


class Bilingual(Protocol):
    """Anything with words in both languages."""

    @property
    def zh(self) -> str:
        """Chinese words."""

    @property
    def en(self) -> str:
        """English words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of any list; `extra` holds whatever the list has beside code and words."""

    code: str
    zh: str
    en: str
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def more(self, name: str, language: str) -> str:
        """A further text such as `definition` in a language; empty when there is none."""
        return str(self.extra.get(f"{name}_{_suffix(language)}", ""))


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """A whole file: its version and its lists by name."""

    name: str
    version: int
    lists: Mapping[str, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class ReasonGroup:
    """A group of reasons; `origin` is external, internal or not said by a source."""

    code: str
    zh: str
    en: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class ReasonEntry:
    """A reason as it is shipped. `keaveney` is factor 1 to 5; `includes` are narrower reasons."""

    code: str
    zh: str
    en: str
    group: str
    churn_type: str
    avoidable: bool | None = None
    keaveney: int | None = None
    origin: str | None = None
    sources: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChurnType:
    """A node of the churn-type tree; only a leaf can be the type of a case.

    `residual` marks the leaf that takes every active departure no other leaf explains.
    """

    code: str
    zh: str
    en: str
    definition_zh: str
    definition_en: str
    leaf: bool
    parent: str | None = None
    residual: bool = False
    definition_is_ours: bool = False
    countermeasures: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """What to ask next in the why-chain, after one `reason` or after any of a `group`."""

    code: str
    zh: str
    en: str
    group: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if bool(self.group) == bool(self.reason):
            raise ValueError("a probe belongs to a reason or to a group")


@dataclass(frozen=True, slots=True)
class ThemeEntry:
    """A theme of answers in words as it is shipped; `words_zh`, `words_en` help to suggest it."""

    code: str
    zh: str
    en: str
    words_zh: str = ""
    words_en: str = ""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A figure of a source, in `unit`; no `high` means "or more"; kept apart by source."""

    code: str
    zh: str
    en: str
    low: float
    unit: str
    sources: tuple[str, ...]
    high: float | None = None
    comparison: str | None = None
    enabled: bool = True
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class VisitField:
    """Something that is asked at a visit.

    Attributes:
        code: Key of the answer.
        customer: A member of `CustomerKind`, or "all".
        purpose: A member of `VisitPurpose`, "win_back" or "all".
        kind: text, choice, number or yes_no.
        choices: Codes of a choice; their words stand in the same order.
    """

    code: str
    zh: str
    en: str
    customer: str
    purpose: str
    kind: Literal["text", "choice", "number", "yes_no"]
    choices: tuple[str, ...] = ()
    choices_zh: tuple[str, ...] = ()
    choices_en: tuple[str, ...] = ()

    def words(self, language: str) -> tuple[tuple[str, str], ...]:
        """Code and words of each choice in a language."""
        shown = self.choices_zh if _suffix(language) == "zh" else self.choices_en
        return tuple(zip(self.choices, shown, strict=True))


def text(entry: Bilingual, language: str) -> str:
    """The words of an entry in a language: Chinese for every `zh…`, else English."""
    return entry.zh if _suffix(language) == "zh" else entry.en


@cache
def load(name: str, folder: Path = FOLDER) -> ReferenceFile:
    """Read and check one file, for example `load("strategies")`.

    Raises:
        ReferenceFileError: the file is missing or not as described above.
    """
    try:
        content = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReferenceFileError(f"{name}.toml: {error}") from error
    version = content.pop("version", None)
    if not isinstance(version, int):
        raise ReferenceFileError(f"{name}.toml: needs a version")
    lists = {key: _read_list(f"{name}.toml, {key}", rows) for key, rows in content.items()}
    return ReferenceFile(name, version, MappingProxyType(lists))


def entries(name: str, list_name: str = "entry", folder: Path = FOLDER) -> tuple[Entry, ...]:
    """One list of a file, in its order.

    Raises:
        ReferenceFileError: the file is wrong or has no such list.
    """
    lists = load(name, folder).lists
    if list_name not in lists:
        raise ReferenceFileError(f"{name}.toml: has no list {list_name}")
    return lists[list_name]


@cache
def reason_groups(folder: Path = FOLDER) -> tuple[ReasonGroup, ...]:
    """The groups of reasons in the order they are shown."""
    return typed(ReasonGroup, "reasons", "group", folder)


@cache
def reasons(folder: Path = FOLDER) -> tuple[ReasonEntry, ...]:
    """The reasons as shipped; what a workspace made of them stands in its tables."""
    return typed(ReasonEntry, "reasons", "reason", folder)


@cache
def churn_types(folder: Path = FOLDER) -> tuple[ChurnType, ...]:
    """The churn-type tree, parents before children."""
    return typed(ChurnType, "churn_types", "cause", folder)


@cache
def probes(folder: Path = FOLDER) -> tuple[Probe, ...]:
    """The questions of the why-chain by reason and by group."""
    return typed(Probe, "probes", "probe", folder)


@cache
def themes(folder: Path = FOLDER) -> tuple[ThemeEntry, ...]:
    """The themes a workspace begins with."""
    return typed(ThemeEntry, "themes", "theme", folder)


@cache
def benchmarks(folder: Path = FOLDER) -> tuple[Benchmark, ...]:
    """The benchmarks, also those that are off by default."""
    return typed(Benchmark, "benchmarks", "entry", folder)


@cache
def visit_fields(folder: Path = FOLDER) -> tuple[VisitField, ...]:
    """What is asked at visits, in order."""
    return typed(VisitField, "visit_forms", "field", folder)


def seed(session: Session, folder: Path = FOLDER) -> int:
    """Bring the reasons of a workspace up to the shipped list; gives the number of new versions.

    New codes are added. New words of a code become its next version, unless people changed or
    retired the reason: what they did stays. Versions that cases point at are never touched.
    """
    known = {reason.code: reason for reason in session.scalars(select(Reason))}
    versions = versions_by_reason(session)
    first = next_reason_number(session)
    new_reasons: list[dict[str, Any]] = []
    new_versions: list[dict[str, Any]] = []
    for entry in reasons(folder):
        reason = known.get(entry.code)
        if reason is None:
            key, number = new_id(), first + len(new_reasons)
            new_reasons.append(
                {"id": key, "code": entry.code, "group_code": entry.group, "number": number}
            )
            new_versions.append(_shipped_version(key, 1, entry))
        elif _is_outdated(reason, versions[reason.id], entry):
            number = max(versions[reason.id]) + 1
            reason.current_version = number
            new_versions.append(_shipped_version(reason.id, number, entry))
    if new_versions:
        journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
        journal.bulk_insert(session, Reason, new_reasons)
        journal.bulk_insert(session, ReasonVersion, new_versions)
    return len(new_versions)


def next_reason_number(session: Session) -> int:
    """A number no reason ever had, not even one whose making was undone: paper may name it."""
    made = select(func.count()).where(Change.entity == "reason", Change.op == Op.INSERT)
    highest = session.scalar(select(func.max(Reason.number))) or 0
    return max(highest, session.scalar(made) or 0) + 1


def versions_by_reason(session: Session) -> dict[uuid.UUID, dict[int, ReasonVersion]]:
    """All versions of all reasons by the key of the reason and the number of the version."""
    versions: dict[uuid.UUID, dict[int, ReasonVersion]] = {}
    for version in session.scalars(select(ReasonVersion)):
        versions.setdefault(version.reason_id, {})[version.reason_version] = version
    return versions


def _is_outdated(reason: Reason, own: Mapping[int, ReasonVersion], entry: ReasonEntry) -> bool:
    current = own[reason.current_version]
    untouched = reason.retired_on is None and current.origin == ReasonOrigin.SHIPPED
    return untouched and not _same(current, entry)


def _shipped_version(reason_id: uuid.UUID, number: int, entry: ReasonEntry) -> dict[str, Any]:
    return {
        "reason_id": reason_id,
        "reason_version": number,
        "zh": entry.zh,
        "en": entry.en,
        "churn_type": entry.churn_type,
        "avoidable": entry.avoidable,
        "keaveney": entry.keaveney,
        "origin": ReasonOrigin.SHIPPED,
    }


def _same(version: ReasonVersion, entry: ReasonEntry) -> bool:
    return (version.zh, version.en, version.churn_type, version.avoidable, version.keaveney) == (
        entry.zh,
        entry.en,
        entry.churn_type,
        entry.avoidable,
        entry.keaveney,
    )


def _suffix(language: str) -> str:
    return "zh" if language.lower().startswith("zh") else "en"


def _read_list(where: str, rows: object) -> tuple[Entry, ...]:
    if not isinstance(rows, list):
        raise ReferenceFileError(f"{where}: must be a list of tables")
    found = tuple(_read_entry(where, row) for row in rows)
    codes = [entry.code for entry in found]
    doubles = sorted({code for code in codes if codes.count(code) > 1})
    if doubles:
        raise ReferenceFileError(f"{where}: code given twice: {', '.join(doubles)}")
    return found


def _read_entry(where: str, row: Mapping[str, Any]) -> Entry:
    code = row.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise ReferenceFileError(f"{where}: not a code: {code!r}")
    for key in _WORDS:
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ReferenceFileError(f"{where}, {code}: {key} is missing")
    extra = {key: value for key, value in row.items() if key not in _WORDS}
    for key in _unpaired(extra):
        raise ReferenceFileError(f"{where}, {code}: {key} has no text in the other language")
    return Entry(code, row["zh"], row["en"], MappingProxyType(extra))


def _unpaired(keys: Iterable[str]) -> Sequence[str]:
    names = set(keys)
    other = {"_zh": "_en", "_en": "_zh"}
    return sorted(
        name for name in names if name[-3:] in other and name[:-3] + other[name[-3:]] not in names
    )


def typed(kind: type[T], name: str, list_name: str, folder: Path) -> tuple[T, ...]:
    """One list of a file as objects of a dataclass with `code`, `zh`, `en` and further fields.

    Raises:
        ReferenceFileError: the file is wrong, or an entry does not fit the dataclass.
    """
    adapter = TypeAdapter(kind)
    known = kind.__dataclass_fields__.keys()
    found = []
    for entry in entries(name, list_name, folder):
        where = f"{name}.toml, {list_name}, {entry.code}"
        if strange := sorted(entry.extra.keys() - known):
            raise ReferenceFileError(f"{where}: unknown field: {', '.join(strange)}")
        row = {"code": entry.code, "zh": entry.zh, "en": entry.en, **entry.extra}
        try:
            found.append(adapter.validate_python(row))
        except ValidationError as error:
            raise ReferenceFileError(f"{where}: {error}") from error
    return tuple(found)
