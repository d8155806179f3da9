"""Which column is which field: suggested from headings, saved as TOML, checked before use."""

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, model_validator

from db.vocabulary import DateOrder, ImportKind, MatchKey, NoCustomer, UnknownCustomer
from desktop_app.domain import currencies
from desktop_app.errors import FileProblemError, InvalidInputError, Problem
from desktop_app.i18n import LANGUAGES, _, in_language
from desktop_app.importing.field_values import fits
from desktop_app.importing.fields import FIELDS, normalised
from desktop_app.importing.readers import Preview, ReadOptions
from desktop_app.importing.rejects import REASON_HEADING, ROW_HEADING
from desktop_app.importing.values import guess_date_order, shown
from desktop_app.importing.wire import Cell

EXACT, NEAR, LEAST_SCORE = 100.0, 90.0, 72.0
"""Scores of a heading: a known name, a known name with a slip, the least that is suggested."""

_DOUBTFUL = frozenset(
    {"kind", "do_not_contact", "joined_on", "currency", "channel", "satisfaction", "informal"}
    | {"gift_amount", "next_due"}
)
"""Fields nobody misses, whose headings often mean something else; the cells decide."""


_DAYS = frozenset({"joined_on", "ordered_on", "visited_on", "expires_on"})
_OF_DAY_PACKS = ("visit_mark", "form_field", "form_answer")
_NEEDED = {
    ImportKind.CUSTOMERS: (),
    ImportKind.ORDERS: ("ordered_on",),
    ImportKind.VISITS: ("visited_on", "employee"),
    ImportKind.RENEWALS: ("product", "expires_on"),
}
"""Fields without which a file says too little, besides the customer."""


class Mapping(BaseModel):
    """How the columns of a file become fields, with the choices that go with it.

    Attributes:
        kind: What the file holds.
        columns: Field name to heading.
        attributes: Headings kept as further attributes of a customer.
        key: How rows find their customer.
        date_order: How to read 03/04/2005.
        decimal_comma: Whether the comma is the decimal sign.
        currency: Of the amounts; the workspace's when it is not said.
        unknown_customer: Create customers met only in orders as unidentified, or reject the row.
        no_customer: Reject rows without customer, or book them to one walk-in customer.
        read: How to read the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ImportKind
    columns: dict[str, str]
    attributes: tuple[str, ...] = ()
    key: MatchKey = MatchKey.NUMBER
    date_order: DateOrder | None = None
    decimal_comma: bool = False
    currency: Annotated[str, AfterValidator(currencies.checked)] | None = None
    unknown_customer: UnknownCustomer = UnknownCustomer.CREATE
    no_customer: NoCustomer = NoCustomer.REJECT
    read: ReadOptions = ReadOptions()

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        known = {field.name for field in FIELDS[self.kind]}
        unknown = sorted(set(self.columns) - known)
        if unknown:
            raise ValueError(
                _("There is no field {field}. Fields are: {fields}.").format(
                    field=", ".join(unknown), fields=", ".join(sorted(known))
                )
            )
        return self


def score(heading: str, synonyms: Sequence[str]) -> float:
    """How well a heading fits a field, 0 to 100; an earlier synonym is a little better."""
    wanted = normalised(heading)
    best = 0.0
    for place, synonym in enumerate(synonyms):
        known = normalised(synonym)
        late = place / 1000
        if wanted == known:
            return EXACT - late
        if not wanted.isascii() and len(known) > 1 and wanted.endswith(known):
            best = max(best, 60 + 30 * len(known) / len(wanted) - late)
        elif len(known) > 8 and len(wanted) > 8:  # noqa: PLR2004  (short words differ by chance)
            likeness = SequenceMatcher(None, wanted, known).ratio()
            if likeness >= 0.9:  # noqa: PLR2004
                best = max(best, NEAR * likeness - late)
    return best


def suggest_columns(kind: ImportKind, headings: Sequence[str]) -> dict[str, str]:
    """Fields and the headings that fit them best; each field and each heading at most once."""
    scored = sorted(
        (
            (-found, place, field.name, heading)
            for place, heading in enumerate(headings)
            for field in FIELDS[kind]
            if (found := score(heading, field.synonyms)) >= LEAST_SCORE
        ),
    )
    columns: dict[str, str] = {}
    for _score, _place, name, heading in scored:
        if name not in columns and heading not in columns.values():
            columns[name] = heading
    return {field.name: columns[field.name] for field in FIELDS[kind] if field.name in columns}


def suggest(kind: ImportKind, preview: Preview, read: ReadOptions | None = None) -> Mapping:
    """A whole mapping for a file from its headings and first rows.

    Args:
        kind: What the file holds.
        preview: How it was read.
        read: With which options.
    """
    headings = preview.head.headings
    columns = suggest_columns(kind, [each for each in headings if each not in _our_own()])
    order = None
    for name, heading in list(columns.items()):
        place = headings.index(heading)
        cells = [row.cells[place] for row in preview.rows if place < len(row.cells)]
        if name in _DAYS:
            order = guess_date_order(cells)
        if name in _DOUBTFUL and not fits(name, cells):
            del columns[name]
    currency = None
    if kind is ImportKind.VISITS and not is_day_pack(columns):
        columns = {name: one for name, one in columns.items() if name not in _OF_DAY_PACKS}
    if "currency" in columns:
        place = headings.index(columns["currency"])
        currency = _most_frequent(
            row.cells[place] for row in preview.rows if place < len(row.cells)
        )
    used = {*columns.values(), *_our_own()}
    is_customers = kind is ImportKind.CUSTOMERS
    return Mapping(
        kind=kind,
        columns=columns,
        attributes=tuple(each for each in headings if each not in used) if is_customers else (),
        key=_key_of(kind, columns),
        date_order=order,
        currency=currency,
        read=read or ReadOptions(),
    )


def is_day_pack(columns: Iterable[str]) -> bool:
    """Whether columns of these fields are those of the report sheet of a day pack."""
    return set(_OF_DAY_PACKS) <= set(columns)


def _most_frequent(cells: Iterable[Cell]) -> str | None:
    codes = Counter(code for cell in cells if (code := currencies.code_of(shown(cell))))
    return next((code for code, _count in codes.most_common(1)), None)


def _our_own() -> set[str]:
    """Headings that a file of rejects has besides the original ones."""
    names = set()
    for code in LANGUAGES:
        with in_language(code):
            names |= {_(ROW_HEADING), _(REASON_HEADING)}
    return names


def _key_of(kind: ImportKind, columns: dict[str, str]) -> MatchKey:
    prefix = "" if kind is ImportKind.CUSTOMERS else "customer_"
    card = "card_number" if kind is ImportKind.CUSTOMERS else "customer_card"
    if f"{prefix}number" in columns:
        return MatchKey.NUMBER
    if card in columns:
        return MatchKey.CARD_NUMBER
    if f"{prefix}phone" in columns:
        return MatchKey.PHONE
    return MatchKey.NAME_PHONE


def check_mapping(mapping: Mapping, headings: Sequence[str]) -> None:
    """Refuse a mapping that cannot work on these headings.

    Raises:
        InvalidInputError: a heading is not in the file or used twice, or a needed one is missing.
    """
    problems = [
        Problem(field, _('The file has no column "{heading}".').format(heading=heading))
        for field, heading in mapping.columns.items()
        if heading not in headings
    ]
    problems += [
        Problem("attributes", _('The file has no column "{heading}".').format(heading=heading))
        for heading in mapping.attributes
        if heading not in headings
    ]
    used = list(mapping.columns.values())
    problems += [
        Problem(field, _('The column "{heading}" is used twice.').format(heading=heading))
        for field, heading in mapping.columns.items()
        if used.count(heading) > 1
    ]
    problems += _missing(mapping)
    if problems:
        raise InvalidInputError(problems)


def _missing(mapping: Mapping) -> list[Problem]:
    columns = mapping.columns
    problems: list[Problem] = []
    if is_day_pack(columns):
        return problems
    is_customers = mapping.kind is ImportKind.CUSTOMERS
    keys = {
        MatchKey.NUMBER: ("number",) if is_customers else ("customer_number",),
        MatchKey.PHONE: ("phone",) if is_customers else ("customer_phone",),
        MatchKey.CARD_NUMBER: ("card_number",) if is_customers else ("customer_card",),
        MatchKey.NAME_PHONE: ("name",) if is_customers else ("customer_name",),
    }
    needed: tuple[str, ...] = (*keys[mapping.key], *_NEEDED[mapping.kind])
    if is_customers and mapping.key is not MatchKey.NUMBER:
        needed = (*needed, "name") if "number" not in columns else needed
    has_amount = "amount" in columns or {"unit_price", "quantity"} <= columns.keys()
    if mapping.kind is ImportKind.ORDERS and not has_amount:
        text = _("Choose the amount, or the unit price and the quantity.")
        problems.append(Problem("amount", text))
    titles = {field.name: field.title for field in FIELDS[mapping.kind]}
    problems += [
        Problem(name, _("Choose the column for: {field}.").format(field=_(titles[name])))
        for name in dict.fromkeys(needed)
        if name not in columns
    ]
    return problems


def unused_columns(mapping: Mapping, headings: Sequence[str]) -> tuple[str, ...]:
    """Columns of a file of which nothing is taken, in its order; those of a file of rejects not."""
    used = {*mapping.columns.values(), *mapping.attributes, *_our_own()}
    return tuple(each for each in headings if each not in used)


def signature(kind: ImportKind, headings: Sequence[str]) -> str:
    """Key under which the mapping of files with these headings is remembered."""
    text = "\n".join([kind.value, *sorted(headings)])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        FileProblemError: it cannot be read or is not a mapping.
    """
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        text = _("{file} cannot be read: {reason}")
        raise FileProblemError(
            text.format(file=path.name, reason=error.strerror or error)
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileProblemError(
            _("{file} is not a mapping file: {reason}").format(file=path.name, reason=error)
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise FileProblemError(
            _("{file} is not a mapping file: {reason}").format(
                file=path.name, reason=f"{place}: {first['msg']}".removeprefix(": ")
            )
        ) from error


def save_mapping(mapping: Mapping, path: Path) -> None:
    """Write a mapping as TOML, by way of a temporary file.

    Raises:
        FileProblemError: the file cannot be written.
    """
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(mapping_text(mapping), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise FileProblemError(
            _("{file} cannot be written: {reason}").format(file=path.name, reason=error.strerror)
        ) from error


def mapping_text(mapping: Mapping) -> str:
    """A mapping as TOML."""
    data = mapping.model_dump(mode="json", exclude_none=True)
    tables = {name: data.pop(name) for name in ("columns", "read")}
    lines = [f"{name} = {_toml(value)}" for name, value in data.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]"]
        lines += [f"{_toml(key)} = {_toml(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
