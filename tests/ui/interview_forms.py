"""Forms for the tests of interviews, and a run of one without a database."""

import tempfile
from functools import cache
from pathlib import Path

from desktop_app.importing.xlsforms import Converted
from desktop_app.paths import resource
from desktop_app.questionnaire import xform
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.pickers import Choice
from tests.questionnaire.conftest import converted

OFFERS = Offers(
    currency="CNY",
    reasons=(
        Choice("price_increase", "涨价", "价格", "price_increase 2zj 1zhangjia"),
        Choice("price_unreasonable", "价格不合理", "价格", "price_unreasonable 2jgbhl"),
        Choice("delivery_late", "送货晚", "交付", "delivery_late 2shw"),
        Choice("unknown_other", "其他", "未知", "unknown_other 2qt"),
    ),
    groups={
        "price_increase": "price",
        "price_unreasonable": "price",
        "delivery_late": "delivery_trust",
        "unknown_other": "unknown",
    },
    products=("打印纸", "签字笔"),
    staff=("张伟", "刘燕"),
)

REASONS_CSV = """name,label::Chinese (zh),label::English (en),group,churn_type
price_increase,涨价,Price change,price,active_fault
price_unreasonable,价格不合理,Price not right,price,active_fault
delivery_late,送货晚,Late delivery,delivery_trust,active_fault
unknown_other,其他,Other,unknown,undetermined
"""

FRUIT = (
    "苹果",
    "香蕉",
    "橙子",
    "葡萄",
    "西瓜",
    "草莓",
    "樱桃",
    "芒果",
    "菠萝",
    "柠檬",
    "石榴",
    "荔枝",
)

EVERY_KIND = (
    """
| survey |  |  |  |  |  |  |  |  |  |  |  |
|  | type | name | label | hint | guidance_hint | relevant | required | constraint | constraint_message | appearance | parameters | choice_filter | bind::winback:severity | calculation |
|  | text | words | What happened | In short | Ask for one day only |  |  |  |  |  |  |  |  |
|  | integer | age | How many years |  |  |  | yes | . < 100 | Fewer than a hundred. |  |  |  |  |
|  | decimal | price | Their price |  |  |  |  | . > 1 | That is very cheap. | money |  |  | warning |
|  | range | rate | From one to ten |  |  |  |  |  |  |  | start=1 end=10 step=1 |  |  |
|  | select_one city | city | Which city |  |  |  |  |  |  |  |  |  |  |
|  | select_one town | town | Which town |  |  |  |  |  |  |  |  | city = ${city} |  |
|  | select_multiple goods | goods | Which goods |  |  |  |  |  |  |  |  |  |  |
|  | rank goods | order | In which order |  |  |  |  |  |  |  |  |  |  |
|  | select_one many | many | One of many |  |  |  |  |  |  |  |  |  |  |
|  | date | day | On which day |  |  |  |  | . <= today() | That day is to come. |  |  |  | info |
|  | time | hour | At which time |  |  |  |  |  |  |  |  |  |  |
|  | datetime | moment | When exactly |  |  |  |  |  |  |  |  |  |  |
|  | note | told | Thank them |  |  |  |  |  |  |  |  |  |  |
|  | acknowledge | agreed | They agree |  |  |  |  |  |  |  |  |  |  |
|  | barcode | code | The code |  |  |  |  |  |  |  |  |  |  |
|  | image | photo | A photo |  |  |  |  |  |  |  |  |  |  |
|  | audio | sound | A recording |  |  |  |  |  |  |  |  |  |  |
|  | video | film | A film |  |  |  |  |  |  |  |  |  |  |
|  | file | paper | A file |  |  |  |  |  |  |  |  |  |  |
|  | geopoint | place | Where |  |  |  |  |  |  |  |  |  |  |
|  | geotrace | way | The way |  |  |  |  |  |  |  |  |  |  |
|  | geoshape | field | The field |  |  |  |  |  |  |  |  |  |  |
|  | calculate | sum |  |  |  |  |  |  |  |  |  |  |  | ${age} + 1 |
|  | hidden | secret |  |  |  |  |  |  |  |  |  |  |  |
| choices |  |  |  |  |
|  | list_name | name | label | city |
|  | city | sh | Shanghai |  |
|  | city | bj | Beijing |  |
|  | town | pd | Pudong | sh |
|  | town | hd | Haidian | bj |
|  | goods | paper | Paper |  |
|  | goods | pens | Pens |  |
|  | goods | ink | Ink |  |
"""  # noqa: E501  (a table)
    + "".join(f"|  | many | m{n} | {name} |  |\n" for n, name in enumerate(FRUIT, start=1))
)

REPEATS = """
| survey |  |  |  |  |
|  | type | name | label | appearance |
|  | text | first | First |  |
|  | begin_repeat | person | Person |  |
|  | text | who | Who |  |
|  | integer | age | Age |  |
|  | end_repeat |  |  |  |
|  | begin_group | both | Both together | field-list |
|  | text | one | One |  |
|  | text | two | Two |  |
|  | end_group |  |  |  |
|  | text | last | Last |  |
"""


@cache
def form_of(text: str) -> Form:
    """A form written as Markdown."""
    return converted_text(text).form


def converted_text(text: str) -> Converted:
    """What the program makes of a form written as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.md"
        file.write_text(text, encoding="utf-8")
        return converted(file)


@cache
def starter_form() -> Form:
    """The exit interview of the program with a few reasons."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "exit.md"
        file.write_text(
            resource("questionnaires", "exit_interview.md").read_text("utf-8"), encoding="utf-8"
        )
        (Path(folder) / "reasons.csv").write_text(REASONS_CSV, encoding="utf-8")
        return converted(file).form


@cache
def long_form(questions: int = 300) -> Form:
    """A form of so many questions, every tenth hidden behind an answer, in groups of thirty."""
    instance, binds, body = [], [], []
    for number in range(questions):
        name = f"q{number}"
        instance.append(f"<{name}/>")
        kind = ("string", "int", "string")[number % 3]
        relevant = f" relevant=\"/data/q{number - 1} != ''\"" if number % 10 == 9 else ""
        binds.append(f'<bind nodeset="/data/{name}" type="{kind}"{relevant}/>')
        label = f"<label>Question {number} of the long form</label>"
        if number % 3 == 2:
            items = "".join(
                f"<item><label>Choice {n}</label><value>c{n}</value></item>" for n in range(5)
            )
            body.append(f'<select1 ref="/data/{name}">{label}{items}</select1>')
        else:
            body.append(f'<input ref="/data/{name}">{label}</input>')
    groups = "".join(
        f"<group><label>Group {at}</label>{''.join(body[at : at + 30])}</group>"
        for at in range(0, questions, 30)
    )
    xml = (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">'
        "<h:head><h:title>Long</h:title><model><instance>"
        f'<data id="long">{"".join(instance)}</data></instance>{"".join(binds)}</model></h:head>'
        f"<h:body>{groups}</h:body></h:html>"
    )
    return xform.load(xml)


def run_of(form: Form, language: str = "") -> FillingRun:
    """A fresh interview."""
    return FillingRun(Filling(form, language))
