"""The reports about interviews: layers of reason, themes, coders, quality, asked and known."""

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
import time_machine
from report_world import add_case, at
from scipy import stats

from db.queries.cases import CaseFilter
from db.session import Actor, Database, Session
from db.vocabulary import AttemptResult, Outcome, ReasonLayer, Role
from desktop_app.domain import coder_agreement
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.coder_agreement import Coding
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.errors import InvalidInputError, NotAllowedError
from desktop_app.reports import report
from desktop_app.reports.base import Document, Facts, Figure, Paragraph, Quote, Table
from desktop_app.reports.catalogue import coder_agreement as coder_report
from desktop_app.reports.json import to_json
from desktop_app.reports.pdf import write_pdf
from desktop_app.reports.xlsx import write_xlsx
from desktop_app.services import case_reasons, cases, coding, reasons
from desktop_app.ui.document_view import as_filter
from tests import factories
from tests.conftest import actors_of, copy_of
from tests.factories import Desk
from tests.interviewed import WHY, WHY_REASON, WORDS, finish_interview

LOWER, SLOW, QUEUE = "price_competitor_lower", "service_inefficient", "service_queue"
DAY = date(2026, 3, 2)
IDS = ("asked-and-known", "reason-layers", "themes", "interview-quality", "coder-agreement")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def build(database: Database, actor: Actor, report_id: str, **params: object) -> Document:
    made = report(report_id)
    with database.read(actor) as session:
        return made.build(session, made.Params(**params))


def facts(document: Document) -> dict[str, str]:
    found = document.sections[0].blocks[0]
    assert isinstance(found, Facts)
    return dict(found.pairs)


def table(document: Document, title: str) -> Table:
    return next(each for each in document.tables() if each.title == title)


def cells(table: Table) -> list[tuple[object, ...]]:
    return [tuple(column.cell(row) for column in table.columns) for row in table.rows]


# ---------------------------------------------------------------- layers of reason


def add_layers(
    database: Database,
    actor: Actor,
    rows: Sequence[tuple[str | None, str | None, str | None, int]],
) -> None:
    """Cases as `(belief, stated, root, how many)`."""
    for belief, stated, root, count in rows:
        for _n in range(count):
            case_id = add_case(database, actor, DAY, root, stated=stated)
            if belief:
                draft = ReasonDraft(layer=ReasonLayer.BELIEF, reason=belief)
                with database.write(actor) as session:
                    case_reasons.set_reason(session, case_id, draft)


LAYERS = (
    (LOWER, LOWER, SLOW, 5),
    (LOWER, LOWER, LOWER, 3),
    (None, QUEUE, SLOW, 2),
    (SLOW, LOWER, None, 1),
    (LOWER, LOWER, "unknown_refused", 1),
)
"""Both reasons in 11 cases, another root in 7 + 1; belief and a known root in 8, right in 3."""


def test_that_the_matrix_counts_cases_and_its_cells_open_them(
    database: Database, admin: Actor
) -> None:
    add_layers(database, admin, LAYERS)
    document = build(database, admin, "reason-layers", start=DAY)
    matrix = table(document, "Stated reason (rows) and root reason (columns)")
    by_row = {row.code: row.counts for row in matrix.rows}
    assert by_row[LOWER] == {SLOW: 5, LOWER: 3, "unknown_refused": 1, "others": 0, "all": 9}
    assert by_row[QUEUE] == {SLOW: 2, LOWER: 0, "unknown_refused": 0, "others": 0, "all": 2}
    assert matrix.total is not None
    assert (matrix.total[SLOW], matrix.total["all"]) == (7, 11)
    assert matrix.cases is not None
    for row in matrix.rows:
        for column in (SLOW, LOWER, "all"):
            criteria = as_filter({**document.criteria, **matrix.cases(row, column)})
            with database.read(admin) as session:
                count = cases.count_cases(session, criteria)
            expected = row.counts[column] + (row.code == LOWER and column == "all")  # no root yet
            assert count == expected, (row.code, column)
    assert matrix.cases(matrix.rows[0], "others") == {}
    assert facts(document)["The root reason is another one"].startswith("72.7%, 8 of n = 11, 95%")


def test_that_the_perception_gap_is_the_worked_example(database: Database, admin: Actor) -> None:
    add_layers(database, admin, LAYERS)
    document = build(database, admin, "reason-layers")
    low, high = stats.binomtest(3, 8).proportion_ci(method="wilson")
    interval = f"{low * 100:.1f}% – {high * 100:.1f}%"
    assert facts(document)["Staff were right about the root"] == (
        f"37.5%, 3 of n = 8, 95% interval {interval}"
    )
    assert interval == "13.7% – 69.4%"
    assert any(interval in meaning for _term, meaning in document.definitions)
    low, high = stats.binomtest(9, 10).proportion_ci(method="wilson")
    assert facts(document)["Staff were right about what was said"] == (
        f"90.0%, 9 of n = 10, 95% interval {low * 100:.1f}% – {high * 100:.1f}%"
    )
    moves = table(document, "Where staff believed something else than the root reason")
    (move,) = moves.rows
    assert (move.move.source, move.move.target, move.move.count) == (LOWER, SLOW, 5)
    note = document.sections[2].blocks[0]
    assert isinstance(note, Paragraph)
    assert note.text == "3 cases have no belief or no root reason, in 1 it is not known."


def test_that_staff_are_said_to_misjudge_only_when_it_is_clear(
    database: Database, admin: Actor
) -> None:
    add_layers(database, admin, LAYERS)
    title = "Reasons that staff overestimate and underestimate"
    few = table(build(database, admin, "reason-layers"), title)
    assert {row[4] for row in cells(few)} == {"no clear difference"}  # five against none
    add_layers(database, admin, [(LOWER, LOWER, SLOW, 3)])
    found = {
        row.found.code: row for row in table(build(database, admin, "reason-layers"), title).rows
    }
    exact = stats.binomtest(8, 8, 0.5).pvalue
    assert found[LOWER].found.chance == pytest.approx(2 * exact)  # two reasons, Holm
    many = {row[0]: row for row in cells(table(build(database, admin, "reason-layers"), title))}
    assert [many[found[code].name][1:5] for code in (LOWER, SLOW)] == [
        (11, 3, 3, "believed too often"), (0, 8, 0, "believed too seldom"),
    ]  # fmt: skip
    behind = table(build(database, admin, "reason-layers"), title).cases
    assert behind is not None
    assert behind(found[LOWER], "both") == {"belief_reason": LOWER, "root_reason": LOWER}
    assert behind(found[LOWER], "verdict") == {}


def test_that_rare_reasons_are_added_up_and_a_renamed_one_keeps_its_old_words(
    database: Database, admin: Actor
) -> None:
    from db import reference

    codes = [each.code for each in reference.reasons() if each.group != "unknown"][:14]
    add_layers(
        database, admin, [(None, code, code, 2 if n < 3 else 1) for n, code in enumerate(codes)]
    )
    before = to_json(build(database, admin, "reason-layers"))
    matrix = table(
        build(database, admin, "reason-layers"), "Stated reason (rows) and root reason (columns)"
    )
    assert [len(matrix.columns), len(matrix.rows)] == [9, 11]
    assert matrix.rows[-1].name == "All 4 others"
    assert matrix.rows[-1].counts["all"] == matrix.rows[-1].counts["others"] == 4
    with database.write(admin) as session:
        reasons.rename(session, codes[0], "改名", "Renamed")
    after = to_json(build(database, admin, "reason-layers"))
    assert before["sections"] == after["sections"]


# ---------------------------------------------------------------- themes and coders


def code_twelve(desk: Desk, actors: dict[Role, Actor]) -> None:
    """Twelve interviews; the administrator coded all of them, the manager the first ten."""
    admin, agent, manager = (
        actors[role] for role in (Role.ADMINISTRATOR, Role.AGENT, Role.DEPT_MANAGER)
    )
    with time_machine.travel(at(DAY), tick=False):
        keys = [
            desk.do(admin, finish_interview, agent, f"原话 {n}", LOWER, name=f"客户 {n}")
            for n in range(12)
        ]
        themes = {row.code: row.id for row in desk.look(admin, coding.list_themes)}

        def code(actor: Actor, key: uuid.UUID, words: str) -> None:
            desk.do(actor, coding.code_answer, key, WORDS, [themes[each] for each in words.split()])

        for n, key in enumerate(keys):
            code(admin, key, "price_high" if n < 6 else "delivery")
        for n, key in enumerate(keys[:10]):
            code(manager, key, "price_high" if n < 5 or n == 9 else "delivery")


def made_once(file: Path, folder: Path, fill: Callable[[Desk, dict[Role, Actor]], None]) -> Path:
    """A closed copy of a database with more in it, to be copied by each test."""
    with copy_of(file, folder) as database:
        fill(Desk(database), actors_of(database))
    return database.path


@pytest.fixture(scope="module")
def coded_file(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `coded`, made once."""
    return made_once(template_database, tmp_path_factory.mktemp("coded"), code_twelve)


@pytest.fixture
def coded(coded_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the twelve interviews of `code_twelve`."""
    with copy_of(coded_file, tmp_path / "coded") as database:
        yield database


def test_that_the_agreement_of_coders_is_the_one_worked_out_by_hand(
    coded: Database, admin: Actor
) -> None:
    """Both yes 5, only the first 1, only the second 1, both no 3: kappa (0.8-0.52)/0.48."""
    document = build(coded, admin, "coder-agreement")
    told = facts(document)
    assert told["Answers coded by two or more (n)"] == "10"
    assert told["Answers coded by one"] == "2"
    assert told["Exactly the same themes"].startswith("80.0%, 8 of n = 10")
    assert told["Kappa over all themes"] == "0.58"
    rows = {row.found.theme: row for row in table(document, "Kappa by theme").rows}
    assert rows["price_high"].found.kappa.kappa == pytest.approx((0.8 - 0.52) / 0.48)
    assert rows["price_high"].found.seen == 7
    (pair,) = cells(table(document, "Kappa by pair of coders, over all themes"))
    assert {pair[0], pair[1]} == {"administrator", "dept_manager"}
    assert pair[2] == 10
    assert "for the most part" in json.dumps(to_json(document))


def test_that_one_answer_is_told_in_the_singular() -> None:
    found = coder_agreement.coder_agreement(
        [Coding("a", coder, frozenset({"price"})) for coder in ("x", "y")]
    )
    texts = [block.text for block in coder_report._summary(found) if isinstance(block, Paragraph)]
    assert texts == ["Only 1 answer: too few to judge the coders."]


def test_that_themes_count_cases_once_with_reason_and_words(coded: Database, admin: Actor) -> None:
    document = build(coded, admin, "themes", quotes=2)
    (figure,) = document.figures()
    assert isinstance(figure, Figure)
    assert dict(zip(figure.keys, figure.series[0].values, strict=True)) == {
        "price_high": 7, "delivery": 7,
    }  # fmt: skip
    assert "n = 12" in figure.note
    for code in figure.keys:
        with coded.read(admin) as session:
            assert cases.count_cases(session, CaseFilter(theme=code)) == 7
    with coded.write(admin) as session:
        row = cases.list_cases(session, CaseFilter(theme="delivery"))[0]
        draft = ReasonDraft(layer=ReasonLayer.ROOT, reason=SLOW)
        case_reasons.set_reason(session, row.id, draft)
    document = build(coded, admin, "themes", quotes=2)
    pairs = table(document, "Cases by theme and root reason")
    assert sum(each.cases for each in pairs.rows if each.theme == "delivery") >= 1
    quotes = [
        block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Quote)
    ]
    assert len(quotes) == 4
    assert all(quote.text.startswith("原话") and uuid.UUID(quote.key) for quote in quotes)
    assert build(coded, admin, "themes", start=date(2026, 4, 1)).figures() == []


# ---------------------------------------------------------------- quality


def test_that_each_finding_says_why_and_opens_its_interview(
    database: Database, desk: Desk, admin: Actor, agent: Actor
) -> None:
    probed = {WHY: "因为换了司机", WHY_REASON: SLOW}
    with time_machine.travel(at(DAY), tick=False):
        fast = desk.do(admin, finish_interview, agent, "说得很快的一次", more=probed, seconds=1)
        shallow = desk.do(admin, finish_interview, agent, "没有追问下去的一次")
        desk.do(admin, finish_interview, agent, "很正常的一次谈话", more=probed)
    document = build(database, admin, "interview-quality", start=None)
    found = table(document, "Findings")
    assert found.page == "interview"
    assert found.key is not None
    assert {found.key(row): row.finding.kind for row in found.rows} == {
        str(fast): "too_fast", str(shallow): "not_probed",
    }  # fmt: skip
    assert {row[5] for row in cells(found)} == {
        "1 s per question on average, less than 2 s",
        "A reason was recorded, and no why-question was answered",
    }
    assert facts(document)["Worth a look"] == "2 (67%)"
    (agent_row,) = cells(table(document, "Interviews worth a look by interviewer"))
    assert agent_row[:3] == ("agent", 3, 2)
    with time_machine.travel(at(date(2026, 8, 1)), tick=False):
        assert facts(build(database, admin, "interview-quality"))["Findings"] == "2"
    with time_machine.travel(at(date(2026, 9, 3)), tick=False):
        later = build(database, admin, "interview-quality")  # more than half a year
    assert "No interview was finished" in json.dumps(to_json(later))


# ---------------------------------------------------------------- asked and known


def close(session: Session, case_id: uuid.UUID, outcome: Outcome, root: str | None = None) -> None:
    if root:
        draft = ReasonDraft(layer=ReasonLayer.ROOT, reason=root)
        case_reasons.set_reason(session, case_id, draft)
    draft = CloseDraft(outcome=outcome, root_reason=root, churn_type="active_fault", note="x")
    cases.close(session, case_id, draft)


def end_ten(desk: Desk, actors: dict[Role, Actor]) -> None:
    """Lost: 3 asked, 1 not, 1 begun; 2 unreachable, 2 saved (one never called), a duplicate."""
    from db.models import Interview
    from desktop_app.services import interviews

    admin, agent = actors[Role.ADMINISTRATOR], actors[Role.AGENT]

    def end(
        day: date, outcome: Outcome, root: str | None, *, ask: str = "", call: bool = False
    ) -> None:
        with time_machine.travel(at(day), tick=False):
            if ask == "finished":
                key = desk.do(admin, finish_interview, agent, store_id=agent.store_id)
                case_id = desk.look(admin, lambda s: s.get_one(Interview, key).case_id)
            else:
                case_id = desk.do(
                    admin, factories.assigned_case, agent.user_id, store_id=agent.store_id
                )
            if ask == "begun":
                desk.do(agent, interviews.start, case_id)
            if call:
                desk.do(agent, factories.attempt, case_id, AttemptResult.REACHED)
            desk.do(admin, close, case_id, outcome, root)

    for _n in range(3):
        end(date(2026, 1, 8), Outcome.LOST, SLOW, ask="finished", call=True)
    end(date(2026, 1, 9), Outcome.LOST, "unknown_refused", call=True)
    end(date(2026, 3, 9), Outcome.LOST, SLOW, ask="begun")
    for _n in range(2):
        end(date(2026, 3, 9), Outcome.UNREACHABLE, "unknown_not_reached")
    end(date(2026, 3, 10), Outcome.SAVED, LOWER, call=True)
    end(date(2026, 3, 10), Outcome.WON_BACK, LOWER)
    end(date(2026, 3, 10), Outcome.DUPLICATE, None)


@pytest.fixture(scope="module")
def ended_file(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `ended`, made once."""
    return made_once(template_database, tmp_path_factory.mktemp("ended"), end_ten)


@pytest.fixture
def ended(ended_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the cases of `end_ten`."""
    with copy_of(ended_file, tmp_path / "ended") as database:
        yield database


@pytest.fixture(scope="module")
def full_file(coded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `full`, made once."""
    return made_once(coded_file, tmp_path_factory.mktemp("full"), end_ten)


@pytest.fixture
def full(full_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A database with the interviews of `code_twelve` and the cases of `end_ten`."""
    with copy_of(full_file, tmp_path / "full") as database:
        yield database


def test_that_each_rate_is_counted_by_its_own_denominator(ended: Database, admin: Actor) -> None:
    told = facts(build(ended, admin, "asked-and-known"))
    assert told["Lost customers asked"].startswith("60.0%, 3 of n = 5,")
    assert told["Lost, an interview was at least begun"].startswith("80.0%, 4 of n = 5,")
    assert told["Reason known"].startswith("66.7%, 6 of n = 9,")  # 3 + 1 + 2, no duplicate
    assert told["Saved, of those contacted"].startswith("33.3%, 2 of n = 6,")
    assert told["Saved, of all who wanted to leave"].startswith("22.2%, 2 of n = 9,")
    assert told["Closed as unreachable"] == "2"
    assert "2 lost customers were not asked why." in json.dumps(
        to_json(build(ended, admin, "asked-and-known"))
    )


def test_that_months_people_and_stores_add_up_and_empty_months_are_there(
    ended: Database, admin: Actor
) -> None:
    document = build(ended, admin, "asked-and-known")
    months = table(document, "By month of closing")
    assert [row[0] for row in cells(months)] == ["2026-01", "2026-02", "2026-03"]
    assert [row.counts.closed for row in months.rows] == [4, 0, 5]
    (figure,) = document.figures()
    assert figure.series[0].values == (75.0, None, 0.0)
    assert figure.series[0].counts == (4, 0, 1)  # fewer than ten: grey, with their n
    assert [figure.series[0].small(at) for at in range(3)] == [4, None, 1]
    for title in ("By person", "By store"):
        (line,) = table(document, title).rows
        assert (line.counts.closed, line.counts.lost) == (9, 5)
    assert [row[0] for row in cells(table(document, "By store"))] == ["南京路店"]
    only = build(ended, admin, "asked-and-known", start=date(2026, 3, 1), end=date(2026, 3, 31))
    assert only.criteria == {"closed_from": "2026-03-01", "closed_until": "2026-03-31"}
    assert facts(only)["Lost customers asked"].startswith("0.0%, 0 of n = 1,")


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("report_id", IDS)
def test_that_nothing_to_count_is_said_and_can_be_written(
    database: Database, admin: Actor, report_id: str, tmp_path, each_language: str
) -> None:
    document = build(database, admin, report_id)
    assert document.definitions
    write_pdf(document, tmp_path / "a.pdf")
    write_xlsx(document, tmp_path / "a.xlsx")
    assert any(
        isinstance(block, Paragraph) and block.faint
        for section in document.sections
        for block in section.blocks
    )


@pytest.mark.parametrize("report_id", IDS)
def test_that_a_reversed_period_and_a_stranger_are_refused(
    database: Database, admin: Actor, report_id: str
) -> None:
    with pytest.raises(InvalidInputError, match="ends before"):
        build(database, admin, report_id, start=date(2026, 2, 1), end=date(2026, 1, 1))
    made = report(report_id)
    with database.read() as session, pytest.raises(NotAllowedError):
        made.build(session, made.Params())


@pytest.mark.parametrize("report_id", IDS)
def test_that_full_reports_are_written_in_both_languages(
    full: Database, admin: Actor, report_id: str, tmp_path, each_language: str
) -> None:
    period = {"start": None} if report_id == "interview-quality" else {}
    document = build(full, admin, report_id, **period)
    assert document.tables()
    write_pdf(document, tmp_path / "a.pdf")
    write_xlsx(document, tmp_path / "a.xlsx")
    json.dumps(to_json(document))
