"""Make the questionnaires that come with the program out of their Markdown: `make questionnaires`.

`resources/questionnaires/NAME.md` is an XLSForm; `NAME.json` beside it holds the same with the
XForm that pyxform makes of it, ready for a workspace. With `check` it only says what is not up to
date.
"""

import io
import json
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from desktop_app.importing import xlsforms
from desktop_app.importing.child import convert_form
from desktop_app.importing.wire import read_frame

FOLDER: Final = Path(__file__).resolve().parent.parent / "resources" / "questionnaires"


def made(source: Path) -> str:
    """The JSON of a questionnaire.

    Args:
        source: The Markdown; edition, purpose and titles stand in `questionnaires.toml` beside it.

    Raises:
        SystemExit: pyxform or the engine refuses it.
    """
    answers = io.BytesIO()
    convert_form({"path": str(source)}, answers)
    answers.seek(0)
    frame: Any = read_frame(answers)
    try:
        form = xlsforms.loaded(source, frame["form"]).form
    except xlsforms.FormFileError as error:
        raise SystemExit(f"{source.name}: {error}") from error
    about = tomllib.loads((source.parent / "questionnaires.toml").read_text(encoding="utf-8"))
    content = {
        "code": form.id,
        **about[source.stem],
        "questions": sum(1 for _question in form.asked()),
        "content": frame["form"]["cells"],
        "xml": frame["form"]["xml"],
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def main(command: str = "") -> int:
    """Write every questionnaire, or with `check` compare; gives the exit status."""
    stale = []
    for source in sorted(FOLDER.glob("*.md")):
        target, text = source.with_suffix(".json"), made(source)
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            stale.append(target.name)
            if command != "check":
                target.write_text(text, encoding="utf-8")
    if stale and command == "check":
        print(f"not up to date: {', '.join(stale)}; run: make questionnaires")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
