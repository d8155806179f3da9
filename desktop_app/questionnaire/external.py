"""Lists of a form that come from files: CSV, XML, GeoJSON, and the itemsets of XLSForm."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from desktop_app.questionnaire.safe_xml import XmlProblemError, parse_xml, plain_copy

MAX_FILE_BYTES = 64 * 1024 * 1024
_NOT_IN_NAMES = re.compile(r"[^\w.\-]")


def read_list(name: str, raw: bytes) -> Any:
    """The root of a list.

    Args:
        name: File name; its ending says what the file is.
        raw: Its content.

    Raises:
        ValueError: it is not what its name says.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise ValueError("too large")
    ending = name.lower().rpartition(".")[2]
    if ending == "xml":
        try:
            return plain_copy(parse_xml(raw))
        except XmlProblemError as error:
            raise ValueError(str(error)) from error
    if ending in {"geojson", "json"}:
        return _geojson(raw)
    return make_list(csv.DictReader(io.StringIO(decoded(raw), newline="")))


def decoded(raw: bytes) -> str:
    """A text in UTF-8 or the Chinese standard."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def make_list(rows: Iterable[Mapping[str | None, Any]]) -> Any:
    """Rows as ``<root><item><column>value</column></item></root>``."""
    from lxml import etree  # noqa: PLC0415  (not before the first questionnaire)

    root = etree.Element("root")
    for row in rows:
        item = etree.SubElement(root, "item")
        for column, value in row.items():
            if column and column.strip() and isinstance(value, str):
                etree.SubElement(item, element_name(column)).text = _clean(value)
    return root


def _clean(value: str) -> str:
    return "".join(sign for sign in value if sign >= " " or sign in "\t\n\r")


def element_name(column: str) -> str:
    """A heading as a name of an element."""
    name = _NOT_IN_NAMES.sub("_", column.strip())
    return name if re.match(r"[^\W\d]", name) else f"_{name}"


def empty_list() -> Any:
    """The root of a list whose file is not there."""
    return make_list(())


def _geojson(raw: bytes) -> Any:
    try:
        document = json.loads(raw)
        features = document["features"]
        rows = [_feature(feature) for feature in features]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no features") from error
    return make_list(rows)


def _feature(feature: dict[str, Any]) -> dict[str | None, Any]:
    row: dict[str | None, Any] = {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in (feature.get("properties") or {}).items()
        if value is not None
    }
    if "id" in feature:
        row["id"] = str(feature["id"])
    geometry = feature.get("geometry") or {}
    points = geometry.get("coordinates") or []
    match geometry.get("type"):
        case "Point":
            row["geometry"] = _point(points)
        case "LineString":
            row["geometry"] = "; ".join(_point(each) for each in points)
        case "Polygon":
            row["geometry"] = "; ".join(_point(each) for each in points[0])
    return row


def _point(numbers: list[float]) -> str:
    longitude, latitude, *altitude = numbers
    return f"{latitude} {longitude} {altitude[0] if altitude else 0} 0"


def read_itemsets(text: str) -> dict[str, list[dict[str | None, Any]]]:
    """The external choices of an XLSForm, by the name of their list."""
    found: dict[str, list[dict[str | None, Any]]] = {}
    for row in csv.DictReader(io.StringIO(text, newline="")):
        named: dict[str | None, Any] = dict(row)
        list_name = str(named.pop("list_name", None) or named.pop("list name", None) or "")
        found.setdefault(list_name, []).append(named)
    return found
