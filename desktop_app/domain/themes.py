"""Theme suggestions for open text, learned from the texts people coded before.

Each text becomes a set of features: single Chinese characters and pairs of them, and other words
by their beginning (so that "price", "prices" and "pricing" meet). Rare features weigh more
(tf-idf), and a frequent one still weighs something: it may be what a frequent theme is about. A
theme is the mean direction of its texts; a new text is as near to it as the cosine between the two,
and that is a sum over features: the largest parts are the words that speak for the theme. Nothing
is decided: a person accepts or refuses each suggestion.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

CONFIDENCE = 0.09
"""Nearness below which nothing is suggested; an own choice, to be changed with the call."""

_STEM = 5
_SILENT = frozenset(
    re.findall(
        r"[a-z]+|[\u4e00-\u9fff]",
        """
        a about all am an and any are as at be but by can did do does for from had has have he her
        his i if in is it its me my no not of on or our she so than that the their them then there
        they this to too us very was we were what when will with would you your
        also could go going got had how just more most only other should some still than these those
        want wanted wants which while who why yet
        的了是我你他她它们在就也都和很不有没这那个一着过把被给吗吧呢啊要说会能可去到来得地又还更最
        让对从与及或但而却因为所以如果上下里后前时候什么怎样想多少次再才只已经向比跟啦呀嘛哦
        """,
    )
)
"""Words that say nothing about a theme: left out alone, and as a pair of two of them."""

_FIRST_HAN = "\u3400"
_HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:['’][^\W_{_HAN}]+)*")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One theme for a text.

    Attributes:
        theme: Its code.
        nearness: Cosine from 0 to 1.
        words: What in the text speaks for it, strongest first.
        answers: So many texts that people gave the theme have one of these words; none when only
            the words that the theme came with speak for it.
    """

    theme: str
    nearness: float
    words: tuple[str, ...]
    answers: int


@dataclass(frozen=True, slots=True)
class Themes:
    """What was learned.

    Attributes:
        texts: Features of the coded texts by theme; texts without any are left out.
        rarity: Weight of each feature.
        directions: Theme to the weights of its features, of length one.
        learned: Number of texts that were learned from.
    """

    texts: Mapping[str, Sequence[frozenset[str]]]
    rarity: Mapping[str, float]
    directions: Mapping[str, Mapping[str, float]]
    learned: int


def learn(coded: Iterable[tuple[str, str]], shipped: Iterable[tuple[str, str]] = ()) -> Themes:
    """Learn from pairs of text and theme code; a text with two themes comes twice.

    Args:
        coded: What people coded.
        shipped: The words that themes came with; each counts as one more text.
    """
    own = _documents(coded)
    documents = [*own, *_documents(shipped)]
    texts: dict[str, list[frozenset[str]]] = defaultdict(list)
    for found, theme in own:
        texts[theme].append(found)
    frequency = Counter(feature for found, _theme in documents for feature in found)
    rarity = {feature: log(1 + len(documents) / count) for feature, count in frequency.items()}
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for found, theme in documents:
        size = _length(rarity[feature] for feature in found)
        for feature in found:
            sums[theme][feature] += rarity[feature] / size
    directions = {}
    for theme in sorted(sums):
        size = _length(sums[theme].values())
        directions[theme] = {feature: part / size for feature, part in sums[theme].items()}
    return Themes(dict(texts), rarity, directions, len(documents))


def _documents(pairs: Iterable[tuple[str, str]]) -> list[tuple[frozenset[str], str]]:
    known = [(frozenset(features(text)), theme) for text, theme in pairs]
    return [(found, theme) for found, theme in known if found]


def suggest(
    themes: Themes, text: str, *, confidence: float = CONFIDENCE, most: int = 3, words: int = 4
) -> tuple[Suggestion, ...]:
    """Rank the themes for a text, the nearest first; nothing when none is near enough.

    Features never seen before count as fully rare: a text about something new is far from all.
    """
    found = features(text)
    unseen = log(1 + themes.learned)
    size = _length(themes.rarity.get(feature, unseen) for feature in found)
    ranked = []
    for theme, direction in themes.directions.items():
        parts = {
            feature: themes.rarity[feature] * direction[feature] / size
            for feature in found
            if feature in direction
        }
        nearness = min(1.0, sum(parts.values()))
        if parts and nearness >= confidence:
            ranked.append((nearness, theme, _speaking(parts, words)))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return tuple(
        Suggestion(
            theme,
            nearness,
            tuple(found[feature] for feature in speaking),
            sum(1 for text in themes.texts.get(theme, ()) if not text.isdisjoint(speaking)),
        )
        for nearness, theme, speaking in ranked[:most]
    )


def features(text: str) -> dict[str, str]:
    """Features of a text, each with how it reads in the text."""
    found: dict[str, str] = {}
    for run in _RUNS.findall(unicodedata.normalize("NFKC", text).casefold()):
        if re.match(rf"[{_HAN}]", run):
            for width in (2, 1):
                for at in range(len(run) - width + 1):
                    part = run[at : at + width]
                    if not _SILENT.issuperset(part):
                        found[part] = part
        elif run not in _SILENT:
            found.setdefault(run[:_STEM], run)
    return found


def joined(words: Iterable[str], text: str) -> tuple[str, ...]:
    """Words of a suggestion to be read: pairs of characters that overlap in the text are one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: list[str] = []
    for word in words:
        whole = word
        for other in tuple(found):
            longer = _overlapped(whole, other, folded) or _overlapped(other, whole, folded)
            if longer:
                found.remove(other)
                whole = longer
        found.append(whole)
    return tuple(found)


def _overlapped(first: str, second: str, text: str) -> str:
    """Both in one when the second goes on in the text from the last character of the first."""
    longer = first + second[1:]
    is_pair = min(len(first), len(second)) > 1 and first[-1] == second[0]
    return longer if is_pair and first[-1] >= _FIRST_HAN and longer in text else ""


def _speaking(parts: Mapping[str, float], most: int) -> tuple[str, ...]:
    """The strongest features; a character within a pair that speaks is not repeated."""
    within = {char for feature in parts if len(feature) > 1 for char in feature}
    speaking = [feature for feature in parts if feature not in within]
    ranked = sorted(speaking, key=lambda feature: (-parts[feature], feature))
    return tuple(ranked[:most])


def _length(weights: Iterable[float]) -> float:
    return sqrt(sum(weight * weight for weight in weights))
