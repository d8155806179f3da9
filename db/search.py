"""Search keys of customers and the full-text index over them.

The index is a contentless FTS5 table of tokens made here: 1- and 2-grams of the folded name
(Chinese fragments are mostly two characters, below what a trigram index finds), and pinyin and
initials from every syllable on. Its row id is `CustomerStat.no`. Phone and card tails are plain
prefix searches on reversed columns. All SQL that only SQLite understands about search is here.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection, text

CREATE: Final = (
    "CREATE VIRTUAL TABLE customer_fts USING fts5(tokens, content='', contentless_delete=1,"
    " detail=none, tokenize='ascii')"
)
_WIDE: Final = 20_000  # a search looks at so many hits of the index only
_LAST: Final = "\U0010ffff"  # sorts after every character
_SPOKEN: Final = "¹"  # marks pinyin; folding leaves no such character in a name
_INITIALS: Final = "²"
# Surnames whose reading differs from the common reading of the character.
_SURNAMES: Final = {
    "单": "shan", "解": "xie", "曾": "zeng", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge",
    "朴": "piao", "冼": "xian", "缪": "miao", "乐": "yue", "翟": "zhai", "覃": "qin", "员": "yun",
    "黑": "he", "宓": "fu", "秘": "bi", "折": "she", "繁": "po", "种": "chong", "洗": "xian",
    "任": "ren", "尉": "yu", "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun",
    "澹台": "tan tai",
    "召": "shao", "谌": "chen", "阚": "kan", "逄": "pang", "晁": "chao", "郗": "xi", "燕": "yan",
    "隗": "wei", "么": "yao", "祭": "zhai", "适": "kuo", "乜": "nie", "贲": "ben", "佴": "nai",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """What of a customer is searched: `no` is `CustomerStat.no`."""

    no: int
    name: str


def fold(name: str) -> str:
    """Name for comparing: compatibility forms unified, lower case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum() or _is_rare(char))


def _is_rare(char: str) -> bool:
    """Characters of names that Python's tables may not know: private use, the newest planes."""
    return unicodedata.category(char) == "Co" or "\U00020000" <= char <= "\U0003ffff"


def digits(value: str) -> str:
    """Digits of a phone or card number, full-width digits included."""
    return "".join(char for char in unicodedata.normalize("NFKC", value) if char.isdecimal())


def tail_key(value: str) -> str:
    """Reversed letters and digits, so that the last characters can be looked up as a prefix."""
    return fold(value)[::-1]


def tokens(name: str) -> str:
    """All search tokens of a name, separated by spaces."""
    folded = fold(name)
    found: dict[str, None] = dict.fromkeys(_grams(folded))
    for syllables in _readings(name):
        for start in range(len(syllables)):
            found[_SPOKEN + "".join(syllables[start:])] = None
            found[_INITIALS + "".join(part[0] for part in syllables[start:])] = None
    return " ".join(found)


def create(connection: Connection) -> None:
    """Create the index table; part of the schema."""
    connection.execute(text(CREATE))


def clear(connection: Connection) -> None:
    """Empty the index."""
    connection.execute(text("INSERT INTO customer_fts(customer_fts) VALUES ('delete-all')"))


def store(connection: Connection, entries: Iterable[SearchKeys], *, known: bool) -> None:
    """Write the tokens of customers; `known` entries replace what was there."""
    rows = [{"no": entry.no, "tokens": tokens(entry.name)} for entry in entries]
    if not rows:
        return
    if known:
        connection.execute(
            text("DELETE FROM customer_fts WHERE rowid = :no"), [{"no": row["no"]} for row in rows]
        )
    connection.execute(text("INSERT INTO customer_fts(rowid, tokens) VALUES (:no, :tokens)"), rows)


def remove(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget customers by `CustomerStat.no`."""
    if numbers:
        connection.execute(
            text("DELETE FROM customer_fts WHERE rowid = :no"), [{"no": no} for no in numbers]
        )


def find(connection: Connection, typed: str, limit: int = 50) -> list[int]:
    """`CustomerStat.no` of the customers that fit what was typed, highest spend first.

    Finds name fragments, pinyin, initials, the start of a number and the tail of a phone or card.
    """
    folded = fold(typed)
    if not folded:
        return []
    found: dict[int, None] = {}
    for statement, values in _statements(folded):
        rows = connection.exec_driver_sql(statement, {**values, "limit": limit})
        found.update(dict.fromkeys(rows.scalars()))
        if len(found) >= limit:
            break
    return list(found)[:limit]


def _statements(folded: str) -> list[tuple[str, dict[str, str]]]:
    """Searches in the order in which their hits are shown."""
    searches = _code_searches(folded)
    spoken = folded.replace("ü", "v")  # 吕 is lü in books and lv on keyboards
    if spoken.isascii() and spoken.isalpha():
        match = f'"{_INITIALS}{spoken}" * OR "{_SPOKEN}{spoken}" *'
        searches.append((_MATCH.format(check=""), {"match": match}))
    grams = [gram for gram in _grams(folded) if len(gram) == min(len(folded), 2)]
    if grams:
        match = " AND ".join(f'"{gram}"' for gram in dict.fromkeys(grams))
        check = "AND instr(s.name_folded, :folded) > 0"
        searches.append((_MATCH.format(check=check), {"match": match, "folded": folded}))
    return searches


# The unary plus keeps the planner from walking the spend index row by row.
_MATCH: Final = f"""
SELECT s.no FROM customer_stat s
WHERE s.no IN (SELECT rowid FROM customer_fts WHERE customer_fts MATCH :match LIMIT {_WIDE})
{{check}} ORDER BY +s.spend_window DESC, s.number LIMIT :limit
"""


def _code_searches(folded: str) -> list[tuple[str, dict[str, str]]]:
    """Number by its start, phone and card by their tail; half-open ranges use the indexes."""
    number = "SELECT no FROM customer_stat WHERE number_folded >= :low AND number_folded < :high"
    values = {"low": folded, "high": folded + _LAST}
    searches = [(number + " ORDER BY number_folded, number LIMIT :limit", values)]
    if sum(char.isdigit() for char in folded) >= 3:  # noqa: PLR2004  (two digits fit everybody)
        tail = {"low": folded[::-1], "high": folded[::-1] + _LAST}
        for column in ("phone_reversed", "card_reversed"):
            where = f"SELECT no FROM customer_stat WHERE {column} >= :low AND {column} < :high"
            searches.append((where + " ORDER BY +spend_window DESC, number LIMIT :limit", tail))
    return searches


def _grams(folded: str) -> list[str]:
    singles = [char for char in folded if not char.isascii()]
    return singles + [folded[index : index + 2] for index in range(len(folded) - 1)]


def _readings(name: str) -> list[list[str]]:
    """Pinyin syllables of a name, also with the surname's own reading where it has one."""
    whole = unicodedata.normalize("NFKC", name).strip()
    if whole.isascii():
        return []
    for length in (2, 1):
        surname = _SURNAMES.get(whole[:length])
        if surname:
            return [_pinyin(whole), [*surname.split(), *_pinyin(whole[length:])]]
    return [_pinyin(whole)]


@lru_cache(maxsize=4096)
def _pinyin(name: str) -> list[str]:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  (loads its dictionary)

    spoken = (fold(part) for part in lazy_pinyin(name))
    return [part for part in spoken if part and part.isascii()]
