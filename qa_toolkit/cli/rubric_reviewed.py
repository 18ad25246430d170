"""Interactions with people's answers, out of a folder of labelled files or out of the store."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa_toolkit.config import Configuration
    from qa_toolkit.domain.case import Case
    from qa_toolkit.domain.evaluation import Evaluation
    from qa_toolkit.evaluation import LoadedRubric
    from qa_toolkit.evaluation.reviewed import ReviewedAnswer, ReviewedInteraction


def reviewed_interactions(
    rubric: str, labelled: Path | None, current: Configuration
) -> list[ReviewedInteraction]:
    """People's answers to a rubric: those of the folder when one is given, else those of the store."""
    from qa_toolkit.cli.rubrics import find_rubric
    from qa_toolkit.errors import InputError

    loaded = find_rubric(rubric, current)
    found = list(_from_folder(labelled, loaded) if labelled else _from_store(current, loaded))
    if not found:
        where = str(labelled) if labelled else "the store"
        raise InputError(f"nobody answered '{loaded.rubric.id}' there", where, "review something first")
    return found


def _from_folder(folder: Path, rubric: LoadedRubric) -> Iterator[ReviewedInteraction]:
    from qa_toolkit.cli.inputs import DOCUMENT_SUFFIXES, expand
    from qa_toolkit.evaluation.reviewed import ReviewedAnswer, ReviewedInteraction
    from qa_toolkit.pipeline import read_case, read_json

    criteria = {criterion.id for criterion in rubric.rubric.criteria}
    for item in expand([folder], DOCUMENT_SUFFIXES)[0]:
        document = read_json(item.path)
        labels = document.get("labels") if isinstance(document, dict) else None
        if not isinstance(labels, Mapping) or not criteria & set(labels):
            continue
        case = read_case(item.path)
        if case.transcript is None:
            continue
        answers = tuple(
            ReviewedAnswer(name, str(_value(label)), _turns(label))
            for name, label in labels.items()
            if name in criteria
        )
        yield ReviewedInteraction(case.interaction.id, _language(case), case.transcript, answers, rubric)


def _from_store(current: Configuration, rubric: LoadedRubric) -> Iterator[ReviewedInteraction]:
    from qa_toolkit.cli.rubric_backtest import filed_evaluations, stored_interactions
    from qa_toolkit.domain.contract import from_contract
    from qa_toolkit.domain.transcript import Transcript
    from qa_toolkit.evaluation.reviewed import ReviewedInteraction
    from qa_toolkit.store import Store

    with Store.open(current.store_url, create=False) as store:
        for interaction in stored_interactions(store, rubric.rubric.id, None):
            _, person = filed_evaluations(store, interaction.id, rubric.rubric.id)
            text = store.transcript_json(interaction.id)
            if person is None or text is None:
                continue
            transcript = from_contract(Transcript, json_module.loads(text))
            language = (interaction.language or transcript.language or "en")[:2]
            yield ReviewedInteraction(interaction.id, language, transcript, _answers(person), rubric)


def _answers(evaluation: Evaluation) -> tuple[ReviewedAnswer, ...]:
    from qa_toolkit.domain.evaluation import AnswerStatus, SpanEvidence
    from qa_toolkit.evaluation.reviewed import ReviewedAnswer

    return tuple(
        ReviewedAnswer(
            answer.criterion,
            str(answer.answer),
            tuple((e.turn, e.text) for e in answer.evidence if isinstance(e, SpanEvidence)),
        )
        for answer in evaluation.answers
        if answer.status is AnswerStatus.ANSWERED
    )


def _value(label: object) -> object:
    return label.get("answer") if isinstance(label, Mapping) else label


def _turns(label: object) -> tuple[tuple[int, str | None], ...]:
    turns = label.get("turns") if isinstance(label, Mapping) else None
    return tuple((turn, None) for turn in turns or () if isinstance(turn, int))


def _language(case: Case) -> str:
    spoken = case.transcript.language if case.transcript else None
    return (case.interaction.language or spoken or "en")[:2]
