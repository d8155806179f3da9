"""Every function against the ODK XForms specification: expression, what it gives."""

import math
from typing import Any

import pytest
from lxml import etree

from desktop_app.questionnaire.evaluation import compile_expression, evaluate
from desktop_app.questionnaire.functions import FUNCTIONS as IMPLEMENTED
from desktop_app.questionnaire.shape import Shape
from desktop_app.questionnaire.signatures import FUNCTIONS
from desktop_app.questionnaire.values import node_text

NAN = math.nan
DOCUMENT = """<w><data>
<age>42</age><income>1500.5</income><zero>0</zero><minus>-7</minus><blank/><yes>yes</yes>
<name>Maria da Silva</name><spaced>  a   b </spaced><some>a c d</some><one>c</one>
<day>2026-09-15</day><moment>2026-09-15T06:31:13.834+00:00</moment><hour>18:00:00.000+08:00</hour>
<point>38.253094215699576 21.756382658677467 0 0</point>
<shape>38.253094215699576 21.756382658677467 0 0;38.25021274773806 21.756382658677467 0 0;\
38.25007793942195 21.763892843919166 0 0;38.25290886154963 21.763935759263404 0 0;\
38.25146813817506 21.758421137528785 0 0;</shape>
<trace>0 0 0 0;0 1 0 0</trace>
<person><who>Ana</who><years>34</years></person><person><who>Bo</who><years>7</years></person>
<person><who>Cai</who><years>19</years></person>
</data>
<i id="fruits"><root><item><name>mango</name><price>3</price></item>
<item><name>pear</name><price>5</price></item></root></i></w>"""
_LEAVES = (
    "age", "income", "zero", "minus", "blank", "yes", "name", "spaced", "some", "one", "day",
    "moment", "hour", "point", "shape", "trace", "person",
)  # fmt: skip
SHAPE = Shape(
    frozenset({("data",), ("data", "person", "who"), ("data", "person", "years")})
    | {("data", name) for name in _LEAVES},
    frozenset({("data", "person")}),
    frozenset({"fruits"}),
)

STRINGS = [
    ("string(/data/age)", "42"),
    ("string(1 > 2)", "false"),
    ("string(0.1 + 0.2)", "0.3"),
    ("string(5 div 2)", "2.5"),
    ("string(1 div 0)", "Infinity"),
    ("string(/data/nothing)", ""),
    ("concat('a')", "a"),
    ("concat('a', 'b', 1)", "ab1"),
    ("concat(/data/person/who, '!')", "AnaBoCai!"),
    ("concat(/data/blank, 'x')", "x"),
    ("join(' ', /data/person/who)", "Ana Bo Cai"),
    ("join(', ', 'a', 'b', /data/age)", "a, b, 42"),
    ("join('-', /data/person/years, 'x')", "34-7-19-x"),
    ("substr('hello', 1)", "ello"),
    ("substr('hello', 1, 3)", "el"),
    ("substr('hello', 0, 99)", "hello"),
    ("substr('hello', -2)", "lo"),
    ("substr('hello', -3, -1)", "ll"),
    ("substring('hello', 2, 3)", "ell"),
    ("substring('12345', 1.5, 2.6)", "234"),
    ("substring-before('1999/04/01', '/')", "1999"),
    ("substring-before('abc', 'x')", ""),
    ("substring-after('1999/04/01', '/')", "04/01"),
    ("substring-after('abc', 'x')", ""),
    ("translate('bar', 'abc', 'ABC')", "BAr"),
    ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
    ("normalize-space(/data/spaced)", "a b"),
    ("normalize-space('  x  ')", "x"),
    ("upper-case('aé')", "AÉ"),
    ("lower-case('ABC')", "abc"),
    ("digest('abc', 'MD5', 'hex')", "900150983cd24fb0d6963f7d28e17f72"),
    ("digest('abc', 'SHA-1', 'hex')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("digest('abc', 'MD5')", "kAFQmDzST7DWlj99KOF/cg=="),
    (
        "digest('abc', 'SHA-256', 'hex')",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ),
    ("digest('abc', 'SHA-0')", ""),
    ("base64-decode('SGVsbG8=')", "Hello"),
    ("base64-decode('?')", ""),
    ("pulldata('fruits', 'price', 'name', 'pear')", "5"),
    ("pulldata('fruits', 'price', 'name', 'plum')", ""),
    ("pulldata('none', 'price', 'name', 'pear')", ""),
    ("selected-at('a b c', 1)", "b"),
    ("selected-at('a b c', 0)", "a"),
    ("selected-at('a b c', 3)", ""),
    ("selected-at('a b c', -1)", ""),
    ("selected-at(/data/some, 2)", "d"),
    ("coalesce(/data/blank, 'x')", "x"),
    ("coalesce('a', 'b')", "a"),
    ("coalesce('', '')", ""),
    ("if(1 > 2, 'a', 'b')", "b"),
    ("if(/data/blank, 'a', 'b')", "b"),
    ("if(/data/yes, 'a', 'b')", "a"),
    ("if(true(), /data/age, 'b')", "42"),
    ("once('x')", "42"),
    ("property('username')", ""),
    ("version()", ""),
    ("jr:itext('some-id')", "some-id"),
    ("jr:choice-name('a', '/data/one')", "a"),
    ("/data/person[2]/who", "Bo"),
    ("indexed-repeat(/data/person/who, /data/person, 3)", "Cai"),
    ("indexed-repeat(/data/person/who, /data/person, 4)", ""),
    ("instance('fruits')/root/item[name='pear']/price", "5"),
    ("instance('fruits')/root/item[price > 3]/name", "pear"),
    ("current()/../one", "c"),
    ('"it\'s"', "it's"),
]
TIMES = [
    ("today()", "2026-09-15"),
    ("now()", "2026-09-15T10:00:00.000+08:00"),
    ("date('2026-02-28')", "2026-02-28"),
    ("date('2026-02-30')", ""),
    ("date(0)", "1970-01-01"),
    ("date(20711)", "2026-09-15"),
    ("date('2026-09-15T23:30:00.000+00:00')", "2026-09-16"),
    ("date(today() + 30)", "2026-10-15"),
    ("date-time('2026-09-15T00:00:00.000Z')", "2026-09-15T08:00:00.000+08:00"),
    ("format-date('2026-09-05', '%Y-%m-%d')", "2026-09-05"),
    ("format-date('2026-09-05', '%y/%n/%e')", "26/9/5"),
    ("format-date('2026-09-15', '%a %b')", "Tue Sep"),
    ("format-date('', '%Y')", ""),
    ("format-date(/data/moment, '%d %m')", "15 09"),
    ("format-date('2026-09-05', '100%%')", "100%"),
    ("format-date-time(/data/moment, '%H:%M:%S.%3')", "14:31:13.834"),
    ("format-date-time('2026-09-15T05:06:07.000+08:00', '%h %M')", "5 06"),
    ("format-date-time('2026-09-15', '%Y %H')", "2026 00"),
    ("format-date-time('rubbish', '%Y')", ""),
]
NUMBERS = [
    ("number('42')", 42),
    ("number(' 42.5 ')", 42.5),
    ("number('')", NAN),
    ("number('abc')", NAN),
    ("number(true())", 1),
    ("number('1970-01-02')", 1),
    ("number('1970-01-02T00:00:00.000+00:00')", 1),
    ("number('1970-01-01T12:00:00.000Z')", 0.5),
    ("number(/data/age)", 42),
    ("number()", 42),
    ("int(3.9)", 3),
    ("int(-3.9)", -3),
    ("int('7.2')", 7),
    ("int(today())", 20711),
    ("round(2.5)", 3),
    ("round(-2.5)", -2),
    ("round(2.345, 2)", 2.35),
    ("round(1234.5, -2)", 1200),
    ("round(0.5, 0)", 1),
    ("round('x', 1)", NAN),
    ("pow(2, 10)", 1024),
    ("pow(2, -1)", 0.5),
    ("pow(-8, 0.5)", NAN),
    ("pow(10, 1000)", math.inf),
    ("abs(-3)", 3),
    ("floor(2.7)", 2),
    ("ceiling(2.1)", 3),
    ("log(1)", 0),
    ("log(0)", -math.inf),
    ("log(-1)", NAN),
    ("log10(1000)", 3),
    ("exp(0)", 1),
    ("exp(1000)", math.inf),
    ("exp10(2)", 100),
    ("sqrt(16)", 4),
    ("sqrt(-1)", NAN),
    ("sin(0)", 0),
    ("cos(0)", 1),
    ("tan(0)", 0),
    ("asin(1)", math.pi / 2),
    ("acos(1)", 0),
    ("acos(2)", NAN),
    ("atan(1)", math.pi / 4),
    ("atan2(1, 1)", math.pi / 4),
    ("pi()", math.pi),
    ("sum(/data/person/years)", 60),
    ("sum(/data/person/who)", NAN),
    ("sum(/data/nothing)", 0),
    ("min(/data/person/years)", 7),
    ("max(/data/person/years)", 34),
    ("max(3, /data/age, 5)", 42),
    ("min(3, 1, 2)", 1),
    ("max(/data/nothing)", NAN),
    ("min(/data/blank, 5)", 5),
    ("count(/data/person)", 3),
    ("count(/data/nothing)", 0),
    ("count(/data/person[years > 10])", 2),
    ("count(//years)", 3),
    ("count-non-empty(/data/person/who)", 3),
    ("count-non-empty(/data/blank)", 0),
    ("position(/data/person[2])", 2),
    ("count(/data/person[position() = 2])", 1),
    ("count(/data/person[last()])", 1),
    ("string-length(/data/name)", 14),
    ("string-length('客户')", 2),
    ("count-selected('a b c')", 3),
    ("count-selected(/data/blank)", 0),
    ("count-selected(/data/some)", 3),
    ("decimal-date-time('1970-01-02T00:00:00.000Z')", 1),
    ("decimal-date-time('1970-01-01T06:00:00.000+00:00')", 0.25),
    ("decimal-date-time('1970-01-03')", 2),
    ("decimal-time('12:00:00.000+08:00')", 0.5),
    ("decimal-time(/data/hour)", 0.75),
    ("decimal-time('nonsense')", NAN),
    ("distance(/data/trace)", 111318.845),
    ("distance('0 0', '0 1')", 111318.845),
    ("distance('nowhere')", NAN),
    ("area('0 0;0 1;1 1;1 0;0 0')", 12391256135.8),
    ("area('0 0;0 1')", 0),
    ("area(/data/shape)", 151451.757),
    ("area(/data/person/years)", NAN),
    ("7 mod 3", 1),
    ("-7 mod 3", -1),
    ("7 div 2", 3.5),
    ("1 + 2 * 3", 7),
    ("(1 + 2) * 3", 9),
    ("2 - -1", 3),
    ("/data/blank + 1", NAN),
    ("/data/day - '2026-09-01'", 14),
    ("today() - date('2026-01-01')", 257),
    ("if(/data/age > 40, 1, 2)", 1),
    ("-/data/age", -42),
]
TRUTHS = [
    ("true()", True),
    ("false()", False),
    ("not(/data/blank)", True),
    ("not(1 = 1)", False),
    ("boolean('')", False),
    ("boolean('false')", True),
    ("boolean(0)", False),
    ("boolean(number('x'))", False),
    ("boolean(/data/age)", True),
    ("boolean(/data/blank)", False),
    ("boolean-from-string('true')", True),
    ("boolean-from-string('1')", True),
    ("boolean-from-string('yes')", False),
    ("boolean-from-string('')", False),
    ("contains('abc', 'b')", True),
    ("contains('abc', '')", True),
    ("starts-with('abc', 'ab')", True),
    ("starts-with('abc', 'b')", False),
    ("ends-with('abc', 'bc')", True),
    ("ends-with('abc', 'b')", False),
    ("selected('a b c', 'b')", True),
    ("selected('abc', 'b')", False),
    ("selected('', '')", False),
    ("selected(/data/some, 'd')", True),
    ("selected(/data/one, 'c')", True),
    ("regex('12345', '[0-9]+')", True),
    ("regex('12345a', '[0-9]+')", False),
    ("regex('a.b-c', '[\\w-.]+')", True),
    ("regex('', '[0-9]*')", True),
    ("checklist(-1, 2, 1, 0, 1)", True),
    ("checklist(-1, 2, 1, 1, 1)", False),
    ("checklist(2, -1, 1, 0)", False),
    ("checklist(1, 1, /data/zero, /data/age)", True),
    ("weighted-checklist(5, 10, 1, 3, 1, 4, 0, 100)", True),
    ("weighted-checklist(8, 10, 1, 3, 1, 4)", False),
    ("weighted-checklist(-1, 6, 1, 3, 1, 4)", False),
    ("enclosed('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')", True),
    ("enclosed('2 2', '0 0;0 1;1 1;1 0;0 0')", False),
    ("geofence('0.5 0.5', '0 0;0 1;1 1;1 0;0 0')", True),
    ("geofence('', '0 0;0 1;1 1;1 0;0 0')", False),
    ("'2026-09-15' < today() + 1", True),
    ("/data/day >= '2026-09-16'", False),
    ("/data/day = today()", True),
    ("/data/day = 20711", True),
    ("/data/moment < now()", False),
    ("'2026-09-15' <= now()", True),
    ("/data/blank > 5", False),
    ("/data/blank = ''", True),
    ("/data/yes = 'yes' and /data/age > 18", True),
    ("/data/blank or /data/yes", True),
    ("1 != 1", False),
    ("(1 > 2) = false()", True),
    ("/data/blank = false()", True),
    ("random() < 1", True),
    ("string-length(uuid()) = 36", True),
    ("string-length(uuid(8)) = 8", True),
]
CASES = [*STRINGS, *TIMES, *NUMBERS, *TRUTHS]


def value_of(source: str) -> Any:
    document = etree.fromstring(DOCUMENT)
    age = document.find("data/age")
    found = evaluate(compile_expression(source, ("data", "age"), SHAPE), age)
    if isinstance(found, list):
        return node_text(found[0]) if found else ""
    return found


@pytest.mark.usefixtures("fixed_time")
@pytest.mark.parametrize(("source", "expected"), CASES, ids=[source for source, _value in CASES])
def test_that_an_expression_gives_what_the_specification_says(
    source: str, expected: object
) -> None:
    found = value_of(source)
    if type(expected) in {int, float}:
        assert type(found) is float
        assert found == pytest.approx(expected, rel=1e-6, nan_ok=True)
    else:
        assert (type(found), found) == (type(expected), expected)


def test_that_there_are_enough_cases() -> None:
    assert len({source for source, _value in CASES}) >= 150


def test_that_every_function_is_tried() -> None:
    text = " ".join(source for source, _value in CASES)
    untried = {name for name in FUNCTIONS if f"{name}(" not in text}
    assert untried == {"randomize", "local-name", "extract-signed"}


def test_that_every_signature_has_a_function() -> None:
    rewritten = {"not", "boolean", "current", "instance", "indexed-repeat"}
    wanted = {
        name.removeprefix("jr:") for name, signature in FUNCTIONS.items() if not signature.is_core
    }
    assert wanted - rewritten | {"num", "bool"} == set(IMPLEMENTED)


def test_that_a_shuffle_with_a_seed_is_always_the_same_and_loses_nothing() -> None:
    def order(seed: object) -> list[str]:
        source = f"randomize(/data/person, {seed})"
        document = etree.fromstring(DOCUMENT)
        found = evaluate(compile_expression(source, ("data", "age"), SHAPE), document[0])
        return [node.findtext("who") for node in found]

    assert order(5) == order(5)
    assert len({tuple(order(seed)) for seed in range(1, 40)}) == 6
    assert all(sorted(order(seed)) == ["Ana", "Bo", "Cai"] for seed in (1, -3, 0, "'abc'"))


def test_that_a_shuffle_without_a_seed_loses_nothing() -> None:
    document = etree.fromstring(DOCUMENT)
    found = evaluate(
        compile_expression("randomize(/data/person)", ("data", "age"), SHAPE), document[0]
    )
    assert sorted(node.findtext("who") for node in found) == ["Ana", "Bo", "Cai"]
