"""Which of the languages of a form is Chinese, and which is English."""

from typing import Final

from desktop_app.questionnaire.form import Form

_WORDS: Final = {"zh": ("(zh", "中文", "chinese", "汉语"), "en": ("(en", "english", "英语")}


def language_for(form: Form, code: str) -> str:
    """The name of a language as the form writes it, its default language when it has not that one.

    Args:
        form: The questionnaire.
        code: ``zh``, ``zh_CN``, ``en``; or a name as the form writes it.
    """
    if code in form.languages:
        return code
    short = code.partition("_")[0].lower()
    for name in form.languages:
        written = name.lower().strip()
        if written == short or any(word in written for word in _WORDS.get(short, ())):
            return name
    return form.default_language


def is_chinese(name: str) -> bool:
    """Whether a language, as a form writes its name, is Chinese."""
    written = name.lower().strip()
    return written.startswith("zh") or any(word in written for word in _WORDS["zh"])
