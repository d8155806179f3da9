"""Answers going out and coming back: plain JSON by address, and the XML of a submission."""

from collections.abc import Iterator, Mapping
from typing import Any

from desktop_app.questionnaire.engine import MAX_INSTANCES
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import FILES, Form
from desktop_app.questionnaire.safe_xml import local_name, parse_xml


def to_answers(filling: Filling, *, only_relevant: bool = False) -> dict[str, str]:
    """Every answer by its address.

    A repeat whose last instance has no answer, and one without instances, has an entry of its own
    with an empty text, so that reading back gives the same number: ``/data/person[2]``,
    ``/data/person[0]``.

    Args:
        filling: The interview.
        only_relevant: Leave out what is not relevant now.
    """
    found: dict[str, str] = {}
    for state in filling.leaves():
        if state.raw and (state.shown or not only_relevant):
            found[filling.address(state.node)] = state.raw
    for node, name in attributes(filling):
        if node.get(name) and (filling.states[node].shown or not only_relevant):
            found[f"{filling.address(node)}/@{name}"] = node.get(name)
    for address, count in _counts(filling, only_relevant=only_relevant).items():
        last = f"{address}[{count}]"
        if not any(key.startswith(last) for key in found):
            found[last] = ""
    return found


def attributes(filling: Filling) -> Iterator[tuple[Any, str]]:
    """Attributes that the form sets, as the node and the name."""
    for each in filling.form.set_values:
        if each.attribute:
            for node in filling.instances.get(each.path, ()):
                yield node, each.attribute


def _counts(filling: Filling, *, only_relevant: bool) -> dict[str, int]:
    """How many instances each repeat has, wherever it stands."""
    found: dict[str, int] = {}
    for path in filling.form.repeats:
        above, _slash, name = path.rpartition("/")
        for holder in filling.instances.get(above, ()):
            if filling.states[holder].shown or not only_relevant:
                found[f"{filling.address(holder)}/{name}"] = sum(
                    1 for child in holder if child.tag == name
                )
    return found


def from_answers(
    form: Form,
    answers: Mapping[str, str],
    language: str = "",
    properties: Mapping[str, str] | None = None,
) -> Filling:
    """An interview with these answers, as it was left.

    Answers that have no place in the form are kept in ``left_over``; nothing is lost when the form
    is another version.
    """
    filling = Filling(form, language, properties, resume=True)
    _make_instances(filling, answers)
    for whole, value in answers.items():
        address, is_attribute, attribute = whole.partition("/@")
        node = filling.node(address)
        if node is not None and is_attribute:
            node.set(attribute, value)
            continue
        state = filling.states.get(node) if node is not None else None
        if state is not None and state.question is not None:
            filling.put(node, value)
        elif value:
            filling.left_over[whole] = value
    _empty_others(filling, answers)
    filling.recalculate_all()
    return filling


def _make_instances(filling: Filling, answers: Mapping[str, str]) -> None:
    """As many instances of each repeat as the addresses speak of."""
    wanted: dict[str, int] = {}
    for address in answers:
        parts = address.split("/")
        for place, part in enumerate(parts):
            name, bracket, number = part.partition("[")
            if bracket and number.rstrip("]").isdecimal():
                repeat = "/".join([*parts[:place], name])
                count = min(int(number.rstrip("]")), MAX_INSTANCES)
                wanted[repeat] = max(wanted.get(repeat, 0), count)
    for address in sorted(wanted, key=lambda each: each.count("/")):
        above = filling.node(address.rpartition("/")[0])
        if above is None:
            continue
        path = f"{filling.states[above].path}/{address.rpartition('/')[2]}"
        if path not in filling.form.repeats:
            continue
        name = path.rpartition("/")[2]
        present = [child for child in above if child.tag == name]
        for _more in range(wanted[address] - len(present)):
            filling.grow(above, path)
        for node in present[wanted[address] :][::-1]:
            filling.shrink(node)


def _empty_others(filling: Filling, answers: Mapping[str, str]) -> None:
    """Defaults that were taken away stay away."""
    for state in list(filling.leaves()):
        question = state.question
        if question is not None and question.bind.calculate is None and state.raw:
            address = filling.address(state.node)
            if address not in answers:
                filling.put(state.node, "")


def submission(filling: Filling) -> bytes:
    """The answers as XML the way ODK sends them: only what is relevant, with id and version."""
    from lxml import etree  # noqa: PLC0415  (not before the first questionnaire)

    root = etree.Element(filling.primary.tag)
    for name, value in filling.primary.attrib.items():
        root.set(name, value)
    root.set("id", filling.form.id)
    if filling.form.version:
        root.set("version", filling.form.version)
    _copy_shown(filling, filling.primary, root)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def files_of(filling: Filling) -> tuple[str, ...]:
    """Names of the files that a submission names."""
    return tuple(
        dict.fromkeys(
            state.raw
            for state in filling.leaves()
            if state.raw and state.question is not None and state.question.kind in FILES
            and state.shown
        )
    )  # fmt: skip


def _copy_shown(filling: Filling, source: Any, target: Any) -> None:
    from lxml import etree  # noqa: PLC0415

    for child in source:
        if filling.states[child].shown:
            made = etree.SubElement(target, child.tag, dict(child.attrib))
            if filling.states[child].question is not None:
                made.text = child.text or None
            _copy_shown(filling, child, made)


def from_submission(form: Form, raw: bytes) -> Filling:
    """An interview out of the XML of a submission.

    Raises:
        XmlProblemError: it is not XML that is read here.
    """
    root = parse_xml(raw)
    answers: dict[str, str] = {}
    paths = form.repeats
    names: dict[str, list[str]] = {}
    for each in form.set_values:
        if each.attribute:
            names.setdefault(each.path, []).append(each.attribute)

    def walk(node: Any, address: str, path: str) -> None:
        seen: dict[str, int] = {}
        for child in node:
            name = local_name(child)
            below = f"{path}/{name}"
            kept = names.get(below, ())
            place = seen[name] = seen.get(name, 0) + 1
            here = f"{address}/{name}[{place}]" if below in paths else f"{address}/{name}"
            answers.update({f"{here}/@{key}": child.get(key, "") for key in kept})
            if len(child) == 0:
                answers[here] = child.text or ""
            else:
                walk(child, here, below)
        for repeat in paths:
            above, _slash, name = repeat.rpartition("/")
            if above == path:
                answers.setdefault(f"{address}/{name}[{seen.get(name, 0)}]", "")

    walk(root, f"/{local_name(root)}", f"/{local_name(root)}")
    return from_answers(form, answers)
