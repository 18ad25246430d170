"""Small interactions, written as in the examples of a rubric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qa_toolkit.domain.case import Case
from qa_toolkit.domain.rubric import Example
from qa_toolkit.domain.transcript import Transcript
from qa_toolkit.evaluation.cases import case_from_document
from qa_toolkit.evaluation.examples import turns_of_example
from qa_toolkit.pipeline import with_metrics


def case(
    *lines: str,
    kind: str = "call",
    language: str = "en",
    metadata: Mapping[str, Any] | None = None,
    measured: bool = True,
    id: str = "example",  # noqa: A002  # as in the files
) -> Case:
    """An interaction of turns ``role: text`` or ``[m:ss] role: text``, spoken at an even pace.

    Args:
        lines: one turn each.
        kind: ``call`` or ``chat``.
        language: code of the language that is spoken.
        metadata: what is known of it besides.
        measured: whether metrics and their events are there.
        id: its id.

    Raises:
        TranscriptError: a line does not begin with a role.
    """
    turns = turns_of_example(Example(turns=lines, expect="unanswered"), id)
    document = {"kind": kind, "language": language, "metadata": dict(metadata or {}), "turns": turns}
    made = case_from_document(document, default_id=id)
    return with_metrics(made) if measured else made


def transcript(*lines: str, **known: Any) -> Transcript:
    """The transcript of ``case``."""
    made = case(*lines, **known).transcript
    if made is None:
        raise AssertionError("a case of turns has a transcript")
    return made


def record(
    fields: Mapping[str, Any],
    *,
    reference: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    id: str = "example",  # noqa: A002  # as in the files
) -> Case:
    """A record of fields, and the values it is compared with."""
    document = {"kind": "record", "fields": dict(fields), "metadata": dict(metadata or {})}
    if reference is not None:
        document["reference"] = dict(reference)
    return case_from_document(document, default_id=id)
