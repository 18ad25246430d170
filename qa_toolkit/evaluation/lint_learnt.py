"""Doubts about what a rubric learnt from: classifiers, the banks behind them, encoders, thresholds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from qa_toolkit.authored.yaml_source import Loc
from qa_toolkit.domain.rubric import EvaluatorSpec
from qa_toolkit.errors import QAToolkitError
from qa_toolkit.evaluation.banks import bank_name, bank_names, find_beside_rubrics, load_bank
from qa_toolkit.evaluation.checks import criterion_locs, nested_specs, parameters_of
from qa_toolkit.evaluation.classifiers import TrainedClassifier, classifier_name, load_classifier
from qa_toolkit.evaluation.evaluators.classifier import ClassifierParameters
from qa_toolkit.evaluation.evaluators.phrase import PhraseParameters
from qa_toolkit.evaluation.loader import LoadedRubric
from qa_toolkit.evaluation.thresholds import find_thresholds, judging_sha256
from qa_toolkit.language.embeddings import MINILM_LANGUAGES
from qa_toolkit.model_files import Manifest

Doubt = tuple[Loc, Literal["error", "warning"], str]
_ENCODERS: Final = ("minilm-l6-v2", "multilingual-use")


def learnt_doubts(rubric: LoadedRubric, search: Sequence[Path] = ()) -> Iterator[Doubt]:
    """Places, levels and messages; a file that cannot be read is an error, one of another make a warning."""
    for name, spec in rubric.rubric.events.items():
        yield from _of_spec(spec, ("events", name), search)
    for loc, criterion in criterion_locs(rubric.rubric):
        yield from _of_spec(criterion.evaluator, (*loc, "evaluator"), search)
    try:
        tuned = find_thresholds(rubric.rubric.id, search)
    except QAToolkitError as error:
        yield ("id",), "error", str(error)
        return
    if tuned is not None and tuned.thresholds.judging_sha256 != judging_sha256(rubric):
        yield (
            ("id",),
            "warning",
            "its thresholds were tuned for other evaluators and are passed over: tune them again",
        )


def _of_spec(spec: EvaluatorSpec, loc: Loc, search: Sequence[Path]) -> Iterator[Doubt]:
    parameters = parameters_of(spec)
    if isinstance(parameters, PhraseParameters) and parameters.meaning is not None:
        where = (*loc, "phrase", "meaning")
        for event in (parameters.meaning.event, *parameters.meaning.unless):
            for language in _languages(event, parameters, search):
                yield from _of_file(classifier_name(event, language), where, search)
    if isinstance(parameters, ClassifierParameters):
        for name in parameters.file:
            yield from _of_file(name, (*loc, "classifier", "file"), search)
    for inner_loc, inner in nested_specs(parameters):
        yield from _of_spec(inner, (*loc, spec.name, *inner_loc), search)


def _languages(event: str, parameters: PhraseParameters, search: Sequence[Path]) -> tuple[str, ...]:
    """Languages the phrases are written in, and those the event has a bank for."""
    written = parameters.any if isinstance(parameters.any, Mapping) else {}
    banks = {Path(name).parent.name for name in bank_names(search=search, event=event)}
    return tuple(sorted({language for language in written if language} | banks))


def _of_file(name: str, loc: Loc, search: Sequence[Path]) -> Iterator[Doubt]:
    try:
        find_beside_rubrics(name, search=search)
    except QAToolkitError:
        yield loc, "warning", f"no classifier '{name}': phrases alone judge that language"
        return
    try:
        trained = load_classifier(name, search=search).trained
    except QAToolkitError as error:
        yield loc, "error", str(error)
        return
    for message in _of_trained(trained, name, search):
        yield loc, "warning", message


def _of_trained(trained: TrainedClassifier, name: str, search: Sequence[Path]) -> Iterator[str]:
    if name != classifier_name(trained.event, trained.language) and name.startswith("classifiers/"):
        yield f"'{name}' was trained for {trained.event} in '{trained.language}'"
    try:
        bank = load_bank(bank_name(trained.event, trained.language), search=search)
    except QAToolkitError:
        bank = None  # a site may ship classifiers without its banks
    if bank is not None and bank.sha256 != trained.bank_sha256:
        yield f"'{name}' was trained on another version of its bank: train it again"
    expected = _encoder_name(trained.language)
    if trained.vector is not None and trained.vector.encoder != expected:
        yield f"'{name}' was trained on vectors of {trained.vector.encoder}, not {expected}: train it again"


def _encoder_name(language: str) -> str:
    """The name, with its weights, of the encoder of a language, as the manifest says."""
    model = _ENCODERS[0] if language in MINILM_LANGUAGES else _ENCODERS[1]
    return f"{model}@{Manifest.load().model(model).main_file.sha256[:12]}"
