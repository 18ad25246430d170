"""The graph of the English sentence encoder, written anew so that whole numbers are multiplied as such.

The published graph holds its weights as whole numbers of 8 bits but turns them into floats when it is loaded,
and multiplies those. Here the same weights stay whole numbers, activations are rounded to 8 bits in blocks of
32 (``MatMulNBits`` of ONNX Runtime), and what the published graph says in 279 operators is said in some 70.
Vectors differ by that rounding: cosine 0.998 to 0.9999 between the two. The new graph carries what the
published one says of some sentences, so that a machine on which they differ more is found out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

HEADS: Final = 12
"""Attention heads of all-MiniLM-L6-v2 (Wang et al., 2020); the graph does not say."""
PROBES: Final = "probes"
"""The key of the metadata that holds token ids and the published graph's vectors for them."""
SMALLEST_COSINE: Final = 0.995

_BLOCK: Final = 32
_SMALLEST_VARIANCE: Final = 1e-12
_CONTRIB: Final = "com.microsoft"
_PROBE_TOKENS: Final = (
    (101, 2064, 2017, 20410, 2115, 3058, 1997, 4182, 1029, 102),
    (101, 1045, 2123, 1005, 1056, 2342, 2115, 3058, 1997, 4182, 1012, 102),
    (101, 2748, 1010, 1045, 5993, 1012, 102),
)
"""Can you verify your date of birth? I don't need your date of birth. Yes, I agree."""

Floats = NDArray[np.float32]


class UnknownGraphError(Exception):
    """The graph is not that of the encoder this module knows, or cannot be run here."""


class _Linear(NamedTuple):
    """``weights`` (inputs, outputs) as whole numbers, times one ``scale`` for each output, plus ``bias``."""

    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats


def in_whole_numbers(published: bytes) -> bytes:
    """The encoder as a graph from ``input_ids`` (1, n) and ``position_ids`` (n) to ``vector`` (1, size).

    Args:
        published: the published graph, with names as exported from PyTorch.

    Raises:
        ImportError: onnx or onnxruntime is not installed.
        UnknownGraphError: it is another graph.
    """
    import onnx

    try:
        weights = _Weights(onnx.load_model_from_string(published))
        graph = _Graph()
        graph.write(weights)
        model = graph.model()
    except (KeyError, ValueError, IndexError) as error:
        raise UnknownGraphError(f"not the graph of the sentence encoder: {error}") from error
    onnx.helper.set_model_props(model, {PROBES: json.dumps(_probes(published))})
    return bytes(model.SerializeToString())


def agreeing_session(graph: str) -> Any | None:
    """A session of a graph in whole numbers from its file.

    None where it cannot be run, or where this machine's processor makes of the probes what is more than
    rounding away from the published graph's vectors.
    """
    try:
        session = open_session(graph, as_written=True)
        known = json.loads(session.get_modelmeta().custom_metadata_map[PROBES])
    except (ImportError, UnknownGraphError, KeyError, ValueError):
        return None
    cosines = [_cosine(whole_number_vector(session, ids), np.asarray(vector)) for ids, vector in known]
    return session if min(cosines) >= SMALLEST_COSINE else None


def whole_number_vector(session: Any, ids: Sequence[int]) -> Floats:
    """The vector of a sentence by its token ids, of any length."""
    feed = {
        "input_ids": np.asarray([ids], dtype=np.int64),
        "position_ids": np.arange(len(ids), dtype=np.int64),
    }
    return np.asarray(session.run(None, feed)[0][0], dtype=np.float32)


def published_vector(session: Any, ids: Sequence[int]) -> Floats:
    """The vector of a sentence by the published graph: the mean over its tokens."""
    tokens = np.asarray([ids], dtype=np.int64)
    feed = {
        "input_ids": tokens,
        "attention_mask": np.ones_like(tokens),
        "token_type_ids": np.zeros_like(tokens),
    }
    return np.asarray(session.run(None, feed)[0][0].mean(axis=0), dtype=np.float32)


def open_session(model: str | bytes, *, as_written: bool = False) -> Any:
    """A session on one thread, from a file or its bytes.

    Args:
        model: the graph.
        as_written: operators are not joined into others: a sum and its normalisation take longer as one.

    Raises:
        ImportError: onnxruntime is not installed.
        UnknownGraphError: it cannot be run.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if as_written:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise UnknownGraphError(str(error)) from error


def _probes(published: bytes) -> list[tuple[Sequence[int], list[float]]]:
    session = open_session(published)
    found = [(ids, published_vector(session, ids)) for ids in _PROBE_TOKENS]
    return [(ids, [round(float(number), 5) for number in vector]) for ids, vector in found]


def _cosine(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))


class _Weights:
    """The published graph's weights by name."""

    def __init__(self, model: ModelProto) -> None:
        from onnx import numpy_helper

        self._arrays = {array.name: numpy_helper.to_array(array) for array in model.graph.initializer}
        self._maker = {output: node for node in model.graph.node for output in node.output}
        self._linear = dict(filter(None, map(self._as_linear, model.graph.node)))
        numbers = [re.search(r"encoder\.layer\.(\d+)\.", name) for name in self._linear]
        self.layers = 1 + max(int(found[1]) for found in numbers if found)

    def array(self, name: str) -> Floats:
        """One that is kept as floats."""
        return self._arrays[f"inner.{name}"]

    def linear(self, name: str) -> _Linear:
        """A layer of the network."""
        return self._linear[f"inner.{name}"]

    def scaled(self, name: str) -> tuple[NDArray[np.int8], Floats]:
        """Whole numbers and what they are multiplied with."""
        return self._source(f"inner.{name}")

    def _source(self, name: str) -> tuple[NDArray[np.int8], Floats]:
        product = self._maker[name]
        numbers = self._arrays[self._maker[product.input[0]].input[0]]
        if product.op_type != "Mul" or numbers.dtype != np.int8:
            raise ValueError(f"{name} is not kept as whole numbers of 8 bits")
        return numbers, self._arrays[product.input[1]]

    def _as_linear(self, node: NodeProto) -> tuple[str, _Linear] | None:
        """The layer that a node ends, by adding its bias to a product."""
        product = self._maker.get(node.input[0]) if node.op_type == "Add" else None
        if product is None or product.op_type != "MatMul" or node.input[1] not in self._arrays:
            return None
        weights, scale = self._source(product.input[1])
        outputs = np.broadcast_to(scale.reshape(-1), weights.shape[1:])
        return node.input[1].removesuffix(".bias"), _Linear(weights, outputs, self._arrays[node.input[1]])


class _Graph:
    """The graph as it is written, node by node; each method gives the name of what it makes."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[Any] = []
        self._size = 0

    def write(self, weights: _Weights) -> None:
        """All of it: embeddings, the layers, the mean over the tokens."""
        x = self._embedded(weights)
        for number in range(weights.layers):
            x = self._layer(weights, f"encoder.layer.{number}", x)
        axes = self._constant("axes", np.asarray([1], dtype=np.int64))
        self._node("ReduceMean", [x, axes], "vector", keepdims=0)

    def model(self) -> ModelProto:
        """What was written, as a model."""
        from onnx import TensorProto, helper

        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])
        positions = helper.make_tensor_value_info("position_ids", TensorProto.INT64, ["n"])
        vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [1, self._size])
        graph = helper.make_graph(self._nodes, "sentence", [ids, positions], [vector], self._constants)
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=versions, ir_version=10)

    def _embedded(self, weights: _Weights) -> str:
        """Words, positions and the one kind of sentence, summed and normalised."""
        from onnx import TensorProto

        words, word_scale = weights.scaled("embeddings.word_embeddings.weight")
        positions, scale = weights.scaled("embeddings.position_embeddings.weight")
        self._size = words.shape[1]
        whole = self._node("Gather", [self._constant("words", words), "input_ids"], "whole")
        number = self._node("Cast", [whole], "number", to=TensorProto.FLOAT)
        scales = self._constant("word_scales", word_scale.reshape(-1, 1))
        word_scales = self._node("Gather", [scales, "input_ids"], "word_scale")
        word = self._node("Mul", [number, word_scales], "word")
        kind = weights.array("embeddings.token_type_embeddings.weight")[0]
        places = self._constant("positions", (positions * scale + kind).astype(np.float32))
        place = self._node("Gather", [places, "position_ids"], "position")
        return self._normalised(weights, "embeddings.LayerNorm", word, place)

    def _layer(self, weights: _Weights, name: str, x: str) -> str:
        """Attention and the two layers behind it, each added to what came in and normalised."""
        own = [weights.linear(f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        together = _Linear(*(np.concatenate(parts, axis=-1) for parts in zip(*own, strict=True)))
        parts = [f"{name}.{part}" for part in ("query", "key", "value")]
        self._node("Split", [self._product(f"{name}.self", x, together)], *parts, axis=-1, num_outputs=3)
        seen = self._node("MultiHeadAttention", parts, f"{name}.seen", domain=_CONTRIB, num_heads=HEADS)
        out = self._product(f"{name}.out", seen, weights.linear(f"{name}.attention.output.dense"))
        y = self._normalised(weights, f"{name}.attention.output.LayerNorm", out, x)
        wide = weights.linear(f"{name}.intermediate.dense")
        product = self._product(f"{name}.wide", y, wide._replace(bias=np.zeros(0, dtype=np.float32)))
        bias = self._constant(f"{name}.wide.bias", wide.bias)
        bent = self._node("BiasGelu", [product, bias], f"{name}.bent", domain=_CONTRIB)
        narrow = self._product(f"{name}.narrow", bent, weights.linear(f"{name}.output.dense"))
        return self._normalised(weights, f"{name}.output.LayerNorm", narrow, y)

    def _product(self, name: str, x: str, layer: _Linear) -> str:
        """``x`` times the weights, plus the bias if there is one; the weights lie in blocks of inputs."""
        inputs, outputs = layer.weights.shape
        # Whole numbers without a sign, of which 128 stands for nothing.
        blocks = (layer.weights.T.astype(np.int16) + 128).astype(np.uint8)
        needed = [
            x,
            self._constant(f"{name}.weights", blocks.reshape(outputs, inputs // _BLOCK, _BLOCK)),
            self._constant(f"{name}.scales", np.repeat(layer.scale[:, None], inputs // _BLOCK, axis=1)),
        ]
        if layer.bias.size:
            needed += ["", "", self._constant(f"{name}.bias", layer.bias)]
        shape = {"K": inputs, "N": outputs, "bits": 8, "block_size": _BLOCK, "accuracy_level": 4}
        return self._node("MatMulNBits", needed, name, domain=_CONTRIB, **shape)

    def _normalised(self, weights: _Weights, name: str, one: str, other: str) -> str:
        total = self._node("Add", [one, other], f"{name}.sum")
        scale = self._constant(f"{name}.scale", weights.array(f"{name}.weight"))
        shift = self._constant(f"{name}.shift", weights.array(f"{name}.bias"))
        return self._node(
            "LayerNormalization", [total, scale, shift], name, axis=-1, epsilon=_SMALLEST_VARIANCE
        )

    def _node(self, kind: str, inputs: Sequence[str], *outputs: str, domain: str = "", **how: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **how))
        return outputs[0]

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
