"""What the wording check reads of a form."""

from collections.abc import Iterator

from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import SELECTS, Form, Question, Text
from desktop_app.questionnaire.wording import WordedQuestion


def worded(form: Form) -> Iterator[WordedQuestion]:
    """Every question of a form that a person is asked, with its words in every language.

    Choices are those of an untouched form: a list that an answer filters down to nothing has none.
    """
    fillings = []
    for language in form.languages or (form.default_language,):
        filling = Filling(form)
        filling.set_language(language)
        fillings.append((language, filling))
    for question in form.asked():
        choices = {}
        if question.kind in SELECTS:
            for language, filling in fillings:
                labels = _choices(filling, _first(form, question.path))
                if labels:
                    choices[language] = labels
        yield WordedQuestion(
            name=question.name,
            kind=question.kind,
            labels=_texts(question.label),
            hints=_texts(question.hint),
            choices=choices,
            appearance=question.appearance,
            parameters=question.parameters,
            has_condition=_has_condition(form, question),
        )


def _texts(text: Text) -> dict[str, str]:
    """The words by language, without the values they show."""
    found = {
        language: "".join(piece for piece in content.pieces if isinstance(piece, str)).strip()
        for language, content in text.contents.items()
    }
    return {language: words for language, words in found.items() if words}


def _first(form: Form, path: str) -> str:
    """The address of a question in the first of each repeat around it."""
    parts, walked = [], ""
    for name in path.removeprefix("/").split("/"):
        walked = f"{walked}/{name}"
        parts.append(f"{name}[1]" if walked in form.repeats else name)
    return "/" + "/".join(parts)


def _choices(filling: Filling, address: str) -> tuple[str, ...]:
    try:
        return tuple(choice.label for choice in filling.choices(address))
    except KeyError:  # inside a repeat that begins empty
        return ()


def _has_condition(form: Form, question: Question) -> bool:
    """Whether the question, or a group around it, is asked only when something is so."""
    path = question.path
    while path:
        bind = form.binds.get(path)
        if bind is not None and bind.relevant is not None:
            return True
        path = path.rpartition("/")[0]
    return False
