"""The report about the team on a planted team: what it says, and that it can be written."""

import importlib.util
import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest
import time_machine

from db.models import Script
from db.queries.cases import CaseFilter
from db.session import Actor, Database, Session
from db.vocabulary import Approach, ExperimentKind, Occasion, Role
from desktop_app.domain.experiments import ReadOut, Verdict
from desktop_app.domain.kpis import Interval
from desktop_app.domain.rates import Rate
from desktop_app.domain.survival import Stay, log_rank
from desktop_app.domain.workload import DayLoad
from desktop_app.reports import report, team_words
from desktop_app.reports import team_charts as charts
from desktop_app.reports.base import Document, FigureKind, Paragraph
from desktop_app.reports.json import to_json
from desktop_app.reports.pdf import write_pdf
from desktop_app.reports.xlsx import write_xlsx
from desktop_app.services import cases, experiments, team_figures
from desktop_app.services.experiments import ArmDraft, ExperimentDraft
from desktop_app.services.insights import Named
from desktop_app.services.team_figures import Saves, Share
from desktop_app.services.team_work import Load
from desktop_app.ui.document_view import as_filter
from tests import factories
from tests.conftest import actors_of, copy_of, not_followed
from tests.factories import Desk
from tests.world import once

_WORLD = Path(__file__).parent.parent / "services" / "team_world.py"
_spec = importlib.util.spec_from_file_location("team_world", _WORLD)
assert _spec is not None
assert _spec.loader is not None
team_world = importlib.util.module_from_spec(_spec)
sys.modules.setdefault("team_world", team_world)
_spec.loader.exec_module(team_world)

NOW = team_world.at(team_world.AS_OF + timedelta(days=1))


def _experiment(session: Session) -> None:
    factories.name(session)
    for code in ("t_old", "t_new"):
        title = code.removeprefix("t_")
        session.add(
            Script(
                code=code,
                zh=f"话术{title}",
                en=f"Words {title}",
                occasion=Occasion.PRICE,
                current_version=1,
            )
        )
    session.flush()
    arms = (ArmDraft(code="old", target="t_old"), ArmDraft(code="new", target="t_new"))
    draft = ExperimentDraft(
        code="words", title="价格话术对比", kind=ExperimentKind.SCRIPT, arms=arms, holdout=0.2
    )
    experiments.create(session, draft)
    for _number in range(40):
        experiments.arm_for(session, factories.open_case(session), ExperimentKind.SCRIPT)


@pytest.fixture(scope="module")
def planted(
    template_database: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Database, dict[Role, Actor], object]]:
    with copy_of(template_database, tmp_path_factory.mktemp("team")) as database:
        actors, desk = actors_of(database), Desk(database)
        with not_followed():
            plant = partial(team_world.plant, desk, actors[Role.ADMINISTRATOR])
            world = once(database, "team world", plant)
        with time_machine.travel(NOW, tick=False):
            desk.do(actors[Role.ADMINISTRATOR], _experiment)
        yield database, actors, world


@pytest.fixture(autouse=True)
def the_day_after() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def build(planted, role: Role = Role.DEPT_MANAGER, **params: object) -> Document:
    database, actors, _world = planted
    made = report("team")
    with database.read() as session:
        session.info["actor"] = actors[role]
        return made.build(session, made.Params(**params))


def rows(document: Document, title: str) -> list[dict[str, object]]:
    blocks = [block for section in to_json(document)["sections"] for block in section["blocks"]]
    return next(b["rows"] for b in blocks if b["kind"] == "table" and b["title"] == title)


def test_that_people_and_stores_are_told_with_what_was_expected(planted) -> None:
    document, world = build(planted), planted[2]
    table = world.table[world.table.outcome != "duplicate"]
    people = rows(document, "Saves by person")
    names = {actor.name: actor.user_id for actor in world.agents}
    assert {row["name"] for row in people} == set(names)
    for row in people:
        own = table[table.owner == names[row["name"]]]
        assert (row["closed"], row["saves"]) == (len(own), own.saved.sum())
        assert row["saved"] == pytest.approx(own.saved.sum() / own.contacted.sum())
        assert row["expected"] > 0
        assert "expected" in row["standing"]
    assert len(rows(document, "Saves by store")) == 2


def test_that_people_are_drawn_beside_what_was_expected_of_their_cases(planted) -> None:
    figure = build(planted).figures()[0]
    database, actors, _world = planted
    with database.read() as session:
        session.info["actor"] = actors[Role.DEPT_MANAGER]
        units = {str(one.name.id): one for one in team_figures.figures(session).agents}
    assert figure.kind is FigureKind.RANGE
    assert set(figure.keys) == units.keys()
    sizes = [units[key].adjusted.cases for key in figure.keys]
    assert sizes == sorted(sizes, reverse=True)
    for place, key in enumerate(figure.keys):
        one = units[key].adjusted
        drawn = [series.values[place] for series in figure.series]
        wanted = (one.saved, one.expected, one.limits.low, one.limits.high)
        assert drawn == pytest.approx([100 * part / one.cases for part in wanted], abs=0.051)
        assert (place in figure.faint) == (one.cases < 30)
        assert figure.labels[place].startswith(f"{100 * one.saved / one.cases:.0f}% of {one.cases}")


def test_that_each_number_of_a_person_and_store_opens_the_cases_it_counts(planted) -> None:
    document = build(planted)
    database, actors, _world = planted
    counted = {
        "closed": lambda one: one.saves.closed,
        "contacted": lambda one: one.saves.of_contacted.rate.n,
        "saves": lambda one: one.saves.of_contacted.rate.hits,
        "failed": lambda one: one.saves.lost_deflects.rate.hits,
        "waiting": lambda one: one.waiting,
    }
    of_class = {
        "contacted": lambda one: one.contacted,
        "in_time": lambda one: one.in_time.rate.hits,
        "in_time_n": lambda one: one.in_time.rate.n,
    }
    checked = 0
    with database.read() as session:
        session.info["actor"] = actors[Role.DEPT_MANAGER]
        for table in document.tables():
            for row in table.rows if table.cases else ():
                for column in table.columns:
                    criteria = table.cases(row, column.id)
                    if hasattr(row, "timed") and column.id in of_class:
                        found = as_filter({**document.criteria, **criteria})
                        n = of_class[column.id](row)
                        assert 0 < cases.count_cases(session, found) == n
                        checked += 1
                    is_unit = hasattr(row, "saves") or column.id == "waiting"
                    if column.id in counted and is_unit and criteria:
                        found = as_filter({**document.criteria, **criteria})
                        assert cases.count_cases(session, found) == counted[column.id](row)
                        checked += 1
        approach = next(t for t in document.tables() if t.title == "Still there after a save")
        for row in approach.rows:
            found = as_filter({**document.criteria, **approach.cases(row, "n")})
            assert cases.count_cases(session, found) == row.curve.n
        attempts = charts.attempts_figure(team_figures.figures(session))
        for key, value in zip(attempts.keys, attempts.series[0].values, strict=True):
            found = as_filter({**document.criteria, attempts.criterion: key})
            assert cases.count_cases(session, found) == value
    assert checked > 26


def test_that_the_load_of_each_day_is_told_and_marked_where_it_is_too_much() -> None:
    days = (DayLoad(date(2026, 6, 1), 3, 1.4, 4, 0.4), DayLoad(date(2026, 6, 2), 0, 0.2, 4, 0))
    table = charts.load_by_day([Load(Named(uuid.uuid4(), "王芳"), days)])
    (row,) = table.rows
    assert [column.shown(row) for column in table.columns] == [
        "王芳", "4 !", "0", "3", "2", "2026-06-01 Mon",
    ]  # fmt: skip
    assert [column.heading() for column in table.columns][1:3] == ["06-01", "06-02"]
    behind = table.cases(row, "day_0")
    assert as_filter({"closed_from": "2026-01-01", **behind}) == CaseFilter(
        owner_id=row.name.id, open_only=True
    )


def test_that_survival_is_a_line_of_those_with_enough_saves(planted) -> None:
    figure = build(planted).figures()[1]
    assert figure.kind is FigureKind.STEP
    assert [one.name for one in figure.series] == ["All saves", "Relationship", "Price"]
    assert figure.categories[:3] == ("0", "14", "28")
    assert len(figure.categories) <= 26
    for one in figure.series:
        known = [value for value in one.values if value is not None]
        assert known == sorted(known, reverse=True)
        assert known[0] <= 100
        assert known[-1] > 0
    text = json.dumps(to_json(build(planted)))
    assert "log-rank test, p = " in text


def test_that_what_is_too_little_is_grey_or_said(planted) -> None:
    document = build(planted)
    table = next(each for each in document.tables() if each.title == "Still there after a save")
    assert [table.is_faint(row) for row in table.rows] == [False, False, False, True]
    scripts = next(each for each in document.tables() if each.title == "Outcome by version")
    calls, saved = scripts.columns[3], scripts.columns[4]
    for row in scripts.rows:
        few = calls.cell(row) < 30
        assert scripts.is_faint(row) == few
        assert (saved.shown(row) == "not enough calls yet") == few


def test_that_branches_are_told_in_words(planted, each_language: str) -> None:
    document = build(planted)
    table = next(one for one in document.tables() if "step" in [c.id for c in one.columns])
    said = [{c.id: c.shown(row) for c in table.columns} for row in table.rows]
    is_chinese = each_language.startswith("zh")
    steps, choices = {row["step"] for row in said}, {row["choice"] for row in said}
    assert steps == {
        "2  您愿意让我试一次吗？" if is_chinese else "2  Would you let me try once more before a…"
    }
    assert choices == ({"可以试一次", "不用了"} if is_chinese else {"Yes, try once", "No, cancel"})


def test_that_a_running_comparison_is_in_it(planted) -> None:
    document = build(planted)
    arms = rows(document, "价格话术对比")
    assert [row["arm"] for row in arms] == ["OLD  Words old", "NEW  Words new", "left alone"]
    assert sum(row["customers"] for row in arms) == 40
    assert arms[0]["verdict"] == "the others are compared with it"
    assert arms[1]["verdict"] == "not enough cases yet"
    section = next(s for s in document.sections if s.title == "Comparisons by a random split")
    said = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert said == ["Customers were split as planned."]


def test_that_an_agent_reads_the_own_figures(planted) -> None:
    document = build(planted, Role.AGENT)
    assert ("Visible to you", "your cases") in document.filters
    assert "No case was closed in this period." in json.dumps(to_json(document))
    assert [section.title for section in document.sections][:2] == ["Summary", "Work"]
    store = build(planted, Role.STORE_MANAGER)
    assert ("Visible to you", "cases of your store") in store.filters
    assert len(rows(store, "Saves by store")) == 1


def test_that_a_month_without_cases_is_told(planted, tmp_path: Path) -> None:
    document = build(planted, start=date(2030, 1, 1))
    assert not document.figures()
    write_pdf(document, tmp_path / "a.pdf")
    write_xlsx(document, tmp_path / "a.xlsx")


def test_that_it_is_written_with_a_native_chart_in_every_language(
    planted, tmp_path: Path, each_language: str
) -> None:
    document = build(planted)
    write_pdf(document, tmp_path / "a.pdf")
    written = write_xlsx(document, tmp_path / "a.xlsx")
    assert not written.losses
    with ZipFile(tmp_path / "a.xlsx") as archive:
        assert any(name.startswith("xl/charts/chart") for name in archive.namelist())


def saves(hits: int, n: int) -> Saves:
    share = Share(Rate(hits, n), n >= 30)
    return Saves(n, *(share,) * 5, 0, 0)


@pytest.mark.parametrize(
    ("hits", "n", "words"),
    [
        (80, 100, "above 50%"),
        (20, 100, "below 50%"),
        (50, 100, "no difference from 50% shown"),
        (20, 20, "not enough cases yet"),
    ],
)
def test_that_the_reference_is_told_in_words(hits: int, n: int, words: str) -> None:
    assert team_words.against_half(saves(hits, n)) == words


def test_that_a_difference_is_told_with_its_interval_and_its_chance() -> None:
    found = ReadOut(0.125, Interval(0.02, 0.23), 0.0004, Verdict.BETTER)
    assert team_words.verdict_text(found) == "better: +12.5 points, 2.0% – 23.0%"
    assert [team_words.chance_text(p) for p in (0.0004, 0.04)] == ["p < 0.001", "p = 0.040"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            ReadOut(0.125, Interval(0.02, 0.23), 0.0004, Verdict.BETTER),
            "B is better than A: 12.5 points more saves, between +2.0 and +23.0.",
        ),
        (
            ReadOut(-0.125, Interval(-0.23, -0.02), 0.0004, Verdict.WORSE),
            "B is worse than A: 12.5 points fewer saves, between -23.0 and -2.0.",
        ),
        (
            ReadOut(0.01, Interval(-0.1, 0.12), 1.0, Verdict.NOT_SHOWN),
            "B and A: no difference shown so far, +1.0 points, between -10.0 and +12.0.",
        ),
        (
            ReadOut(0.2, None, None, Verdict.NOT_ENOUGH),
            "B: not enough customers yet, 12 of 30 closed in the smaller group.",
        ),
    ],
)
def test_that_what_a_comparison_says_is_one_sentence(found: ReadOut, words: str) -> None:
    assert team_words.sentence("B", "A", found, 12, 30) == words


def test_that_a_shown_difference_of_approaches_is_said(planted) -> None:
    database, actors, _world = planted
    with database.read() as session:
        session.info["actor"] = actors[Role.DEPT_MANAGER]
        found = team_figures.figures(session)
    stays = {Approach.PRICE: [Stay(5, left=True)] * 40, Approach.MIXED: [Stay(90, left=False)] * 40}
    shown = replace(found, approaches=log_rank(stays))
    assert team_words.survival_verdict(shown) == (
        "Customers do not stay equally long by approach (log-rank test, p < 0.001)."
    )
    nothing = replace(found, approaches=log_rank({}))
    assert "nothing is compared yet" in team_words.survival_verdict(nothing)
