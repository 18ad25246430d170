"""Results of rubric tests as JUnit XML, the form in which build servers read them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as Xml

from qa_toolkit.errors import UsageError

_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


@dataclass(frozen=True, slots=True)
class TestCase:
    """One thing tested; ``skipped`` is neither right nor wrong."""

    suite: str
    group: str
    name: str
    outcome: Literal["passed", "failure", "error", "skipped"]
    message: str = ""


def write_junit(path: Path, cases: Sequence[TestCase]) -> None:
    """Writes one test suite for each rubric.

    Raises:
        UsageError: the file cannot be written.
    """
    root = Xml.Element("testsuites", _counts(cases))
    for name in dict.fromkeys(case.suite for case in cases):
        own = [case for case in cases if case.suite == name]
        suite = Xml.SubElement(root, "testsuite", {"name": name, **_counts(own)})
        for case in own:
            element = Xml.SubElement(
                suite, "testcase", {"classname": f"{name}.{case.group}", "name": _clean(case.name)}
            )
            if case.outcome != "passed":
                Xml.SubElement(element, case.outcome, {"message": _clean(case.message)})
    Xml.indent(root)
    try:
        Xml.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise UsageError(
            f"the JUnit file cannot be written ({error.strerror})", str(path), "choose another"
        ) from error


def _counts(cases: Sequence[TestCase]) -> dict[str, str]:
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counted = {key: str(sum(case.outcome == kind for case in cases)) for key, kind in kinds.items()}
    return {"tests": str(len(cases)), **counted}


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)
