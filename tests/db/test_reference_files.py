"""The shipped code lists: complete, bilingual, consistent, and equal to the requirements."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from db import reference
from db.vocabulary import Approach, CustomerClass, CustomerKind, VisitPurpose
from desktop_app.domain import reasons as domain_reasons

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "resources" / "reference").glob("*.toml"))
REQUIREMENTS = ROOT.parent / "shared" / "design" / "requirements.md"
CJK = re.compile(r"[\u3400-\u9fff]")
TRADITIONAL = "個業務員離訪價質產問時間單話費動競爭對復購買顧員關係經濟應當聯繫進賬壞實現與為從無萬"

REASONS_PER_GROUP = {
    "price": 8,
    "quality": 7,
    "product_fit": 11,
    "service": 19,
    "communication": 7,
    "delivery_trust": 8,
    "competitor": 9,
    "staff_relation": 10,
    "brand_image": 4,
    "channel_access": 7,
    "social": 2,
    "customer_circumstance": 6,
    "credit_risk": 8,
    "company_initiated": 5,
    "management": 6,
}

needs_requirements = pytest.mark.skipif(
    not REQUIREMENTS.exists(), reason="the requirements are not beside the project"
)


def rows_of(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """Every table of a file with the name of its list, read without our own loader."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [(key, row) for key, rows in content.items() if key != "version" for row in rows]


def texts_of(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for item in value for text in texts_of(item)]
    return []


def section(start: str, end: str) -> str:
    whole = REQUIREMENTS.read_text(encoding="utf-8")
    return whole[whole.index(f"### {start}") : whole.index(f"### {end}")]


def first_cells(part: str) -> list[str]:
    """Codes in the first column of the tables of a part of the requirements."""
    return re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)


def codes(name: str, list_name: str = "entry") -> list[str]:
    return [entry.code for entry in reference.entries(name, list_name)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_that_a_file_has_a_version_and_both_languages_everywhere(path: Path) -> None:
    rows = rows_of(path)
    assert rows
    assert tomllib.loads(path.read_text(encoding="utf-8"))["version"] == 1
    for _, row in rows:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", row["code"])
        assert row["zh"].strip()
        assert row["en"].strip()
        for key in row:
            if key.endswith("_zh"):
                assert f"{key[:-3]}_en" in row, (row["code"], key)
            if key.endswith("_en"):
                assert f"{key[:-3]}_zh" in row, (row["code"], key)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_that_chinese_is_simplified_and_english_is_not_chinese(path: Path) -> None:
    for _, row in rows_of(path):
        for key, value in row.items():
            for text in texts_of(value):
                if key == "zh" or key.endswith("_zh"):
                    assert not set(text) & set(TRADITIONAL), (row["code"], text)
                    text.encode("gb2312")  # holds simplified characters only
                    assert not re.search(r"[\u3400-\u9fff] *[,;?!()]", text), text
                else:
                    assert not CJK.search(text), (row["code"], text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_that_a_code_stands_once_in_its_list(path: Path) -> None:
    counted = Counter((key, row["code"]) for key, row in rows_of(path))
    assert [pair for pair, times in counted.items() if times > 1] == []


def test_that_there_are_117_reasons_in_15_groups_and_three_for_not_known() -> None:
    per_group = Counter(reason.group for reason in reference.reasons())
    assert per_group.pop("unknown") == 3
    assert per_group == REASONS_PER_GROUP
    assert len(per_group) == 15
    assert sum(per_group.values()) == 117
    groups = [group.code for group in reference.reason_groups()]
    assert groups == [*REASONS_PER_GROUP, "unknown"]


def test_that_reason_codes_are_unique_across_groups() -> None:
    found = [reason.code for reason in reference.reasons()]
    assert len(set(found)) == len(found)


def test_that_the_words_of_a_reason_are_its_own() -> None:
    for language in ("zh_CN", "en"):
        words = Counter(reference.text(reason, language) for reason in reference.reasons())
        assert [word for word, times in words.items() if times > 1] == []


@needs_requirements
def test_that_the_reasons_are_those_of_the_requirements() -> None:
    wanted: dict[str, list[str]] = {}
    group = ""
    for line in section("2.2", "2.3").splitlines():
        if heading := re.match(r"\*\*(\w+) \(", line):
            group = heading[1]
        elif cells := re.match(r"\| `(\w+)` \|.*\| (\w+) \| ([yn]) \| ?(\d?) \| ([^|]+) \|$", line):
            wanted.setdefault(group, []).append("|".join(cells.groups()))
    assert {key: len(rows) for key, rows in wanted.items()} == REASONS_PER_GROUP
    letter = {
        "active_natural": "N",
        "active_competitive": "C",
        "active_fault": "F",
        "passive_nonmalicious": "PN",
        "passive_retaliatory": "PR",
        "passive_malicious": "PM",
    }
    found: dict[str, list[str]] = {}
    for reason in reference.reasons():
        if reason.group != "unknown":
            cells_of_reason = (
                reason.code,
                letter[reason.churn_type],
                "y" if reason.avoidable else "n",
                str(reason.keaveney or ""),
                ", ".join(reason.sources),
            )
            found.setdefault(reason.group, []).append("|".join(cells_of_reason))
    assert found == wanted


def test_that_every_reason_has_a_leaf_of_the_churn_tree_and_a_keaveney_factor_or_none() -> None:
    leaves = {kind.code for kind in reference.churn_types() if kind.leaf}
    for reason in reference.reasons():
        assert reason.churn_type in leaves
        assert reason.keaveney in {None, 1, 2, 3, 4, 5}
        assert (reason.churn_type == "undetermined") == (reason.group == "unknown")
        assert (reason.avoidable is None) == (reason.group == "unknown")
    assert [entry.extra["number"] for entry in reference.entries("strategies", "keaveney")] == [
        1,
        2,
        3,
        4,
        5,
    ]


def test_that_the_origin_of_reasons_follows_the_source() -> None:
    by_origin: dict[str | None, set[str]] = {}
    for group in reference.reason_groups():
        by_origin.setdefault(group.origin, set()).add(group.code)
    assert by_origin["external"] == {"competitor", "social"}
    assert by_origin["internal"] == {"quality", "service", "brand_image"}
    origin = {group.code: group.origin for group in reference.reason_groups()}
    assert all(reason.origin == origin[reason.group] for reason in reference.reasons())


def test_that_the_causes_of_the_sources_name_groups_and_reasons_that_exist() -> None:
    groups = {group.code for group in reference.reason_groups()}
    reasons = {reason.code for reason in reference.reasons()}
    for cause in reference.entries("reasons", "cause"):
        named = cause.extra.get("groups", []), cause.extra.get("reasons", [])
        assert any(named)
        assert groups.issuperset(named[0])
        assert reasons.issuperset(named[1])
    for reason in reference.reasons():
        assert reasons.issuperset(reason.includes)


def test_that_the_churn_tree_hangs_together() -> None:
    types = {kind.code: kind for kind in reference.churn_types()}
    parents = {kind.parent for kind in types.values() if kind.parent}
    assert parents == {"active", "passive"}
    for kind in types.values():
        assert kind.leaf == (kind.code not in parents)
    assert [kind.code for kind in types.values() if kind.residual] == ["active_fault"]
    assert {kind.code: kind.parent for kind in types.values()} == dict(domain_reasons.PARENTS)
    measures = {
        row["code"]
        for path in FILES
        if path.stem in {"strategies", "recovery_steps"}
        for _, row in rows_of(path)
    }
    assert all(measures.issuperset(kind.countermeasures) for kind in types.values())


def test_that_the_states_of_mind_are_the_four_of_intention_and_behaviour() -> None:
    found = {
        (entry.extra["intent_switched"], entry.extra["behaviour_switched"]): entry.code
        for entry in reference.entries("churn_types", "mind")
    }
    assert found == {
        (False, False): "loyal",
        (True, False): "at_risk",
        (False, True): "silent_attrition",
        (True, True): "defected",
    }


def test_that_class_shares_sum_to_all_customers() -> None:
    classes = reference.entries("classes", "class")
    assert [entry.extra["letter"].lower() for entry in classes] == list(CustomerClass)
    assert sum(entry.extra["share"] for entry in classes) == pytest.approx(1)
    assert [entry.extra["top_share"] for entry in classes] == [0.05, 0.20, 1.0]


def test_that_the_cadence_gives_the_visit_load_of_the_requirements() -> None:
    """F-17: per 100 customers (5 A, 15 B, 80 C) 125 sales visits and 105 to 125 calls a month."""
    size = {"A": 5, "B": 15, "C": 80}
    rules = [
        entry.extra for entry in reference.entries("cadence") if entry.extra["rule"] == "fixed"
    ]

    def monthly(role: str, channel: str, bound: str) -> float:
        return sum(
            size[rule["class"]] * rule.get(bound, rule["min"]) / rule["per_months"]
            for rule in rules
            if rule["role"] == role and rule["channel"] == channel
        )

    assert monthly("sales", "visit", "min") == 125
    assert (monthly("sales", "call", "min"), monthly("sales", "call", "max")) == (105, 125)
    assert monthly("dept_manager", "visit", "max") * 12 == 150
    assert monthly("marketing_director", "visit", "max") * 12 == 40
    assert monthly("gm", "visit", "max") * 12 == 5
    longest = sum(
        size[rule["class"]] * 12 / rule["latest_months"]
        for rule in rules
        if rule["role"] == "dept_manager"
    )
    assert longest == 90


def test_that_cadence_and_role_network_name_roles_that_exist() -> None:
    roles = set(codes("roles"))
    for entry in reference.entries("cadence"):
        if entry.extra["rule"] != "none":
            assert entry.extra["duty_role"] in roles
    for entry in reference.entries("demo", "role_network"):
        assert roles.issuperset(entry.extra["roles"])


def test_that_steps_are_numbered_in_their_order() -> None:
    lists = [
        reference.entries("visit_steps"),
        reference.entries("recovery_steps", "recovery"),
        reference.entries("recovery_steps", "complaint"),
        reference.entries("strategies", "win_back"),
        reference.entries("strategies", "prevention"),
        reference.entries("strategies", "rule"),
    ]
    for steps in lists:
        numbers = [step.extra["number"] for step in steps]
        assert numbers == list(range(1, len(steps) + 1))
    assert [len(steps) for steps in lists] == [6, 4, 4, 6, 7, 5]


def test_that_win_back_approaches_are_those_of_the_vocabulary() -> None:
    assert codes("strategies", "approach") == list(Approach)


def test_that_lists_are_named_and_every_name_has_its_list() -> None:
    for name in ("strategies", "lists"):
        assert codes(name, "list") == [key for key in reference.load(name).lists if key != "list"]


def test_that_the_bank_system_has_fourteen_parts() -> None:
    modules = reference.entries("lists", "bank_module")
    assert [len(module.extra["parts_en"]) for module in modules] == [3, 3, 4, 2, 2]
    assert [len(module.extra["parts_zh"]) for module in modules] == [3, 3, 4, 2, 2]


def test_that_market_shares_sum_to_one_hundred() -> None:
    shares = [entry.extra["percent"] for entry in reference.entries("demo", "market_share")]
    assert sum(shares) == pytest.approx(100)
    assert sum(share**2 for share in shares) == pytest.approx(1873.5)  # F-27, others as one


def test_that_the_demo_keeps_the_trends_of_the_classes() -> None:
    shape = {
        entry.code: entry.extra["shape"] for entry in reference.entries("demo", "quarter_churn")
    }
    assert shape["class_a"] == sorted(set(shape["class_a"]))
    assert len(set(shape["class_b"])) == 1
    assert min(shape["class_c"][0], shape["class_c"][3]) > max(shape["class_c"][1:3])


@needs_requirements
def test_that_the_other_lists_have_the_codes_of_the_requirements() -> None:
    churn = first_cells(section("2.1", "2.2"))
    assert codes("churn_types", "cause") + codes("churn_types", "extent") == churn
    assert codes("classes", "class") == first_cells(section("2.4", "2.5"))
    assert codes("visit_steps") == first_cells(section("2.6", "2.7"))
    steps = first_cells(section("2.7", "2.8"))
    assert codes("recovery_steps", "recovery") + codes("recovery_steps", "complaint") == steps
    assert codes("roles") == first_cells(section("2.8", "2.9"))
    levels = re.findall(r"^\| (\d) \| `(\w+)` \|", section("2.9", "2.10"), re.MULTILINE)
    assert [
        (str(entry.extra["level"]), entry.code) for entry in reference.entries("maturity")
    ] == levels
    assert codes("satisfaction") == first_cells(section("2.11", "2.12"))
    whole = REQUIREMENTS.read_text(encoding="utf-8")
    figures = whole[whole.index("### 3.1") : whole.index("### 3.2")]
    assert codes("benchmarks") == first_cells(figures)


@needs_requirements
def test_that_strategies_and_short_lists_have_the_codes_of_the_requirements() -> None:
    for name, start, end in (("strategies", "2.3", "2.4"), ("lists", "2.10", "2.11")):
        rows = re.findall(r"^\| [^|`]+ \| (`[^|]+`) \|", section(start, end), re.MULTILINE)
        wanted = Counter(code for row in rows for code in re.findall(r"`(\w+)`", row))
        if name == "lists":
            wanted["mid"] += 1  # named in the text of its row
        found = Counter(
            entry.code
            for key, entries in reference.load(name).lists.items()
            if key != "list"
            for entry in entries
        )
        assert found == wanted


@needs_requirements
def test_that_benchmarks_have_the_figures_of_the_requirements() -> None:
    whole = REQUIREMENTS.read_text(encoding="utf-8")
    figures = whole[whole.index("### 3.1") : whole.index("### 3.2")]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \| ([^|]+) \|", figures, re.MULTILINE)
    for code, value, sources in rows:
        benchmark = next(entry for entry in reference.benchmarks() if entry.code == code)
        bounds = [float(number) for number in re.findall(r"[\d.]+", value)]
        assert benchmark.low == bounds[0]
        assert benchmark.high == (None if "or more" in value else bounds[-1])
        assert ", ".join(benchmark.sources) == sources.strip()


def test_that_only_the_doubtful_benchmark_is_off() -> None:
    off = [entry.code for entry in reference.benchmarks() if not entry.enabled]
    assert off == ["profit_double_churn_1pct"]


def test_that_the_questions_of_visits_are_of_known_kinds() -> None:
    purposes = {*VisitPurpose, "win_back", "all"}
    for field in reference.visit_fields():
        assert field.customer in {*CustomerKind, "all"}, field.code
        assert field.purpose in purposes, field.code
        counts = [len(words) for words in (field.choices, field.choices_zh, field.choices_en)]
        assert len(set(counts)) == 1, field.code
        assert (counts[0] > 1) == (field.kind == "choice"), field.code
        assert [code for code, _words in field.words("en")] == list(field.choices)
