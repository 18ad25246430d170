"""The files of an example package that adds an evaluator."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from string import Template

from qa_toolkit import __version__
from qa_toolkit.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "example.yaml": "example.yaml",
    "src/{package}/__init__.py": "init.py",
    "src/{package}/evaluator.py": "evaluator.py",
    "tests/test_evaluator.py": "test_evaluator.py",
}


def plugin_files(name: str, *, taken: tuple[str, ...] = ()) -> dict[str, str]:
    """Path to text of every file of the package for the evaluator ``name``.

    Args:
        name: name of the evaluator, as rubrics write it.
        taken: names that other evaluators have.

    Raises:
        UsageError: the name cannot be one, or is taken.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            f"'{name}' cannot be the name of an evaluator",
            None,
            "small letters, digits and '_', letter first",
        )
    if name in taken:
        raise UsageError(f"there is an evaluator '{name}' already", None, "choose another name")
    values = {
        "name": name,
        "dashed": name.replace("_", "-").strip("-"),
        "package": f"qa_{name}",
        "class_name": "".join(part.capitalize() for part in name.split("_")),
        "version": __version__,
    }
    folder = files("qa_toolkit.testing").joinpath("plugin_template")
    return {
        path.format(**values): Template(folder.joinpath(f"{source}.txt").read_text("utf-8")).substitute(
            values
        )
        for path, source in _FILES.items()
    }
