"""JSON that people hand in, read with one line for whatever is wrong with the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qa_toolkit.errors import InputError


def read_json(path: Path, fix: str, kind: type[InputError] = InputError) -> Any:
    """What a JSON file holds; a byte order mark is passed over.

    Args:
        path: the file.
        fix: what to give instead, the end of the message.
        kind: the error that is raised.

    Raises:
        InputError: it cannot be read, is not UTF-8, is not JSON (NaN is none), or is nested too deeply.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except OSError as error:
        raise kind(f"the file cannot be read ({error.strerror})", str(path), fix) from error
    except UnicodeDecodeError as error:
        raise kind("the file is not UTF-8 text", str(path), fix) from error
    except ValueError as error:
        what = f"the file is not JSON ({error})" if path.stat().st_size else "the file is empty"
        raise kind(what, str(path), fix) from error
    except RecursionError as error:
        raise kind("the JSON is nested too deeply", str(path), fix) from error


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number")
