"""Read an XForm: XML in, a :class:`~desktop_app.questionnaire.form.Form` out."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire import external
from desktop_app.questionnaire.evaluation import Expression, compile_expression
from desktop_app.questionnaire.form import (
    Bind,
    ExternalFile,
    Form,
    FormProblem,
    FormProblemsError,
    Kind,
    Question,
    SetValue,
    Severity,
    Text,
    names_of,
)
from desktop_app.questionnaire.graph import graph_of
from desktop_app.questionnaire.safe_xml import XmlProblemError, local_name, parse_xml
from desktop_app.questionnaire.shape import Names, Shape, joined, local
from desktop_app.questionnaire.xform_body import BodyReader
from desktop_app.questionnaire.xform_texts import message_of, read_itext
from desktop_app.questionnaire.xpath import XPathError

_JAVAROSA: Final = "{http://openrosa.org/javarosa}"
_RULES: Final = ("relevant", "required", "readonly", "constraint", "calculate")
_NOT_A_FORM: Final = N_("This is not a form: the part “{part}” is missing.")
_UNKNOWN_PATH: Final = N_(
    "“{path}” is nowhere in the form, so it always counts as empty. Check how it is spelt."
)
_UNKNOWN_LIST: Final = N_("There is no list “{name}”, so it is empty.")
_MISSING_FILE: Final = N_(
    "The file “{name}” is not there, so its list is empty. Put it beside the form."
)
_BAD_FILE: Final = N_("The file “{name}” cannot be read as a list. Save it as CSV in UTF-8.")
_FORMULA: Final = N_("{problem} (at “{place}” in “{formula}”) The formula is left out.")
_NEAR: Final = 25
MOST_DEPTH: Final = 50
"""How many groups may stand in each other."""
_TOO_DEEP: Final = N_(
    "This group stands more than {most} groups deep. Take some of the groups around it away."
)

FileSource = Callable[[str], bytes | None]
"""Gives the content of a file by its name, None when it is not there."""


def no_files(_name: str) -> bytes | None:
    """No file is there."""
    return None


@dataclass(slots=True)
class Reader:
    """What is known while a form is read."""

    shape: Shape
    texts: dict[str, Text]
    problems: list[FormProblem] = field(default_factory=list)
    broken: list[FormProblem] = field(default_factory=list)
    warnings: list[FormProblem] = field(default_factory=list)

    def expression(self, source: str | None, path: Names, part: str) -> Expression | None:
        """Understand an expression; a wrong one is left out and noted as broken."""
        text = (source or "").strip()
        if not text:
            return None
        try:
            found = compile_expression(text, path, self.shape)
        except XPathError as error:
            place = text[error.at : error.at + _NEAR] or text[-_NEAR:]
            message = _(_FORMULA).format(problem=error.message, place=place, formula=text)
            self.broken.append(FormProblem(message, joined(path), part, text))
            return None
        for unknown in found.unknown:
            self.warn(_(_UNKNOWN_PATH).format(path=unknown), path, part, text)
        for name in sorted(found.instances - self.shape.instances):
            self.warn(_(_UNKNOWN_LIST).format(name=name), path, part, text)
        return found

    def warn(self, message: str, path: Names, part: str, quote: str = "") -> None:
        """Note something odd."""
        self.warnings.append(FormProblem(message, joined(path) if path else "", part, quote))


def load(xml: str | bytes, files: FileSource = no_files, itemsets: str = "") -> Form:
    """Read a form.

    Args:
        xml: The XForm.
        files: Where lists that are files come from.
        itemsets: External choices of the XLSForm, as CSV.

    Raises:
        FormProblemsError: it is no form, or its formulas go in a circle.
    """
    raw = xml.encode() if isinstance(xml, str) else xml
    try:
        root = parse_xml(raw)
    except XmlProblemError as error:
        raise FormProblemsError((FormProblem(str(error)),)) from error
    model = root.find(".//{*}model")
    primary = None if model is None else next(iter(model.iterfind("{*}instance/*")), None)
    body = root.find("{*}body")
    for part, found in (("model", model), ("instance", primary), ("body", body)):
        if found is None:
            raise FormProblemsError((FormProblem(_(_NOT_A_FORM).format(part=part)),))
    if any(_depth(each) > MOST_DEPTH for each in body.iter("{*}group")):
        raise FormProblemsError((FormProblem(too_deep()),))
    return _FormReader(root, model, primary, body, files, itemsets).read()


def too_deep() -> str:
    """The sentence about groups in too many others."""
    return _(_TOO_DEEP).format(most=MOST_DEPTH)


def _depth(group: Any) -> int:
    """How many groups stand around a group, with it."""
    return 1 + sum(1 for _around in group.iterancestors("{*}group"))


class _FormReader:
    def __init__(
        self, root: Any, model: Any, primary: Any, body: Any, files: FileSource, itemsets: str
    ) -> None:
        self.root, self.model, self.body = root, model, body
        self.files, self.itemsets = files, itemsets
        self.primary = copy.deepcopy(primary)
        for node in self.primary.iter():
            node.tag = local_name(node)
        self.external: list[ExternalFile] = []
        self.file_warnings: list[str] = []

    def read(self) -> Form:
        languages, default, texts = read_itext(self.model)
        repeats = {names_of(each.get("nodeset") or "") for each in self.body.iter("{*}repeat")}
        document, lists = self._document()
        paths = frozenset(self._paths(self.primary, ()))
        shape = Shape(paths, frozenset(repeats), frozenset(lists))
        reader = Reader(shape, texts)
        for message in self.file_warnings:
            reader.warn(message, (), "files")
        leaves = self._leaves(self.primary, ())
        templates = self._templates(repeats)
        binds = {bind.path: bind for bind in map(self._binder(reader), self._binds())}
        body = BodyReader(reader, binds)
        items = body.items(self.body)
        questions = {question.path: question for question in body.questions}
        everything = {
            joined(names): questions.get(joined(names)) or _silent(joined(names), binds)
            for names in leaves
        }
        set_values = self._set_values(reader)
        if reader.problems:
            raise FormProblemsError(tuple(reader.problems))
        title = self.root.find(".//{*}title")
        form = Form(
            title=((title.text if title is not None else "") or "").strip(),
            id=self.primary.get("id") or local_name(self.primary),
            version=_version(self.primary),
            languages=languages,
            default_language=default,
            items=items,
            binds=binds,
            questions=everything,
            repeats=body.repeats,
            set_values=set_values,
            texts=texts,
            shape=shape,
            files=tuple(self.external),
            warnings=tuple(dict.fromkeys(reader.warnings)),
            broken=tuple(dict.fromkeys(reader.broken)),
            document=document,
            templates=templates,
        )
        circles = graph_of(form).problems
        if circles:
            raise FormProblemsError(circles)
        return form

    # Instances -----------------------------------------------------------------------------------

    def _document(self) -> tuple[Any, list[str]]:
        """The empty filling: the answers and every list."""
        from lxml import etree  # noqa: PLC0415  (not before the first questionnaire)

        document = etree.Element("w")
        document.append(self.primary)
        lists: list[str] = []
        for instance in list(self.model.iterfind("{*}instance"))[1:]:
            list_id = instance.get("id") or ""
            holder = etree.SubElement(document, "i", id=list_id)
            source = instance.get("src")
            content = next(iter(instance), None)
            if source:
                holder.append(self._file(list_id, source))
            elif content is not None:
                copied = copy.deepcopy(content)
                for node in copied.iter():
                    node.tag = local_name(node)
                holder.append(copied)
            lists.append(list_id)
        for list_id, rows in external.read_itemsets(self.itemsets).items():
            holder = etree.SubElement(document, "i", id=list_id)
            holder.append(external.make_list(rows))
            lists.append(list_id)
        etree.cleanup_namespaces(document)
        return document, lists

    def _file(self, list_id: str, source: str) -> Any:
        name = source.rpartition("/")[2]
        raw = self.files(name)
        content = None
        if raw is None:
            self.file_warnings.append(_(_MISSING_FILE).format(name=name))
        else:
            try:
                content = external.read_list(name, raw)
            except ValueError:
                self.file_warnings.append(_(_BAD_FILE).format(name=name))
        self.external.append(ExternalFile(list_id, name, content is not None))
        return content if content is not None else external.empty_list()

    def _paths(self, node: Any, above: Names) -> list[Names]:
        path = (*above, node.tag)
        return [path, *(each for child in node for each in self._paths(child, path))]

    def _leaves(self, node: Any, above: Names) -> list[Names]:
        path = (*above, node.tag)
        if len(node) == 0:
            return [path]
        return list(dict.fromkeys(each for child in node for each in self._leaves(child, path)))

    def _templates(self, repeats: set[Names]) -> dict[str, Any]:
        """A fresh instance of each repeat; those marked as templates leave the answers."""
        found: dict[str, Any] = {}
        for names in sorted(repeats, key=len):
            nodes = self.primary.xpath("/w/" + "/".join(names)) if names else []
            if not nodes:
                continue
            marked = [node for node in nodes if node.get(f"{_JAVAROSA}template") is not None]
            fresh = copy.deepcopy((marked or nodes)[0])
            for node in fresh.iter():
                node.attrib.pop(f"{_JAVAROSA}template", None)
            for inner in repeats:
                if len(inner) > len(names) and inner[: len(names)] == names:
                    _keep_one(fresh, inner[len(names) :])
            found[joined(names)] = fresh
        for node in list(self.primary.iter()):
            if node.get(f"{_JAVAROSA}template") is not None and node.getparent() is not None:
                node.getparent().remove(node)
        return found

    # Rules ---------------------------------------------------------------------------------------

    def _binds(self) -> list[Any]:
        return [bind for bind in self.model.iterfind("{*}bind") if bind.get("nodeset")]

    def _binder(self, reader: Reader) -> Callable[[Any], Bind]:
        def made(bind: Any) -> Bind:
            names = tuple(local(name) for name in names_of(bind.get("nodeset").strip()))
            rules = {rule: reader.expression(bind.get(rule), names, rule) for rule in _RULES}
            attributes = {str(name).rpartition("}")[2]: str(v) for name, v in bind.attrib.items()}
            severity = attributes.get("severity", "").strip().lower()
            return Bind(
                path=joined(names),
                type=(attributes.get("type") or "string").rpartition(":")[2],
                **rules,
                constraint_message=message_of(attributes.get("constraintMsg"), reader.texts),
                required_message=message_of(attributes.get("requiredMsg"), reader.texts),
                severity=Severity(severity) if severity in set(Severity) else Severity.ERROR,
                preload=(attributes.get("preload", ""), attributes.get("preloadParams", "")),
                attributes=attributes,
            )

        return made

    def _set_values(self, reader: Reader) -> tuple[SetValue, ...]:
        found: list[SetValue] = []
        for holder in (self.model, self.body):
            for node in holder.iter("{*}setvalue"):
                path, _at, attribute = (node.get("ref") or node.get("bind") or "").partition("/@")
                names = names_of(path.strip())
                above = node.getparent()
                trigger = (
                    (above.get("ref") or above.get("nodeset") or "") if above is not None else ""
                )
                value = reader.expression(node.get("value"), names, "default")
                found.append(
                    SetValue(
                        frozenset((node.get("event") or "").split()),
                        joined(names),
                        attribute,
                        value,
                        (node.text or "").strip(),
                        trigger.strip(),
                    )
                )
        return tuple(found)


def _keep_one(fresh: Any, inner: Names) -> None:
    """Leave one instance of a repeat inside a fresh instance of another."""
    holders = [fresh]
    for name in inner[:-1]:
        holders = [child for holder in holders for child in holder.iterfind(name)]
    for holder in holders:
        for node in list(holder.iterfind(inner[-1]))[1:]:
            holder.remove(node)


def _silent(path: str, binds: Mapping[str, Bind]) -> Question:
    """A value that nobody is asked for."""
    bind = binds.get(path) or Bind(path)
    if bind.calculate is not None:
        kind = Kind.CALCULATE
    elif bind.preload[0] or "/meta/" in path:
        kind = Kind.META
    else:
        kind = Kind.HIDDEN
    return Question(path, kind, bind)


def _version(primary: Any) -> str:
    return next(
        (str(value) for name, value in primary.attrib.items() if name.endswith("version")), ""
    )
