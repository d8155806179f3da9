"""Read the body of an XForm: what is asked, in the order of the screen."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.form import (
    Bind,
    ChoiceList,
    Content,
    FixedChoice,
    FormProblem,
    Group,
    Item,
    Kind,
    Output,
    Question,
    Repeat,
    Text,
    names_of,
)
from desktop_app.questionnaire.safe_xml import local_name
from desktop_app.questionnaire.shape import local
from desktop_app.questionnaire.xform_texts import itext_id, text_of
from desktop_app.questionnaire.xpath import XPathError, parse
from desktop_app.questionnaire.xpath_ast import Call, Path

if TYPE_CHECKING:
    from desktop_app.questionnaire.xform import Reader

_BY_TYPE: Final = {
    "int": Kind.INTEGER, "integer": Kind.INTEGER, "decimal": Kind.DECIMAL, "double": Kind.DECIMAL,
    "date": Kind.DATE, "time": Kind.TIME, "dateTime": Kind.DATETIME, "geopoint": Kind.GEOPOINT,
    "geotrace": Kind.GEOTRACE, "geoshape": Kind.GEOSHAPE, "barcode": Kind.BARCODE,
    "binary": Kind.FILE,
}  # fmt: skip
_BY_CONTROL: Final = {
    "select1": Kind.SELECT_ONE, "select": Kind.SELECT_MULTIPLE, "rank": Kind.RANK,
    "range": Kind.RANGE, "trigger": Kind.ACKNOWLEDGE,
}  # fmt: skip
_CONTROLS: Final = frozenset({"input", "upload", "secret", *_BY_CONTROL})
_MEDIA: Final = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
_NO_NODE: Final = N_("The question “{path}” has no place in the form for its answer.")


class BodyReader:
    """Turns controls into questions; ``questions`` and ``repeats`` collect them by path."""

    def __init__(self, reader: "Reader", binds: dict[str, Bind]) -> None:
        self.reader = reader
        self.binds = binds
        self.questions: list[Question] = []
        self.repeats: dict[str, Repeat] = {}

    def items(self, holder: Any) -> tuple[Item, ...]:
        """Everything asked inside a part of the body."""
        return tuple(self._items(holder))

    def _items(self, holder: Any) -> Iterator[Item]:
        for node in holder:
            name = local_name(node)
            if name in _CONTROLS:
                question = self._question(node, name)
                if question is not None:
                    self.questions.append(question)
                    yield question
            elif name == "group":
                yield self._group(node)
            elif name == "repeat":
                yield self._repeat(node, Text(), "")

    def _group(self, node: Any) -> Item:
        label = text_of(node.find("{*}label"), self.reader.texts)
        path, appearance = _path(node), node.get("appearance") or ""
        parts = [child for child in node if local_name(child) not in {"label", "hint"}]
        if len(parts) == 1 and local_name(parts[0]) == "repeat":
            repeat = parts[0]
            if not path or _path(repeat) == path:
                return self._repeat(repeat, label, appearance)
        return Group(path, label, appearance, self.items(node))

    def _repeat(self, node: Any, label: Text, appearance: str) -> Repeat:
        path = _path(node)
        names = names_of(path)
        count = next((v for name, v in node.attrib.items() if name.endswith("}count")), None)
        fixed = next((v for name, v in node.attrib.items() if name.endswith("}noAddRemove")), "")
        expression = self.reader.expression(count, names, "repeat_count")
        appearance = " ".join(filter(None, (appearance, node.get("appearance") or "")))
        may_change = expression is None and not fixed.strip().startswith("true")
        made = Repeat(path, label, appearance, self.items(node), expression, may_change)
        self.repeats[path] = made
        return made

    def _question(self, node: Any, control: str) -> Question | None:
        path = _path(node)
        names = names_of(path)
        if names not in self.reader.shape.paths:
            message = _(_NO_NODE).format(path=path)
            self.reader.problems.append(FormProblem(message, path, "name"))
            return None
        bind = self.binds.get(path) or Bind(path)
        label = text_of(node.find("{*}label"), self.reader.texts)
        hint = text_of(node.find("{*}hint"), self.reader.texts)
        for part, text in (("label", label), ("hint", hint)):
            self._check_outputs(text, path, part)
        choices = self._choices(node, control, path)
        parameters = {
            str(name).rpartition("}")[2]: str(value)
            for name, value in node.attrib.items()
            if name not in {"ref", "nodeset", "appearance"}
        }
        kind = _kind(node, control, bind, has_choices=choices is not None)
        appearance = node.get("appearance") or ""
        return Question(path, kind, bind, label, hint, appearance, parameters, choices)

    def _check_outputs(self, text: Text, path: str, part: str) -> None:
        sources = {
            piece.source
            for content in text.contents.values()
            for piece in (*content.pieces, *content.guidance)
            if isinstance(piece, Output)
        }
        for source in sorted(sources):
            self.reader.expression(source, names_of(path), part)

    def _choices(self, node: Any, control: str, path: str) -> ChoiceList | None:
        names = names_of(path)
        query = node.get("query")
        if control == "input" and query:  # external choices of an XLSForm
            return ChoiceList(items=self.reader.expression(query, names, "choice_filter"))
        if control not in {"select", "select1", "rank"}:
            return None
        itemset = node.find("{*}itemset")
        if itemset is None:
            fixed = tuple(self._fixed(item) for item in node.iterfind("{*}item"))
            return ChoiceList(fixed=fixed)
        label = itemset.find("{*}label")
        reference = (label.get("ref") or "label") if label is not None else "label"
        text_id = itext_id(reference)
        value = itemset.find("{*}value")
        nodeset = itemset.get("nodeset")
        items = self.reader.expression(nodeset, names, "choice_filter")
        if items is None and nodeset and "[" in nodeset:  # a broken filter filters nothing
            items = self.reader.expression(nodeset.partition("[")[0], names, "choice_filter")
        return ChoiceList(
            items=items,
            value=(value.get("ref") or "name").strip() if value is not None else "name",
            label=(text_id if text_id is not None else reference).strip(),
            is_itext=text_id is not None,
        )

    def _fixed(self, item: Any) -> FixedChoice:
        value = item.find("{*}value")
        label = text_of(item.find("{*}label"), self.reader.texts)
        text = ((value.text if value is not None else "") or "").strip()
        return FixedChoice(text, label if not label.is_blank else Text({"": Content((text,))}))


def _path(node: Any) -> str:
    path = (node.get("ref") or node.get("nodeset") or "").strip()
    return "/" + "/".join(local(name) for name in names_of(path)) if path else ""


def _kind(node: Any, control: str, bind: Bind, *, has_choices: bool) -> Kind:
    if control in _BY_CONTROL:
        return _BY_CONTROL[control]
    if control == "upload":
        media = (node.get("mediatype") or node.get("accept") or "").partition("/")[0]
        return _MEDIA.get(media, Kind.FILE)
    if has_choices:
        return Kind.SELECT_ONE
    kind = _BY_TYPE.get(bind.type, Kind.TEXT)
    is_fixed = bind.readonly is not None and bind.readonly.source == "true()"
    return Kind.NOTE if kind is Kind.TEXT and is_fixed and bind.calculate is None else kind


def list_of(choices: ChoiceList) -> str:
    """Id of the list that choices are taken from, empty when it cannot be told."""
    if choices.items is None:
        return ""
    try:
        found = parse(choices.items.source)
    except XPathError:
        return ""
    if isinstance(found, Call) and found.name == "randomize":
        found = found.arguments[0]
    if isinstance(found, Path) and isinstance(found.start, Call):
        which = found.start.arguments
        return getattr(which[0], "text", "") if which else ""
    return ""
