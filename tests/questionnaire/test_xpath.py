"""The parser: what is written down is read back, and every mistake has its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.questionnaire.rewriting import rewrite
from desktop_app.questionnaire.shape import Read, Shape
from desktop_app.questionnaire.signatures import FUNCTIONS
from desktop_app.questionnaire.xpath import MAX_DEPTH, XPathError, parse
from desktop_app.questionnaire.xpath_ast import (
    DEEP,
    OPERATORS,
    PARENT,
    SELF,
    Binary,
    Call,
    Expr,
    Filter,
    Literal,
    Negate,
    Number,
    Path,
    Step,
    Variable,
    quoted,
    unparse,
)

# Reading back what was written -------------------------------------------------------------------

names = st.sampled_from(
    ["a", "b1", "_x", "and", "or", "div", "mod", "name-with.dots", "客户", "orx:meta", "text"]
)
plain_texts = st.text(st.characters(exclude_characters="'\"“”‘’", exclude_categories=["Cs", "Cc"]))
texts = plain_texts | st.builds(lambda a, b: f"{a}'{b}", plain_texts, plain_texts)
numbers = st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,4})?|\.[0-9]{1,4}", fullmatch=True)
axes = st.sampled_from(["child", "attribute", "ancestor", "following-sibling", "self", "parent"])


def steps(expressions: st.SearchStrategy[Expr]) -> st.SearchStrategy[Step]:
    predicates = st.lists(expressions, max_size=1).map(tuple)
    named = st.builds(Step, axes, names | st.just("*"), predicates)
    return named | st.sampled_from([SELF, PARENT, DEEP, Step("child", "node()")])


def paths(expressions: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    some = st.lists(steps(expressions), min_size=1, max_size=3).map(tuple)
    starts = st.builds(Call, st.just("current"), st.just(())) | expressions.filter(
        lambda each: not isinstance(each, Number)
    )
    return st.one_of(
        st.builds(Path, some),
        st.builds(Path, some, st.just(True)),
        st.just(Path((), is_absolute=True)),
        st.builds(lambda found, start: Path(found, start=start), some, starts),
    )


def larger(expressions: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(
            Call,
            st.sampled_from(sorted(FUNCTIONS)),
            st.lists(expressions, max_size=3).map(tuple),
        ),
        st.builds(Binary, st.sampled_from(sorted(OPERATORS)), expressions, expressions),
        st.builds(Negate, expressions),
        st.builds(Filter, expressions, st.lists(expressions, min_size=1, max_size=2).map(tuple)),
        paths(expressions),
    )


leaves = st.one_of(
    st.builds(Number, numbers),
    st.builds(Literal, texts),
    st.builds(Variable, st.sampled_from(["x", "y1"])),
    st.builds(Path, st.just((SELF,))),
)
expressions = st.recursive(leaves, larger, max_leaves=12)


@given(expressions)
def test_that_what_is_written_is_read_back(tree: Expr) -> None:
    assert parse(unparse(tree)) == tree


@given(st.text(max_size=40))
def test_that_rubbish_is_refused_with_a_place_or_understood(text: str) -> None:
    found: Expr | XPathError
    try:
        found = parse(text)
    except XPathError as error:
        found = error
    if isinstance(found, XPathError):
        assert 0 <= found.at <= len(text)
        assert found.message
    else:
        assert parse(unparse(found)) == found


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("a - b - c", "a - b - c"),
        ("a - (b - c)", "a - (b - c)"),
        ("-a * b", "-a * b"),
        ("-(a * b)", "-(a * b)"),
        ("a or b and c = d", "a or b and c = d"),
        ("(a or b) and c", "(a or b) and c"),
        ("//b", "/descendant-or-self::node()/b"),
        (" /data/a  [ . > 1 ] ", "/data/a[. > 1]"),
        ("* * *", "* * *"),
        ("div div div", "div div div"),
        ("selected (., 'no')", "selected(., 'no')"),
        ("a-b", "a-b"),
        ("a -b", "a - b"),
        ("@id", "@id"),
        ("../../x", "../../x"),
        ("instance('c')/root/item[name = current()/../a]/b",
         "instance('c')/root/item[name = current()/../a]/b"),
        ("“smart”", "'smart'"),
    ],
)  # fmt: skip
def test_that_binding_and_abbreviations_are_understood(source: str, written: str) -> None:
    assert unparse(parse(source)) == written


def test_that_a_text_with_both_quotation_marks_is_put_together() -> None:
    assert quoted("a'b\"c") == "concat('a', \"'\", 'b\"c')"


# Mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "at", "says"),
    [
        ("", 0, "empty"),
        ("  ", 2, "empty"),
        ("1 +", 3, "ends too early"),
        ("(1", 2, "“)” is missing"),
        ("a b", 2, "“b” is not expected"),
        ("if(a, b", 7, "“)” is missing"),
        ("selected(., 'no)", 12, "never closed"),
        ("a # b", 2, "no meaning"),
        ("a[1", 3, "“]” is missing"),
        ("a/", 2, "ends too early"),
        ("label::English", 0, "no direction"),
        ("a = = b", 4, "“=” is not expected"),
        ("because pyxform doesn't know", 21, "never closed"),
        ("f(,)", 2, "“,” is not expected"),
        (")", 0, "“)” is not expected"),
    ],
)
def test_that_a_mistake_has_its_place(source: str, at: int, says: str) -> None:
    with pytest.raises(XPathError) as caught:
        parse(source)
    assert caught.value.at == at
    assert says in caught.value.message


def test_that_endless_nesting_is_refused() -> None:
    with pytest.raises(XPathError, match="nested"):
        parse("(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1))
    with pytest.raises(XPathError, match="long"):
        parse("1" * 200_000)


SHAPE = Shape(
    frozenset(
        tuple(path.split("/"))
        for path in ("d", "d/n", "d/r", "d/r/a", "d/r/b", "d/r/s", "d/r/s/c", "d/g", "d/g/x")
    ),
    frozenset({("d", "r"), ("d", "r", "s")}),
    frozenset({"list"}),
)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("foo(1)", "no function “foo”"),
        ("selected(.)", "takes 2"),
        ("round(1, 2, 3)", "takes 1–2"),
        ("concat()", "takes 1 or more"),
        ("$x", "${x}"),
        ("indexed-repeat(1, /d/r, 1)", "needs a question"),
        ("indexed-repeat(/d/n, /d/r, 1)", "needs a question"),
        ("jr:choice-name(., 1)", "needs a question"),
    ],
)
def test_that_a_wrong_call_is_refused(source: str, says: str) -> None:
    with pytest.raises(XPathError) as caught:
        rewrite(parse(source), ("d", "n"), SHAPE)
    assert says in caught.value.message


# Rewriting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "source", "xpath"),
    [
        ("d/n", ". > 5", "(f:num($c/.) > 5)"),
        ("d/n", "/d/n + 1", "(f:num(/w/d/n) + 1)"),
        ("d/n", "/d/g/x = 'a'", "(/w/d/g/x = 'a')"),
        ("d/n", "/d/g/x = 1", "(f:num(/w/d/g/x) = 1)"),
        ("d/n", "/d/g/x and true()", "(f:bool(/w/d/g/x) and (true()))"),
        ("d/r/b", "/d/r/a", "$c/../a"),
        ("d/r/s/c", "/d/r/a", "$c/../../a"),
        ("d/r/s/c", "/d/r/s/c", "$c/../c"),
        ("d/r", "/d/r/a", "$c/a"),
        ("d/r/b", "count(/d/r)", "f:count(/w/d/r)"),
        ("d/r/b", "count(/d/r/s)", "f:count($c/../s)"),
        ("d/r/b", "sum(/d/r[a > 1]/a)", "f:sum(/w/d/r[(f:num(a) > 1)]/a)"),
        ("d/r/b", "position(..)", "f:position($c/..)"),
        ("d/n", "indexed-repeat(/d/r/a, /d/r, 2)", "/w/d/r[position()=2]/a"),
        (
            "d/r/b",
            "indexed-repeat(/d/r/a, /d/r, position(..) - 1)",
            "/w/d/r[position()=((f:position($c/..) - 1))]/a",
        ),
        (
            "d/r/b",
            "instance('list')/root/item[k = current()/../a]",
            "/w/i[@id='list']/root/item[(k = $c/../a)]",
        ),
        ("d/n", "jr:choice-name(/d/n, ' /d/n ')", "f:choice-name(/w/d/n, '/d/n')"),
        ("d/r/b", "once(uuid())", "f:once(f:uuid(), string($c))"),
        ("d/n", "//a", "/w/*[1]/descendant-or-self::node()/a"),
        ("d/n", "/d/orx:meta/orx:x", "/w/d/meta/x"),
    ],
)
def test_that_an_expression_is_rewritten(context: str, source: str, xpath: str) -> None:
    assert rewrite(parse(source), tuple(context.split("/")), SHAPE).xpath == xpath


@pytest.mark.parametrize(
    ("context", "source", "reads"),
    [
        ("d/n", "/d/g/x + /d/n", {Read("/d/g/x", 0), Read("/d/n", 0)}),
        ("d/r/b", "/d/r/a", {Read("/d/r/a", 2)}),
        ("d/r/b", "../a", {Read("/d/r/a", 2)}),
        ("d/r/b", "../../n", {Read("/d/n", 1)}),
        ("d/r/b", "../../r/a", {Read("/d/r/a", 1)}),
        ("d/n", "sum(/d/r[b = 1]/a)", {Read("/d/r/a", 0), Read("/d/r/b", 0)}),
        ("d/n", "//a", {Read("/", 0, is_deep=True)}),
        ("d/n", "/d/g/*", {Read("/d/g", 0, is_deep=True)}),
        ("d/n", "instance('list')/root/item[k = /d/g/x]", {Read("/d/g/x", 0)}),
        ("d/n", "1 + 1", set()),
    ],
)
def test_that_it_is_known_what_an_expression_reads(
    context: str, source: str, reads: set[Read]
) -> None:
    assert rewrite(parse(source), tuple(context.split("/")), SHAPE).reads == reads


def test_that_names_that_are_nowhere_are_told() -> None:
    found = rewrite(parse("/d/typo + nothing + /d/n"), ("d", "n"), SHAPE)
    assert [path for path, _at in found.unknown] == ["/d/typo", "/d/n/nothing"]
    assert rewrite(parse("instance('gone')/x"), ("d", "n"), SHAPE).instances == {"gone"}
