"""The sentence encoder in whole numbers says what the published graph says, and is not used where it does not."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from qa_toolkit.errors import EnvironmentProblemError
from qa_toolkit.evaluation import encoders
from qa_toolkit.evaluation.banks import bank_names, load_bank
from qa_toolkit.language import embeddings
from qa_toolkit.language.sentence_graph import (
    UnknownGraphError,
    agreeing_session,
    in_whole_numbers,
    open_session,
    published_vector,
    whole_number_vector,
)
from qa_toolkit.model_files import ResolvedModel, resolve

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def published() -> ResolvedModel:
    try:
        return resolve("minilm-l6-v2")
    except EnvironmentProblemError as error:
        pytest.skip(f"no sentence encoder: {error}")


@pytest.fixture(scope="module")
def whole(published: ResolvedModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("graph") / "whole.onnx"
    path.write_bytes(in_whole_numbers((published.path / "model.onnx").read_bytes()))
    return path


def tokenised(published: ResolvedModel, texts: list[str]) -> list[list[int]]:
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(published.path / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return [tokenizer.encode(text).ids for text in texts]


def cosine(one: Any, other: Any) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_both_graphs_say_the_same_but_for_rounding(published: ResolvedModel, whole: Path) -> None:
    """Utterances of every bank, an empty sentence, one word, and more words than the encoder reads."""
    texts = [
        utterance.text
        for name in bank_names(language="en")
        for utterance, _ in itertools.islice(load_bank(name).bank.utterances("train"), 0, None, 60)
    ]
    texts += ["", "yes", "¿Cuándo nació usted?", "9 5 5, 86 19", "I see. " * 300]
    by_floats, by_whole_numbers = (
        open_session(str(published.path / "model.onnx")),
        agreeing_session(str(whole)),
    )
    cosines = [
        cosine(published_vector(by_floats, ids), whole_number_vector(by_whole_numbers, ids))
        for ids in tokenised(published, texts)
    ]
    assert len(cosines) > 100
    assert min(cosines) > 0.997
    assert np.mean(cosines) > 0.9993


def test_the_same_sentence_always_has_the_same_vector(published: ResolvedModel, whole: Path) -> None:
    one, other = (embeddings.minilm.__wrapped__(published.path, "0", None, whole) for _ in range(2))
    assert np.array_equal(
        one.embed(["When were you born?"])[0], other.embed(["Another one.", "When were you born?"])[1]
    )


def test_a_processor_that_multiplies_otherwise_is_found_out(
    published: ResolvedModel, whole: Path, tmp_path: Path
) -> None:
    """As one would that cuts sums off: some products come out too small."""
    model = onnx.load(whole)
    scales = next(array for array in model.graph.initializer if array.name == "encoder.layer.2.wide.scales")
    wrong = numpy_helper.to_array(scales) * np.where(np.arange(scales.dims[0]) % 3, 1.0, 0.5)[:, None]
    scales.CopyFrom(numpy_helper.from_array(wrong.astype(np.float32), scales.name))
    onnx.save(model, tmp_path / "wrong.onnx")
    assert agreeing_session(str(tmp_path / "wrong.onnx")) is None
    encoder = embeddings.minilm.__wrapped__(published.path, "0", None, tmp_path / "wrong.onnx")
    plain = embeddings.minilm.__wrapped__(published.path, "0")
    assert np.array_equal(encoder.embed(["Yes, I agree."]), plain.embed(["Yes, I agree."]))


@pytest.mark.parametrize("damage", [b"", b"no graph", None], ids=["empty", "text", "half"])
def test_a_damaged_file_is_not_used(
    published: ResolvedModel, whole: Path, tmp_path: Path, damage: bytes | None
) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(whole.read_bytes()[: 1 << 20] if damage is None else damage)
    assert agreeing_session(str(path)) is None
    assert embeddings.minilm.__wrapped__(published.path, "0", None, path).embed(["Yes."]).shape == (1, 384)


def test_another_graph_is_refused() -> None:
    numbers = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "other", [numbers], [result])
    with pytest.raises(UnknownGraphError, match="not the graph of the sentence encoder"):
        in_whole_numbers(helper.make_model(graph).SerializeToString())


def test_the_graph_is_written_once_and_done_without_where_it_cannot_be(
    published: ResolvedModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QA_MODEL_CACHE", str(tmp_path / "models"))
    path = encoders._in_whole_numbers(published)
    assert path is not None
    stamp = path.stat().st_mtime_ns
    assert encoders._in_whole_numbers(published) == path
    assert path.stat().st_mtime_ns == stamp
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("QA_MODEL_CACHE", str(tmp_path / "file"))
    assert encoders._in_whole_numbers(published) is None
