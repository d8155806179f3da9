"""Random histories of a questionnaire, with a model of their own of what each question is."""

from dataclasses import dataclass, replace
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

from desktop_app.questionnaire.flat import Interview
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.versions import History, Version
from desktop_app.questionnaire.xform import load

PLACES = {"": (), "g": ("g",), "p": ("p",), "p/h": ("p", "h"), "p/i": ("p", "i")}
"""Where a question can stand; `p` and `p/h` repeat, `g` and `p/i` are groups."""
REPEATS = {"p", "p/h"}
KINDS = ("integer", "text", "date", "select_one", "select_multiple")
_CONTROL = {"select_one": "select1", "select_multiple": "select"}
_TYPE = {"integer": "int", "date": "date"}
_HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:w="urn:w"><h:head><h:title>T</h:title><model><instance>'
)


@dataclass(frozen=True)
class Asked:
    """A question of the model; `id` only when it is written into the form."""

    name: str
    kind: str
    place: str = ""
    id: str = ""
    label: str = ""
    codes: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*PLACES[self.place], self.name)

    @property
    def stays(self) -> str:
        """The id that holds it together."""
        return self.id or "/".join(self.names)

    @property
    def repeat(self) -> str:
        return {"p": "p", "p/i": "p", "p/h": "p/h"}.get(self.place, "")


def form_of(asked: list[Asked]) -> Form:
    """The form that asks these questions in this order; those of a place stand together."""
    places = list(dict.fromkeys(each.place for each in asked))
    return load(
        f'{_HEAD}<data id="f">{_nodes(asked, places, "")}</data></instance>'
        f"{''.join(map(_bind, asked))}</model></h:head>"
        f"<h:body>{_body(asked, places, '')}</h:body></h:html>"
    )


def _inside(places: list[str], place: str) -> list[str]:
    """Places right inside a place that lead to questions."""
    depth = len(PLACES[place])
    wanted = {
        "/".join(PLACES[each][: depth + 1])
        for each in places
        if len(PLACES[each]) > depth and PLACES[each][:depth] == PLACES[place]
    }
    return sorted(wanted)


def in_order(asked: list[Asked], place: str = "") -> list[Asked]:
    """The questions in the order of the answers."""
    found = [each for each in asked if each.place == place]
    for below in _inside([each.place for each in asked], place):
        found += in_order(asked, below)
    return found


def _nodes(asked: list[Asked], places: list[str], place: str) -> str:
    own = "".join(f"<{each.name}/>" for each in asked if each.place == place)
    for below in _inside(places, place):
        name = PLACES[below][-1]
        own += f"<{name}>{_nodes(asked, places, below)}</{name}>"
    return own


def _bind(each: Asked) -> str:
    path = "/".join(("/data", *each.names))
    written = f" w:id={quoteattr(each.id)}" if each.id else ""
    return f'<bind nodeset="{path}" type="{_TYPE.get(each.kind, "string")}"{written}/>'


def _body(asked: list[Asked], places: list[str], place: str) -> str:
    own = "".join(_control(each) for each in asked if each.place == place)
    for below in _inside(places, place):
        path = "/".join(("/data", *PLACES[below]))
        inner = _body(asked, places, below)
        if below in REPEATS:
            inner = f'<repeat nodeset="{path}">{inner}</repeat>'
        own += f'<group ref="{path}">{inner}</group>'
    return own


def _control(each: Asked) -> str:
    name = _CONTROL.get(each.kind, "input")
    items = "".join(
        f"<item><label>{escape(label)}</label><value>{escape(code)}</value></item>"
        for code, label in each.codes
    )
    path = "/".join(("/data", *each.names))
    label = escape(each.label or each.name)
    return f'<{name} ref="{path}"><label>{label}</label>{items}</{name}>'


# Random ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A history, its model by the name of the version, and interviews.

    `given` is what was answered: by interview and id, the instance and the value.
    """

    history: History
    model: dict[str, list[Asked]]
    interviews: list[Interview]
    given: dict[tuple[str, str], dict[str, str]]


NAMES = ("a", "b", "c", "d", "e", "A")
CODES = (("x", "X"), ("y", "Y"), ("z", "Z"), ("other", "X"))


@st.composite
def _question(draw: st.DrawFn) -> Asked:
    kind = draw(st.sampled_from(KINDS))
    codes = ()
    if kind.startswith("select"):
        codes = tuple(draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True)))
    place = draw(st.sampled_from(sorted(PLACES)))
    return Asked(draw(st.sampled_from(NAMES)), kind, place, codes=codes)


@st.composite
def _edited(draw: st.DrawFn, asked: list[Asked]) -> list[Asked]:
    """The next version: one edit; what would give two questions one path or id is left."""
    edit = draw(st.sampled_from(("add", "remove", "rename", "move", "kind", "codes", "reorder")))
    if edit == "add":
        place = draw(st.integers(0, len(asked)))
        made = [*asked[:place], draw(_question()), *asked[place:]]
    elif edit == "reorder":
        made = draw(st.permutations(asked))
    else:
        place = draw(st.integers(0, len(asked) - 1))
        old, other = asked[place], draw(_question())
        if edit == "remove":
            new = []
        elif edit == "rename":
            new = [replace(old, name=other.name, id=old.stays, label=other.name * 2)]
        elif edit == "move":
            new = [replace(old, place=other.place, id=old.stays)]
        elif edit == "kind":
            new = [replace(old, kind=other.kind, codes=other.codes)]
        else:
            is_choice = old.kind.startswith("select") and other.codes
            new = [replace(old, codes=other.codes if is_choice else old.codes)]
        made = [*asked[:place], *new, *asked[place + 1 :]]
    paths, ids = {each.names for each in made}, {each.stays for each in made}
    return made if made and len(paths) == len(ids) == len(made) else asked


@st.composite
def _answers(draw: st.DrawFn, asked: list[Asked], start: int) -> dict[Asked, dict[str, str]]:
    """Answers of an interview by question and address; no two texts or numbers are alike."""
    people = draw(st.lists(st.integers(0, 2), max_size=2))
    found: dict[Asked, dict[str, str]] = {}
    number = start
    for each in in_order(asked):
        around = [""]
        if each.repeat:
            around = [f"/p[{place}]" for place in range(1, len(people) + 1)]
        if each.place == "p/h":
            around = [
                f"/p[{place}]/h[{inner}]"
                for place, count in enumerate(people, 1)
                for inner in range(1, count + 1)
            ]
        below = each.names[each.place.count("/") + 1 if each.place in REPEATS else 0 :]
        if each.place == "p/i":
            below = each.names[1:]
        for instance in around:
            if not draw(st.booleans()):
                continue
            number += 1
            value = str(number)
            if each.codes:
                chosen = draw(st.lists(st.sampled_from(each.codes), min_size=1, unique=True))
                value = " ".join(code for code, _label in chosen)
                value = value if each.kind == "select_multiple" else chosen[0][0]
            found.setdefault(each, {})["/data" + "/".join((instance, *below))] = value
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A history of up to five versions with an interview or two of each."""
    first = draw(st.lists(_question(), min_size=1, max_size=5, unique_by=lambda q: q.names))
    states = [first]
    for _edit in range(draw(st.integers(0, 4))):
        states.append(draw(_edited(states[-1])))
    model = {f"v{number}": state for number, state in enumerate(states, 1)}
    interviews, given = [], {}
    for name, asked in model.items():
        for _count in range(draw(st.integers(1, 2))):
            key = f"k{len(interviews)}"
            answers = draw(_answers(asked, 1000 * len(interviews)))
            for each, values in answers.items():
                given[key, each.stays] = {
                    key + address.removeprefix("/data")[: address.rfind("]") + 1 - len("/data")]
                    if each.repeat
                    else key: value
                    for address, value in values.items()
                }
            flat = {
                address: value for values in answers.values() for address, value in values.items()
            }
            interviews.append(Interview(key, name, {"mode": "phone"}, flat))
    history = History(Version(name, form_of(asked)) for name, asked in model.items())
    return Case(history, model, interviews, given)
