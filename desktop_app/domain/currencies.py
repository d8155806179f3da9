"""Currencies: which there are (ISO 4217) and how one is written in files and forms."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from desktop_app.i18n import _

_ALL = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CODES = frozenset(_ALL.split())
_DOLLARS = (
    "ARS AUD BBD BMD BND BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NZD SBD SGD "
    "SRD TTD TWD USD UYU XCD"
)
_SIGNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "¥": frozenset({"CNY", "JPY"}),
        "$": frozenset(_DOLLARS.split()),
        "€": frozenset({"EUR"}),
        "£": frozenset({"EGP", "FKP", "GBP", "GIP", "LBP", "SHP", "SYP"}),
        "元": frozenset({"CNY", "HKD", "JPY", "TWD", "USD"}),
        "圆": frozenset({"CNY", "JPY"}),
    }
)
_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "人民币": "CNY",
        "元": "CNY",
        "RMB": "CNY",
        "¥": "CNY",
        "$": "USD",
        "美元": "USD",
        "US$": "USD",
        "€": "EUR",
        "欧元": "EUR",
        "£": "GBP",
        "英镑": "GBP",
        "HK$": "HKD",
        "港币": "HKD",
        "港元": "HKD",
        "NT$": "TWD",
        "新台币": "TWD",
        "日元": "JPY",
    }
)


def code_of(text: str) -> str | None:
    """The code of a currency as people write it (``usd``, ``人民币``, ``¥``), None if unknown."""
    word = unicodedata.normalize("NFKC", text).strip().upper()
    code = _WORDS.get(word, word)
    return code if code in CODES else None


def meanings(word: str) -> frozenset[str]:
    """Every currency that a code, a word or a sign beside an amount may mean; ``$`` is many."""
    signs = unicodedata.normalize("NFKC", word).strip().removesuffix("整")
    code = code_of(word)
    return _SIGNS.get(signs) or frozenset({code} if code else ())


def checked(text: str) -> str:
    """The code of a currency that was typed.

    Raises:
        ValueError: there is no such currency; the message is translated.
    """
    code = code_of(text)
    if code is None:
        raise ValueError(_("Enter the three letters of a currency, e.g. CNY."))
    return code
