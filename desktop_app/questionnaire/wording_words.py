"""The words of ``resources/reference/wording.toml`` as patterns, and texts to search with them."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from desktop_app.paths import resource

Span = tuple[int, int]

_GAP: Final = "…"
_ENDING: Final = "*"
_GAPS: Final = (r"[^。?!;\n]{0,16}?", r"[^?!;\n]{0,40}?")
_MARKUP: Final = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_TRADITIONAL: Final = (
    "個為爲買爭產們眾衆會償兌興冊決別務動協單參發號嗎員響處對將應開當錄態總戶報換攜數無時顯來"
    "樣檢歡沒滿點熱環現電積競簽紅約線經綁給絡絕繼續維聯營慮補裝觀計訂認議許設評識訴試誠詢該說"
    "説請諾讀誰談謂貨質購貼費資賠賴贊讚贈轉載較達運還這違釋錢銷長門間閱難項須領額驗貸麼麽於價"
    "優體後幾臺週復複纔機極種確網薦係適願並併與從題妳"
    "業覺過遠問預規郵區職見編稱話"
)
_SIMPLIFIED: Final = (
    "个为为买争产们众众会偿兑兴册决别务动协单参发号吗员响处对将应开当录态总户报换携数无时显来"
    "样检欢没满点热环现电积竞签红约线经绑给络绝继续维联营虑补装观计订认议许设评识诉试诚询该说"
    "说请诺读谁谈谓货质购贴费资赔赖赞赞赠转载较达运还这违释钱销长门间阅难项须领额验贷么么于价"
    "优体后几台周复复才机极种确网荐系适愿并并与从题你"
    "业觉过远问预规邮区职见编称话"
)
_APOSTROPHES: Final = "’‘`´"
_FOLDED: Final = str.maketrans(_TRADITIONAL + _APOSTROPHES, _SIMPLIFIED + "'" * len(_APOSTROPHES))


def fold(text: str) -> str:
    """Small letters, simplified, half width, no markup; each character stays in its place."""
    blanked = _MARKUP.sub(lambda match: " " * len(match[0]), text)
    return "".join(_folded(char) for char in blanked).translate(_FOLDED)


def _folded(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char).lower()
    return folded if len(folded) == 1 else char


@dataclass(frozen=True, slots=True)
class Words:
    """One list of words.

    Attributes:
        zh: Chinese words, as written.
        en: English words, as written.
        pattern: Finds any of them in a folded text.
        but: Finds phrases in which they are harmless.
    """

    zh: tuple[str, ...]
    en: tuple[str, ...]
    pattern: re.Pattern[str]
    but: re.Pattern[str] | None

    def spans(self, text: str) -> list[Span]:
        """Where a folded text has one of the words."""
        harmless = [match.span() for match in self.but.finditer(text)] if self.but else []
        return [
            match.span()
            for match in self.pattern.finditer(text)
            if not any(match.start() < end and start < match.end() for start, end in harmless)
        ]


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(resource("reference", "wording.toml").read_text(encoding="utf-8"))


@cache
def words(table: str, code: str) -> Words:
    """The list with a code, of one of the tables rule, words, topic, scale, degree."""
    entry = next(each for each in _lists()[table] if each["code"] == code)
    but = [*entry.get("but_zh", ()), *entry.get("but_en", ())]
    zh, en = tuple(entry["words_zh"]), tuple(entry["words_en"])
    return Words(zh, en, re.compile(any_of([*zh, *en])), re.compile(any_of(but)) if but else None)


def any_of(phrases: Iterable[str]) -> str:
    """A pattern for any of some phrases, the longest first."""
    longest_first = sorted(phrases, key=len, reverse=True)
    return "(?:" + "|".join(_phrase(fold(phrase)) for phrase in longest_first) + ")"


def _phrase(phrase: str) -> str:
    is_english = phrase.isascii() or phrase.replace(_GAP, "").isascii()
    escaped = re.escape(phrase).replace(re.escape(_GAP), _GAPS[is_english])
    if not is_english:
        return escaped
    spaced = escaped.replace(r"\ ", r"\s+").replace(re.escape(_ENDING), r"\w*")
    return rf"(?<![\w']){spaced}(?!\w)"


@cache
def families() -> tuple[re.Pattern[str], ...]:
    """Patterns that a whole label of a scale fits: degrees around one word, or a degree alone."""
    degree = words("degree", "degree")
    around = rf"(?:{any_of([*degree.zh, *degree.en])}\s*)*"
    return tuple(
        re.compile(around + any_of([*entry["words_zh"], *entry["words_en"]]) + r"\s*" + around)
        for entry in _lists()["scale"]
    )
