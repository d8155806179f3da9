"""Two questions in one: two things asked, two actions joined, or two topics judged together.

Not every pair is one: a detail of the same event ("… and when?", "Which one?") belongs to the first
question, and a list of nouns ("friends and family", "price and quantity") is one thing.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from desktop_app.questionnaire.wording_words import Span, any_of, words

_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_CUTS: Final = re.compile(r"[?!;。\n]|,(?!\d)|以及|并且|而且")
_MORE_CUTS: Final = re.compile(_CUTS.pattern + r"|(?<![总缓温暖饱])和|(?<![参给赠])与|、")
_JOINTS: Final = re.compile(
    r"(?<=[\u3400-\u9fff])"
    r"(?:以及|(?<![总缓温暖饱])和(?![解气平谐])|(?<![参给赠])与(?![会其否])"
    r"|(?<![以涉普提顾得来波])及(?![时格早])|、)"
    r"(?=[\u3400-\u9fff])"
)
_JOINT_WORD: Final = re.compile(r"以及|并且|而且|和|与|及|、")
_CLAUSE_ENDS: Final = re.compile(r"[?!;。,\n]")
_PERSON: Final = r"(?:您|你|我|他|她|他们|她们|我们|你们|咱们|谁|自己|本人|双方|哪\w{1,2})"
_WITH_PERSON: Final = re.compile(rf"{_PERSON}$")
_PERSON_AFTER: Final = re.compile(_PERSON)
_YES_NO_ZH: Final = re.compile(r"吗|有没有|有无|是否|是不是|(?<=[过了])没有?(?=\W|$)")
_WHY: Final = re.compile(r"为什么|为何|什么原因")
_LATER: Final = re.compile(r"^\W*(?:您|你)?(?:现在|目前|如今|后来|之后)")
_LISTED: Final = re.compile(r"\W*(?:哪|几)\w{0,5}\W*$")
_NEAR: Final = 6
_WHEN_WHY_ZH: Final = re.compile(
    r"(?P<when>[^。;]*?(?:什么时候|何时|哪一?[天年月日]|几月|几号)[^。;?]*)"
    r"[,?、]\W*(?P<why>(?:又|而|当时|您|你|是)*(?:为什么|为何|什么原因)[^。;]*)"
)
_WHEN_WHY_EN: Final = re.compile(
    r"(?P<when>^\W*(?:(?:on|in|since|from)\s+)?"
    r"(?:when|(?:which|what)\s+(?:day|date|week|month|year))\b[^.;?]*?)"
    r"(?:[,?]|\s+and\b)(?:\s*(?:and|also))*\s*(?P<why>\bwhy\b[^.;]*)"
    r"|^\W*(?:why\s+and\s+when|when\s+and\s+why)\b"
)
_YES_NO_EN: Final = re.compile(r"^\W*(?:was|were|is|are)\s")
_PREDICATES: Final = re.compile(r"(?<![合一兼])并(?![不没非未列且])|且|和|与|及|、")
_LEAD: Final = (
    r"^\W*(?:(?:on|in|at|from|to|for|by|since|with|about|of|and|but|so|or|then|also)\s+)*"
)
_STATES: Final = re.compile(
    r"^\W*(?:and\s+|or\s+)?(?:when|where|how|what|whatever)\s+"
    r"(?:you|we|they|the|it|he|she|your|our|i)\b"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two questions found in one text: where the second one shows, and both parts."""

    place: Span
    parts: tuple[Span, Span]


def joined_questions(text: str) -> Pair | None:
    """The first pair of questions in a folded text, if there is one."""
    if _CHINESE.search(text):
        return (
            _two_topics(text)
            or _two_asked(text, is_chinese=True)
            or _when_and_why(text, _WHEN_WHY_ZH)
            or _two_joined_zh(text)
            or _two_actions_zh(text)
            or _two_things_zh(text)
        )
    return (
        _two_topics(text)
        or _two_asked(text, is_chinese=False)
        or _when_and_why(text, _WHEN_WHY_EN)
        or _two_predicates_en(text)
        or _two_actions_en(text)
    )


@cache
def _topic_pair() -> re.Pattern[str]:
    codes = ("price", "service", "product", "delivery")
    lists = [words("topic", code) for code in codes]
    topic = any_of([word for each in lists for word in (*each.zh, *each.en)])
    joint = (
        r"(?:的|高低|好坏)?(?:和|与|及|以及|、|跟|\s*,\s*(?:and\s+)?|\s+and\s+|\s+&\s+|\s+or\s+)"
    )
    return re.compile(
        rf"(?P<first>{topic}){joint}(?:\w{{0,4}}?|(?:\w+\s+){{0,2}})(?P<second>{topic})"
    )


def _two_topics(text: str) -> Pair | None:
    found = _topic_pair().search(text)
    if found is None or not words("words", "judgement").spans(text):
        return None
    return Pair(found.span(), (found.span("first"), found.span("second")))


def _two_asked(text: str, *, is_chinese: bool) -> Pair | None:
    """Two parts that both ask, where the second asks for something new."""
    first: Span | None = None
    for start, end in _segments(text, is_chinese=is_chinese):
        part = text[start:end]
        if not (_asks_zh(part) if is_chinese else _asks_en(part)):
            continue
        if first is not None:
            new = _new_zh(part, text[:start]) if is_chinese else _new_en(part, text[:start])
            if new and _content(text[first[0] : first[1]], is_chinese=is_chinese):
                return Pair((start, end), (first, (start, end)))
        first = first or (start, end)
    return None


def _when_and_why(text: str, pattern: re.Pattern[str]) -> Pair | None:
    """A date and a reason: two answers, though both are about one event.

    "Which do you not need, and why?" is none: the reason belongs to each thing named.
    """
    found = pattern.search(text)
    if found is None:
        return None
    if found.groupdict()["why"] is None:
        return Pair(found.span(), (found.span(), (found.end(), len(text))))
    return Pair(found.span("why"), (found.span("when"), found.span("why")))


@cache
def _english_predicates() -> re.Pattern[str]:
    judged = any_of(words("words", "predicate").en)
    return re.compile(rf"(?P<first>{judged})\s*(?:,|,?\s+and|\s+as well as)\s+(?:also\s+)?{judged}")


def _two_predicates_en(text: str) -> Pair | None:
    """Two judgements that one yes or no is asked for: "on time and polite?"."""
    found = _english_predicates().search(text) if _YES_NO_EN.match(text) else None
    if found is None:
        return None
    place = (found.end("first"), found.end())
    return Pair(place, ((0, place[0]), (place[0], len(text))))


def _two_joined_zh(text: str) -> Pair | None:
    """Two parts that ask, right beside each other: the second asks why, or for another time."""
    parts = _cut(text, _MORE_CUTS)
    for first, second in pairwise(parts):
        early, late = text[slice(*first)], text[slice(*second)]
        if _JOINT_WORD.search(text[first[1] : second[0]]) is None or not (
            _asks_zh(early) and _asks_zh(late) and _content(early, is_chinese=True)
        ):
            continue
        if _LISTED.match(late):
            continue  # "哪些人和哪位经理": one list
        is_why = _WHY.search(late) is not None and _WHY.search(early) is None
        if is_why or _LATER.match(late) or _new_zh(late, text[: second[0]]):
            return Pair(second, (first, second))
    return None


def _two_things_zh(text: str) -> Pair | None:
    """Two things that one judgement, or one yes or no, is asked for.

    A list of facts ("电话和地址", "日期与时间") is one thing, and "和您" is no list at all.
    """
    strong, weak = words("words", "opinion"), words("words", "judgement")
    facts = words("words", "fact")
    for joint in _JOINTS.finditer(text):
        start, end = _clause(text, joint.span())
        before, after = text[start : joint.start()], text[joint.end() : end]
        if _WITH_PERSON.search(before) or _PERSON_AFTER.match(after):
            continue
        clause = text[start:end]
        if words("words", "between").spans(clause):
            continue
        is_fact = all(facts.spans(each) for each in (before[-_NEAR:], after[:_NEAR]))
        is_asked = bool(weak.spans(clause)) or _YES_NO_ZH.search(text[start:]) is not None
        if strong.spans(clause) or (is_asked and not is_fact):
            return Pair(joint.span(), ((start, joint.start()), (joint.end(), end)))
    return None


def _clause(text: str, place: Span) -> Span:
    """The part of a text around a place, between its commas and stops."""
    before = [match.end() for match in _CLAUSE_ENDS.finditer(text, 0, place[0])]
    after = _CLAUSE_ENDS.search(text, place[1])
    return (before[-1] if before else 0, after.start() if after else len(text))


def _segments(text: str, *, is_chinese: bool) -> list[Span]:
    return _cut(text, _CUTS if is_chinese else _english_cuts())


def _cut(text: str, cuts: re.Pattern[str]) -> list[Span]:
    ends = [match.span() for match in cuts.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if stop > start]


@cache
def _english_cuts() -> re.Pattern[str]:
    asking = any_of(words("words", "interrogative").en)
    return re.compile(rf"[?!;.\n/]|,?\s+(?:and|or|but)\s+(?={asking})|,\s+(?={asking})")


@cache
def _english_question() -> re.Pattern[str]:
    return re.compile(_LEAD + any_of(words("words", "interrogative").en))


def _asks_zh(part: str) -> bool:
    return bool(words("words", "interrogative").spans(part))


def _asks_en(part: str) -> bool:
    return bool(_english_question().match(part)) and not _STATES.match(part)


def _content(part: str, *, is_chinese: bool) -> list[str]:
    """What a part says beyond asking: characters in Chinese, words in English."""
    asking, detail = words("words", "interrogative"), words("words", "detail")
    if is_chinese:
        bare = re.sub(any_of([*asking.zh, *detail.zh]), " ", part)
        return [char for char in bare if char.isalnum()]
    empty = {word for phrase in (*asking.en, *detail.en) for word in phrase.split()}
    return [word for word in re.findall(r"[a-z']+", part) if word not in empty]


def _new_zh(part: str, earlier: str) -> bool:
    if any(word in part for word in words("words", "back_reference").zh):
        return False
    return len([char for char in _content(part, is_chinese=True) if char not in earlier]) > 1


def _new_en(part: str, earlier: str) -> bool:
    tokens = set(re.findall(r"[a-z']+", part))
    if tokens & set(words("words", "back_reference").en):
        return False
    said = set(re.findall(r"[a-z']+", earlier))
    return bool(set(_content(part, is_chinese=False)) - said)


def _two_actions_zh(text: str) -> Pair | None:
    joined = words("rule", "double").spans(text)
    if joined and _asks_zh(text):
        start, end = joined[0]
        return Pair((start, end), ((0, start), (end, len(text))))
    verb = any_of(words("words", "verb").zh)
    for match in _PREDICATES.finditer(text):
        before = re.split(r"[?;。,]", text[: match.start()])[-1]
        after = text[match.end() :]
        aspect = "" if match[0] in {"并", "且"} else "(?:了|过|没有|吗)"
        acts = re.match(rf"(?:您|你|也|又|已经|还|没有|是否|曾)*{verb}{aspect}", after)
        if acts and re.search(verb, before) and "之间" not in after:
            return Pair(match.span(), ((0, match.start()), (match.end(), len(text))))
    return None


@cache
def _english_actions() -> re.Pattern[str]:
    verb = any_of(words("words", "verb").en)
    return re.compile(
        rf"(?P<first>[^?.;]*(?<!your )(?<!the )(?<!our )(?<!any )(?<!many )(?<!of )(?<!an )(?<!a )"
        rf"{verb}[^?.;]*?)\s+(?:and/or|and)\s+(?:also\s+|then\s+|later\s+|to\s+|had\s+)*{verb}"
    )


def _two_actions_en(text: str) -> Pair | None:
    match = _english_actions().search(text)
    if (
        match is None
        or "between" in match["first"]
        or re.search(r"\b(?:try|go|come)$", match["first"])
    ):
        return None
    if not any(_asks_en(text[start:end]) for start, end in _segments(text, is_chinese=False)):
        return None
    return Pair(
        (match.end("first"), match.end()), (match.span("first"), (match.end("first"), len(text)))
    )
