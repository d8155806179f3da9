"""One interview: what follows from an answer, and nothing more."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.questionnaire import answers, screen
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form, Kind, Severity
from tests.questionnaire.conftest import MakeForm

EXIT = """
| survey |  |  |  |  |  |  |  |  |  |  |  |
|  | type | name | label::English (en) | label::中文 (zh) | relevant | constraint | constraint_message::中文 (zh) | required | calculation | default | bind::winback:severity |
|  | select_one reason | reason | Why did you leave us? | 为什么离开我们？ |  |  |  | yes |  |  |  |
|  | text | words | In your own words | 客户原话 |  | string-length(.) > 3 |  |  |  |  | warning |
|  | begin_group | price | Prices | 价格 | ${reason} = 'price' |  |  |  |  |  |  |
|  | integer | theirs | Their price |  |  | . > 0 and . < 10000 | 必须在 0 与 10000 之间 | yes |  |  |  |
|  | integer | ours | Our price | 我方价格 |  |  |  |  |  | 100 |  |
|  | calculate | gap |  |  |  |  |  |  | ${ours} - ${theirs} |  |  |
|  | note | told | They are cheaper by ${gap} | 便宜 ${gap} | ${gap} > 0 |  |  |  |  |  |  |
|  | end_group |  |  |  |  |  |  |  |  |  |  |
|  | date | since | Since when | 何时离开 |  | . <= today() |  |  |  |  | info |
|  | select_one city | city | City | 城市 |  |  |  |  |  |  |  |
| choices |  |  |  |  |
|  | list_name | name | label::English (en) | label::中文 (zh) |
|  | reason | price | Price | 价格 |
|  | reason | service | Service | 服务 |
|  | city | sh | Shanghai | 上海 |
|  | city | bj | Beijing | 北京 |
| settings |  |  |  |
|  | form_title | form_id | version |
|  | Exit | exit | 7 |
"""  # noqa: E501  (a table)

REPEATS = """
| survey |  |  |  |  |  |  |  |  |
|  | type | name | label | relevant | calculation | repeat_count | choice_filter | default |
|  | integer | many | How many |  |  |  |  |  |
|  | begin_repeat | item | Item |  |  | ${many} |  |  |
|  | text | what | What |  |  |  |  |  |
|  | integer | price | Price of ${what} |  |  |  |  | 5 |
|  | calculate | place |  |  | position(..) |  |  |  |
|  | select_one kind | kind | Kind |  |  |  | maker = ${what} |  |
|  | end_repeat |  |  |  |  |  |  |  |
|  | calculate | total |  |  | sum(${price}) |  |  |  |
|  | begin_repeat | person | Person |  |  |  |  |  |
|  | text | who | Who |  |  |  |  |  |
|  | begin_repeat | call | Call |  |  |  |  |  |
|  | date | day | Day |  |  |  |  | today() |
|  | end_repeat |  |  |  |  |  |  |  |
|  | calculate | calls |  |  | count(${call}) |  |  |  |
|  | end_repeat |  |  |  |  |  |  |  |
|  | calculate | people |  |  | count(${person}) |  |  |  |
|  | calculate | second |  |  | indexed-repeat(${who}, ${person}, 2) |  |  |  |
|  | note | end | Thank you | ${people} > 1 |  |  |  |  |
| choices |  |  |  |  |
|  | list_name | name | label | maker |
|  | kind | a1 | A one | a |
|  | kind | a2 | A two | a |
|  | kind | b1 | B one | b |
"""


@pytest.fixture
def exit_form(make_form: MakeForm) -> Form:
    return make_form(EXIT)


@pytest.fixture
def filling(exit_form: Form) -> Filling:
    return Filling(exit_form, "中文 (zh)")


@pytest.fixture
def repeats(make_form: MakeForm) -> Filling:
    return Filling(make_form(REPEATS))


def messages(filling: Filling, address: str | None = None) -> list[tuple[str, str]]:
    return [(problem.kind, problem.message) for problem in filling.problems(address)]


# The form ----------------------------------------------------------------------------------------


def test_that_a_form_knows_what_it_is(exit_form: Form) -> None:
    assert (exit_form.title, exit_form.id, exit_form.version) == ("Exit", "exit", "7")
    assert exit_form.languages == ("English (en)", "中文 (zh)")
    kinds = {question.name: question.kind for question in exit_form.asked()}
    assert kinds["reason"] is Kind.SELECT_ONE
    assert kinds["told"] is Kind.NOTE
    assert exit_form.questions["/data/price/gap"].kind is Kind.CALCULATE
    assert exit_form.questions["/data/meta/instanceID"].kind is Kind.META
    assert exit_form.questions["/data/words"].bind.severity is Severity.WARNING


# Relevance, calculation, what changes ------------------------------------------------------------


def test_that_an_answer_opens_a_group_and_closes_it_again(filling: Filling) -> None:
    assert not filling.is_relevant("/data/price/theirs")
    changes = filling.set_answer("/data/reason", "price")
    assert {"/data/price", "/data/price/theirs"} <= changes.relevance
    filling.set_answer("/data/price/theirs", 80)
    assert filling.answer("/data/price/gap") == "20"
    assert filling.is_relevant("/data/price/told")
    assert filling.label("/data/price/told") == "便宜 20"
    filling.set_answer("/data/reason", "service")
    assert not filling.is_relevant("/data/price/told")
    assert "/data/price/theirs" not in answers.to_answers(filling, only_relevant=True)
    assert b"theirs" not in answers.submission(filling)
    filling.set_answer("/data/reason", "price")
    assert filling.answer("/data/price/theirs") == "80"
    assert filling.answer("/data/price/gap") == "20"


def test_that_only_what_reads_an_answer_is_evaluated(filling: Filling) -> None:
    filling.set_answer("/data/reason", "price")
    filling.evaluations.clear()
    filling.set_answer("/data/city", "sh")
    assert sum(filling.evaluations.values()) == 0
    filling.set_answer("/data/words", "太贵了")
    assert filling.evaluations == {"constraint": 1}
    filling.evaluations.clear()
    filling.set_answer("/data/price/ours", 120)
    assert filling.evaluations == {"calculate": 1}  # not a number yet, as before: nothing follows
    filling.set_answer("/data/price/theirs", 100)
    assert filling.evaluations == {
        "calculate": 2, "constraint": 1, "relevant": 1, "label": 1
    }  # fmt: skip
    filling.evaluations.clear()
    filling.set_answer("/data/price/theirs", 100)
    assert sum(filling.evaluations.values()) == 0


def test_that_a_key_stroke_in_a_long_form_costs_what_reads_it(make_form: MakeForm) -> None:
    """300 questions, each relevant by the one before, with three levels of choices."""
    rows = ["| survey | | | | | |", "|  | type | name | label | relevant | choice_filter |"]
    rows += ["|  | select_one l0 | q0 | Q |  |  |"]
    for number in range(1, 300):
        rows.append(
            f"|  | select_one l{number % 3} | q{number} | Q | ${{q{number - 1}}} != '' |"
            f" {f'up = ${{q{number - 1}}}' if number % 3 else ''} |"
        )
    rows += ["| choices | | | | |", "|  | list_name | name | label | up |"]
    rows += [f"|  | l0 | a{n} | A | |" for n in range(20)]
    rows += [f"|  | l1 | b{n} | B | a{n % 20} |" for n in range(200)]
    rows += [f"|  | l2 | c{n} | C | b{n % 200} |" for n in range(600)]
    filling = Filling(make_form("\n".join(rows)))
    assert filling.evaluations["relevant"] == 299
    assert sum(filling.evaluations.values()) <= 2 * 300
    filling.evaluations.clear()
    filling.set_answer("/data/q0", "a3")
    assert filling.evaluations == {"relevant": 2, "choices": 2}  # of q1, and of q2 that reads q1
    assert len(filling.choices("/data/q1")) == 10


def test_that_a_default_can_be_calculated_and_happens_once(make_form: MakeForm) -> None:
    form = make_form(
        """
| survey |
|  | type | name | label | default | calculation | trigger |
|  | date | day | Day | today() |  |  |
|  | text | word | Word | as written |  |  |
|  | dateTime | stamp | Stamp |  | now() | ${word} |
|  | start | began |  |  |  |  |
|  | end | ended |  |  |  |  |
|  | calculate | lot |  |  | once(random()) |  |
"""
    )
    filling = Filling(form)
    assert filling.answer("/data/day") == dt.datetime.now().astimezone().date().isoformat()
    assert filling.answer("/data/word") == "as written"
    assert filling.answer("/data/began")
    assert filling.answer("/data/stamp") == ""
    filling.set_answer("/data/word", "new")
    assert filling.answer("/data/stamp")[:4] == filling.answer("/data/day")[:4]
    lot = filling.answer("/data/lot")
    filling.set_answer("/data/day", "")
    assert filling.answer("/data/ended") == ""
    filling.finish()
    assert filling.answer("/data/ended")
    again = answers.from_answers(form, answers.to_answers(filling))
    assert again.answer("/data/lot") == lot
    assert again.answer("/data/day") == ""


def test_that_formulas_that_wait_for_each_other_are_refused(make_form: MakeForm) -> None:
    from desktop_app.importing.xlsforms import FormFileError

    with pytest.raises(FormFileError) as caught:
        make_form(
            """
| survey |
|  | type | name | label | calculation |
|  | calculate | a |  | ${b} + 1 |
|  | calculate | b |  | ${a} + 1 |
"""
        )
    (problem,) = caught.value.problems
    assert "/data/a, /data/b" in problem.message
    assert (problem.place.row, problem.place.heading) == (4, "calculation")


# Problems ----------------------------------------------------------------------------------------


def test_that_a_wrong_answer_is_kept_and_marked(filling: Filling) -> None:
    filling.set_answer("/data/reason", "price")
    filling.set_answer("/data/price/theirs", "many")
    assert filling.answer("/data/price/theirs") == "many"
    assert messages(filling, "/data/price/theirs") == [("type", "Enter a whole number.")]
    filling.set_answer("/data/price/theirs", 20000)
    assert messages(filling, "/data/price/theirs") == [("constraint", "必须在 0 与 10000 之间")]
    filling.set_answer("/data/price/theirs", None)
    assert messages(filling, "/data/price/theirs") == [
        ("required", "This question needs an answer.")
    ]
    filling.set_answer("/data/price/theirs", 90)
    assert messages(filling) == []
    filling.set_answer("/data/city", "nowhere")
    assert messages(filling) == [("choice", "“nowhere” is not among the choices. Choose again.")]


def test_that_severities_block_ask_or_show(filling: Filling) -> None:
    filling.set_answer("/data/words", "贵")
    filling.set_answer("/data/since", "2999-01-01")
    assert [(each.address, each.severity) for each in filling.problems()] == [
        ("/data/reason", Severity.ERROR),
        ("/data/words", Severity.WARNING),
        ("/data/since", Severity.INFO),
    ]
    assert [each.address for each in filling.open_problems()] == ["/data/reason", "/data/words"]
    filling.accept("/data/words")
    assert [each.address for each in filling.open_problems()] == ["/data/reason"]
    filling.set_answer("/data/words", "大")
    assert [each.address for each in filling.open_problems()] == ["/data/reason", "/data/words"]
    filling.set_answer("/data/reason", "service")
    filling.set_answer("/data/words", "服务态度差")
    assert filling.open_problems() == ()


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("integer", "-12", "1.5"),
        ("decimal", "1.5", "1,5"),
        ("date", "2026-02-28", "2026-02-30"),
        ("time", "14:30", "25:00"),
        ("dateTime", "2026-02-28T10:00:00.000+08:00", "soon"),
        ("geopoint", "31.2 121.5 0 0", "91 0"),
        ("geotrace", "1 1; 2 2", "1 1"),
        ("geoshape", "1 1; 2 2; 1 2; 1 1", "1 1; 2 2; 1 2; 3 3"),
        ("range", "5", "5.5"),
    ],
)
def test_that_the_type_of_an_answer_is_checked(
    make_form: MakeForm, kind: str, right: str, wrong: str
) -> None:
    form = make_form(f"| survey |\n|  | type | name | label |\n|  | {kind} | q | Q |")
    filling = Filling(form)
    filling.set_answer("/data/q", right)
    assert messages(filling) == []
    filling.set_answer("/data/q", wrong)
    assert [kind for kind, _text in messages(filling)] == ["type"]


def test_that_nobody_is_trapped_by_a_list_without_choices(make_form: MakeForm) -> None:
    form = make_form(
        "| survey |\n|  | type | name | label | required |\n"
        "|  | select_one_from_file gone.csv | q | Q | yes |"
    )
    assert [each.message for each in form.warnings] == [
        "The file “gone.csv” is not there, so its list is empty. Put it beside the form."
    ]
    filling = Filling(form)
    (problem,) = filling.problems()
    assert (problem.kind, problem.severity) == ("required", Severity.WARNING)
    filling.set_answer("/data/q", "typed")
    assert filling.problems() == ()


# Values as they are given ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (None, ""),
        (5, "5"),
        (2.50, "2.5"),
        (True, "true"),
        (dt.date(2026, 9, 15), "2026-09-15"),
        (dt.time(14, 30), "14:30:00"),
        (["a", "b"], "a b"),
        ("line\r\nline\x00\x0b", "line\nline"),
        ("𠮷野", "𠮷野"),
    ],
)
def test_that_values_are_written_as_xforms_do(
    filling: Filling, given: object, written: str
) -> None:
    filling.set_answer("/data/words", given)  # type: ignore[arg-type]
    assert filling.answer("/data/words") == written
    answers.submission(filling)


def test_that_a_number_that_is_none_or_endless_is_no_answer(make_form: MakeForm) -> None:
    form = make_form(
        "| survey |\n|  | type | name | label | calculation |\n|  | integer | a | A |  |\n"
        "|  | decimal | b | B | 5 div ${a} |\n|  | calculate | c |  | ${a} + 1 |"
    )
    filling = Filling(form)
    assert (filling.answer("/data/b"), filling.answer("/data/c")) == ("", "")
    filling.set_answer("/data/a", 0)
    assert (filling.answer("/data/b"), filling.answer("/data/c")) == ("", "1")
    filling.set_answer("/data/a", 2)
    assert (filling.answer("/data/b"), filling.answer("/data/c")) == ("2.5", "3")
    assert filling.is_readonly("/data/b")
    assert filling.problems() == ()


def test_that_an_unknown_address_is_told(filling: Filling) -> None:
    for address in ("/data/nothing", "/data/price", "", "/other/reason", "/data/reason[2]"):
        with pytest.raises(KeyError):
            filling.set_answer(address, "x")


# Languages ---------------------------------------------------------------------------------------


def test_that_a_missing_translation_falls_back(filling: Filling, exit_form: Form) -> None:
    filling.set_answer("/data/reason", "price")
    assert filling.label("/data/reason") == "为什么离开我们？"
    assert filling.label("/data/price/theirs") == "Their price"
    assert [choice.label for choice in filling.choices("/data/reason")] == ["价格", "服务"]
    changes = filling.set_language("English (en)")
    assert changes.labels
    assert filling.label("/data/reason") == "Why did you leave us?"
    assert [choice.label for choice in filling.choices("/data/reason")] == ["Price", "Service"]
    assert Filling(exit_form, "Klingon").label("/data/reason") == "Why did you leave us?"
    filling.set_answer("/data/price/theirs", -1)
    assert messages(filling, "/data/price/theirs") == [("constraint", "必须在 0 与 10000 之间")]


# Repeats -----------------------------------------------------------------------------------------


def test_that_the_count_makes_instances_and_gives_answers_back(repeats: Filling) -> None:
    assert repeats.count_of("/data/item") == 0
    repeats.set_answer("/data/many", 3)
    assert repeats.count_of("/data/item") == 3
    assert repeats.answer("/data/total") == "15"
    repeats.set_answer("/data/item[3]/price", 10)
    assert repeats.answer("/data/total") == "20"
    assert [repeats.answer(f"/data/item[{n}]/place") for n in (1, 2, 3)] == ["1", "2", "3"]
    repeats.set_answer("/data/many", 1)
    assert repeats.answer("/data/total") == "5"
    repeats.set_answer("/data/many", 3)
    assert repeats.answer("/data/item[3]/price") == "10"
    assert repeats.answer("/data/total") == "20"
    with pytest.raises(ValueError, match="item"):
        repeats.add_repeat("/data/item")


def test_that_an_instance_reads_its_own_neighbours(repeats: Filling) -> None:
    repeats.set_answer("/data/many", 2)
    repeats.evaluations.clear()
    changes = repeats.set_answer("/data/item[2]/what", "b")
    assert changes.everything == {
        "/data/item[2]/what", "/data/item[2]/kind", "/data/item[2]/price"
    }  # fmt: skip
    assert repeats.label("/data/item[2]/price") == "Price of b"
    assert repeats.label("/data/item[1]/price") == "Price of"
    assert [choice.value for choice in repeats.choices("/data/item[2]/kind")] == ["b1"]
    assert repeats.choices("/data/item[1]/kind") == ()
    repeats.set_answer("/data/item[1]/what", "a")
    assert [choice.value for choice in repeats.choices("/data/item[1]/kind")] == ["a1", "a2"]


def test_that_people_are_added_and_removed(repeats: Filling) -> None:
    assert repeats.count_of("/data/person") == 1
    assert repeats.answer("/data/people") == "1"
    assert repeats.add_repeat("/data/person") == "/data/person[2]"
    repeats.set_answer("/data/person[2]/who", "Bo")
    assert (repeats.answer("/data/people"), repeats.answer("/data/second")) == ("2", "Bo")
    assert repeats.is_relevant("/data/end")
    repeats.add_repeat("/data/person[2]/call")
    assert repeats.answer("/data/person[2]/calls") == "2"
    assert repeats.answer("/data/person[1]/calls") == "1"
    assert repeats.answer("/data/person[2]/call[2]/day")
    repeats.remove_repeat("/data/person[1]")
    assert repeats.answer("/data/person[1]/who") == "Bo"
    assert repeats.answer("/data/person[1]/calls") == "2"
    assert (repeats.answer("/data/people"), repeats.answer("/data/second")) == ("1", "")
    repeats.remove_repeat("/data/person[1]")
    assert repeats.answer("/data/people") == "0"
    assert repeats.add_repeat("/data/person") == "/data/person[1]"
    assert [child.tag for child in repeats.primary][2:5] == ["person", "people", "second"]
    with pytest.raises(KeyError):
        repeats.remove_repeat("/data/person[9]")


def test_that_answers_with_repeats_come_back(repeats: Filling) -> None:
    repeats.set_answer("/data/many", 2)
    repeats.set_answer("/data/item[2]/what", "b")
    repeats.add_repeat("/data/person")
    repeats.remove_repeat("/data/person[1]/call[1]")
    kept = answers.to_answers(repeats)
    assert kept["/data/person[1]/call[0]"] == ""
    again = answers.from_answers(repeats.form, kept)
    assert answers.to_answers(again) == kept
    assert again.answer("/data/total") == "10"
    assert answers.submission(again) == answers.submission(repeats)
    sent = answers.submission(repeats)
    assert answers.submission(answers.from_submission(repeats.form, sent)) == sent


def test_that_answers_without_a_place_are_kept(repeats: Filling) -> None:
    again = answers.from_answers(repeats.form, {"/data/old": "x", "/data/many": "1"})
    assert again.left_over == {"/data/old": "x"}
    assert again.count_of("/data/item") == 1


# The screen --------------------------------------------------------------------------------------


def test_that_the_order_of_the_screen_follows_relevance(filling: Filling) -> None:
    def asked() -> list[str]:
        return [item.address for item in screen.order(filling, heads=False)]

    assert asked() == ["/data/reason", "/data/words", "/data/since", "/data/city"]
    assert screen.following(filling, None) == "/data/reason"
    filling.set_answer("/data/reason", "price")
    assert screen.following(filling, "/data/words") == "/data/price/theirs"
    assert screen.preceding(filling, "/data/since") == "/data/price/ours"
    assert screen.preceding(filling, "/data/reason") is None
    assert screen.following(filling, "/data/city") is None
    assert screen.progress(filling) == screen.Progress(answered=2, asked=6)
    heads = [item.address for item in screen.order(filling) if item.is_head]
    assert heads == ["/data/price"]


def test_that_the_screen_shows_each_instance(repeats: Filling) -> None:
    repeats.set_answer("/data/many", 2)
    shown = [(item.address, item.is_head, item.depth) for item in screen.order(repeats)]
    assert shown[1:6] == [
        ("/data/item[1]", True, 0),
        ("/data/item[1]/what", False, 1),
        ("/data/item[1]/price", False, 1),
        ("/data/item[1]/kind", False, 1),
        ("/data/item[2]", True, 0),
    ]
    assert ("/data/person[1]/call[1]/day", False, 2) in shown
    repeats.remove_repeat("/data/person[1]")
    assert ("/data/person", True, 0) in [
        (item.address, item.is_head, item.depth) for item in screen.order(repeats)
    ]


# Whatever happens in whatever order --------------------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("many"), st.integers(-1, 4)),
        st.tuples(st.sampled_from(["what", "price", "kind"]), st.integers(0, 3)),
        st.tuples(st.sampled_from(["add", "remove", "who", "call", "uncall"]), st.integers(0, 2)),
    ),
    max_size=25,
)
VALUES = ["a", "b", "", "12"]


def do(filling: Filling, action: str, number: int) -> None:
    """One thing a person does; what is not there is not touched."""
    person = f"/data/person[{number + 1}]"
    is_there = filling.node(person) is not None
    match action:
        case "many":
            filling.set_answer("/data/many", number)
        case "what" | "price" | "kind" if filling.node(f"/data/item[{number + 1}]") is not None:
            filling.set_answer(f"/data/item[{number + 1}]/{action}", VALUES[number])
        case "add":
            filling.add_repeat("/data/person")
        case "remove" if is_there:
            filling.remove_repeat(person)
        case "who" if is_there:
            filling.set_answer(f"{person}/who", VALUES[number])
        case "call" if is_there:
            filling.add_repeat(f"{person}/call")
        case "uncall" if is_there and filling.count_of(f"{person}/call"):
            filling.remove_repeat(f"{person}/call[1]")


@given(steps)
def test_that_nothing_is_left_to_calculate_after_any_steps(
    make_form: MakeForm, actions: list[tuple[str, int]]
) -> None:
    filling = Filling(make_form(REPEATS))
    for action, number in actions:
        do(filling, action, number)
        filling.problems()
    again = filling.recalculate_all()
    assert again.values | again.relevance | again.rules | again.repeats == set()
    kept = answers.to_answers(filling)
    other = answers.from_answers(filling.form, kept)
    assert answers.to_answers(other) == kept
    assert answers.submission(other) == answers.submission(filling)
    assert [item.address for item in screen.order(other)] == [
        item.address for item in screen.order(filling)
    ]
    nodes = {node for nodes in filling.instances.values() for node in nodes}
    assert nodes == set(filling.primary.iter())
