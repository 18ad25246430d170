"""The first version of a rubric for a new work area; lints clean, and its examples pass."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from string import Template

from qa_toolkit.errors import UsageError

KINDS = ("call", "chat", "record")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}")


def new_rubric(rubric_id: str, *, work_area: str, title: str | None = None, kind: str = "call") -> str:
    """The text of a rubric to start from.

    Args:
        rubric_id: id of the rubric; criteria are numbered with its initials.
        work_area: the work it is for.
        title: for people; made of the id when not given.
        kind: what is judged: ``call``, ``chat`` or ``record`` (documents, too).

    Raises:
        UsageError: an id that is none, or an unknown kind.
    """
    for what, value in (("rubric id", rubric_id), ("work area", work_area)):
        if not _IDENTIFIER.fullmatch(value):
            raise UsageError(
                f"'{value}' cannot be a {what}", None, "a letter, then letters, digits, '_', '.' or '-'"
            )
    if kind not in KINDS:
        raise UsageError(f"there is no template '{kind}'", None, f"accepted: {', '.join(KINDS)}")
    template = files("qa_toolkit.evaluation").joinpath("templates", f"{kind}.yaml").read_text("utf-8")
    words = " ".join(re.split(r"[_.-]+", rubric_id)).strip()
    shown = (title or "").strip() or words[:1].upper() + words[1:]
    return Template(template).safe_substitute(
        id=rubric_id,
        work_area=work_area,
        title=json.dumps(shown, ensure_ascii=False),
        prefix=_initials(rubric_id),
    )


def _initials(rubric_id: str) -> str:
    """``appeal_intake`` gives AI, ``chat`` gives CH."""
    words = [word for word in re.split(r"[_.-]+", rubric_id) if word]
    letters = "".join(word[0] for word in words[:3]) if len(words) > 1 else words[0][:2]
    return letters.upper()
