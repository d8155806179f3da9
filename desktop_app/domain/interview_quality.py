"""Radar of interview quality: too fast, the same answers again, copied words, no probing, drift.

Everything is judged among the finished interviews of one questionnaire. A finding is a reason to
look, not a verdict: its sentence says what was measured and what was expected. The sentences are
made in both languages like those of `desktop_app.domain.detection.base`; they name neither people
nor reasons, the codes for those stand in the finding.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp, log
from statistics import median

from desktop_app.domain.detection.base import number_text, percent_text
from desktop_app.domain.near_copies import NearPair, connected, fold, near_pairs
from desktop_app.domain.quality_findings import (
    TITLES,
    FinishedInterview,
    QualityFinding,
    QualityKind,
    QualityLimits,
)
from desktop_app.domain.reasons import is_unknown
from desktop_app.domain.significance import binomial_at_least, fisher_greater, holm

__all__ = [
    "TITLES",
    "FinishedInterview",
    "QualityFinding",
    "QualityKind",
    "QualityLimits",
    "copied_text",
    "drift",
    "not_probed",
    "radar",
    "same_answers",
    "too_fast",
]

_MAD_OF_NORMAL = 0.6744897501960817
"""Median absolute deviation of the standard normal distribution."""


def radar(
    interviews: Iterable[FinishedInterview], limits: QualityLimits | None = None
) -> tuple[QualityFinding, ...]:
    """Everything worth a look among the finished interviews of one questionnaire, by kind."""
    used = limits or QualityLimits()
    every = sorted(interviews, key=lambda one: (one.finished, one.interview))
    return (
        *too_fast(every, used),
        *same_answers(every, used),
        *copied_text(every, used),
        *drift(every, used),
        *not_probed(every),
    )


def not_probed(interviews: Sequence[FinishedInterview]) -> tuple[QualityFinding, ...]:
    """Interviews with a known reason and no why-question answered.

    Not known cannot be probed; a questionnaire without why-questions asks for none.
    """
    return tuple(
        QualityFinding(
            QualityKind.NOT_PROBED,
            (one.interview,),
            one.agent,
            0.0,
            1.0,
            "记录了原因，但没有追问为什么",
            "A reason was recorded, and no why-question was answered",
            {"reason": one.reason},
        )
        for one in interviews
        if one.probed == 0 and one.reason is not None and not is_unknown(one.reason)
    )


def too_fast(
    interviews: Sequence[FinishedInterview], limits: QualityLimits
) -> tuple[QualityFinding, ...]:
    """Interviews with too few seconds per answered question.

    The limit is the median of the logarithms less some robust spreads (median absolute
    deviation); it needs enough interviews that do not all have the same pace. The floor always
    holds. An interview whose time was not measured, or without an answer, is left out.
    """
    paces = [
        (one, one.seconds / one.answered)
        for one in interviews
        if one.seconds is not None and one.answered > 0
    ]
    floor = float(limits.floor_seconds)
    limit, usual = floor, None
    logs = [log(pace) for _one, pace in paces if pace > 0]
    if len(logs) >= limits.min_interviews:
        middle = median(logs)
        spread = median(abs(value - middle) for value in logs) / _MAD_OF_NORMAL
        usual = exp(middle)
        if spread:
            limit = max(floor, exp(middle - float(limits.spread) * spread))
    return tuple(_fast(one, pace, limit, usual) for one, pace in paces if pace < limit)


def _fast(one: FinishedInterview, pace: float, limit: float, usual: float | None) -> QualityFinding:
    seconds, least = _apart(pace, limit)
    return QualityFinding(
        QualityKind.TOO_FAST,
        (one.interview,),
        one.agent,
        pace,
        limit,
        f"每题平均用时 {seconds} 秒，低于 {least} 秒",
        f"{seconds} s per question on average, less than {least} s",
        {"usual_seconds": usual, "answered": one.answered},
    )


def _apart(pace: float, limit: float) -> tuple[str, str]:
    """Both numbers with so many digits that the smaller one reads as smaller."""
    texts = number_text(Fraction(pace)), number_text(Fraction(limit))
    digits = 2
    while texts[0] == texts[1]:
        texts = f"{pace:.{digits}f}", f"{limit:.{digits}f}"
        digits += 1
    return texts


def same_answers(
    interviews: Sequence[FinishedInterview], limits: QualityLimits
) -> tuple[QualityFinding, ...]:
    """Agents with the same choices in more interviews than can be expected.

    Two expectations have to fail: the share of these choices in the interviews of all others
    (exact test of Fisher; nothing to fail when there are no others), and the product of how
    frequent each choice is (binomial). The probabilities are adjusted for all such groups (Holm).
    """
    n = len(interviews)
    vectors = [tuple(sorted(one.choices.items())) for one in interviews]
    everywhere = Counter(vectors)
    chosen = Counter(choice for vector in vectors for choice in vector)
    of_agent = Counter(one.agent for one in interviews)
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[str]] = defaultdict(list)
    for one, vector in zip(interviews, vectors, strict=True):
        if len(vector) >= limits.min_choices:
            groups[one.agent, vector].append(one.interview)
    suspects = []
    for (agent, vector), keys in groups.items():
        count, own = len(keys), of_agent[agent]
        if count < limits.min_repeats:
            continue
        others = everywhere[vector] - count
        product = 1.0
        for choice in vector:
            product *= chosen[choice] / n
        chance = max(
            binomial_at_least(count, own, product),
            fisher_greater(count, own, others, n - own) if n > own else 0.0,
        )
        elsewhere = others / (n - own) if n > own else 0.0
        suspects.append((agent, keys, chance, max(product, elsewhere), own))
    adjusted = holm([chance for _agent, _keys, chance, _share, _own in suspects])
    return tuple(
        QualityFinding(
            QualityKind.SAME_ANSWERS,
            tuple(keys),
            agent,
            len(keys) / own,
            share,
            f"{own} 次访谈中有 {len(keys)} 次的选项完全相同，预计至多占 {_at_most(share)}%",
            f"The same choices in {len(keys)} of {own} interviews, "
            f"at most {_at_most(share)} % expected",
            {"of": own, "probability": chance},
        )
        for (agent, keys, _chance, share, own), chance in zip(suspects, adjusted, strict=True)
        if chance <= limits.chance
    )


def _at_most(share: float) -> str:
    """Share as a percentage, rounded up to a tenth: what is rare never reads as never."""
    return percent_text(Fraction(ceil(share * 1000), 1000))


def copied_text(
    interviews: Sequence[FinishedInterview], limits: QualityLimits
) -> tuple[QualityFinding, ...]:
    """Groups of interviews of different cases whose words are equal or nearly so.

    Case, width, blanks and punctuation do not count; short words are left out. Measured is the
    lowest similarity by which the group hangs together.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(interviews):
        for folded in {fold(words) for words in one.verbatims}:
            if len(folded) >= limits.min_characters:
                holders[folded].append(place)
    texts = sorted(holders)
    cases = [{interviews[place].case for place in holders[text]} for text in texts]
    links = [
        *(NearPair(at, at, Fraction(1)) for at in range(len(texts)) if len(cases[at]) > 1),
        *(
            pair
            for pair in near_pairs(texts, Fraction(limits.similarity))
            if len(cases[pair.first] | cases[pair.second]) > 1
        ),
    ]
    lowest = _lowest(links)
    least = Fraction(limits.similarity)
    found = []
    for group in connected((link.first, link.second) for link in links):
        places = sorted({place for at in group for place in holders[texts[at]]})
        found.append((places, min(lowest[at] for at in group), texts[group[0]]))
    return tuple(
        _copied([interviews[place] for place in places], similar, least, words)
        for places, similar, words in sorted(found)
    )


def _lowest(links: Iterable[NearPair]) -> dict[int, Fraction]:
    """Lowest similarity of any link at each place."""
    lowest: dict[int, Fraction] = {}
    for link in links:
        for at in (link.first, link.second):
            lowest[at] = min(link.similarity, lowest.get(at, link.similarity))
    return lowest


def _copied(
    group: Sequence[FinishedInterview], similar: Fraction, least: Fraction, words: str
) -> QualityFinding:
    agents = {one.agent for one in group}
    cases = len({one.case for one in group})
    percent = percent_text(similar)
    return QualityFinding(
        QualityKind.COPIED_TEXT,
        tuple(one.interview for one in group),
        group[0].agent if len(agents) == 1 else None,
        float(similar),
        float(least),
        f"{cases} 个个案的客户原话几乎相同（相似度至少 {percent}%）",
        f"Customers of {cases} cases are quoted in nearly the same words "
        f"(at least {percent} % alike)",
        {"folded": words, "agents": [*sorted(agents)]},
    )


def drift(
    interviews: Sequence[FinishedInterview], limits: QualityLimits
) -> tuple[QualityFinding, ...]:
    """Agents who record one reason, or an unknown one, far more often than all the others.

    Exact test of Fisher, one-sided, of the agent's most frequent reason among the known ones
    (multiplied by the number of reasons it was picked from) and of all unknown reasons among all;
    adjusted for all tests of all agents (Holm). Too few interviews, of the agent or of all
    others, are not judged.
    """
    coded = [(one, one.reason) for one in interviews if one.reason is not None]
    tests = list(_drifts(coded, limits))
    adjusted = holm([test.chance for test in tests])
    return tuple(
        test.finding(chance)
        for test, chance in zip(tests, adjusted, strict=True)
        if chance <= limits.chance
    )


@dataclass(frozen=True, slots=True)
class _Drift:
    """One test: an agent's interviews with a reason, of how many, and the same of all others."""

    agent: str
    reason: str | None
    keys: tuple[str, ...]
    n: int
    others: int
    others_n: int
    picked_from: int

    @property
    def chance(self) -> float:
        exact = fisher_greater(len(self.keys), self.n, self.others, self.others_n)
        return min(1.0, exact * self.picked_from)

    def finding(self, chance: float) -> QualityFinding:
        own, usual = Fraction(len(self.keys), self.n), Fraction(self.others, self.others_n)
        known = self.reason is not None
        zh = "次原因已知的访谈中" if known else "次访谈中"
        zh_what = "记录了同一原因" if known else "原因不明"
        en = (
            "interviews with a known reason have the same one"
            if known
            else ("interviews have no known reason")
        )
        return QualityFinding(
            QualityKind.REASON_DRIFT if known else QualityKind.UNKNOWN_DRIFT,
            self.keys,
            self.agent,
            float(own),
            float(usual),
            f"{self.n} {zh}有 {len(self.keys)} 次{zh_what}（{percent_text(own)}%），"
            f"其他人为 {percent_text(usual)}%",
            f"{len(self.keys)} of {self.n} {en} ({percent_text(own)} %), "
            f"{percent_text(usual)} % with all others",
            {"reason": self.reason, "of": self.n, "probability": chance},
        )


def _drifts(
    coded: Sequence[tuple[FinishedInterview, str]], limits: QualityLimits
) -> Iterator[_Drift]:
    known = [(one, reason) for one, reason in coded if not is_unknown(reason)]
    every = Counter(reason for _one, reason in known)
    all_unknown = len(coded) - len(known)
    by_agent: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one, reason in coded:
        by_agent[one.agent].append((one.interview, reason))
    for agent, own in sorted(by_agent.items()):
        told = [(key, reason) for key, reason in own if not is_unknown(reason)]
        if min(len(told), len(known) - len(told)) >= limits.min_interviews:
            counts = Counter(reason for _key, reason in told)
            top = min(counts, key=lambda reason: (-counts[reason], reason))
            keys = tuple(key for key, reason in told if reason == top)
            others, rest = every[top] - len(keys), len(known) - len(told)
            yield _Drift(agent, top, keys, len(told), others, rest, len(every))
        keys = tuple(key for key, reason in own if is_unknown(reason))
        rest = len(coded) - len(own)
        if keys and min(len(own), rest) >= limits.min_interviews:
            yield _Drift(agent, None, keys, len(own), all_unknown - len(keys), rest, 1)
