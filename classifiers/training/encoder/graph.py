"""The trained network as an ONNX file with eight-bit weights.

Weights are rounded per output column, activations per row when the model runs (`MatMulInteger` over
unsigned rows with zero point 128). Rows stand for themselves, so a text's answer does not depend on
what else is in its batch, as it would with one scale for the whole batch.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from classifiers.encoder.model import FORMAT
from classifiers.training.encoder.network import ATTENDING, Network

F32 = npt.NDArray[np.float32]
_MICROSOFT = "com.microsoft"
_OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid(_MICROSOFT, 1)]
_IR_VERSION = 8
_TINY = 1e-12


class Graph:
    """Nodes and constants, added in the order in which they run."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._names = 0

    def _name(self) -> str:
        self._names += 1
        return f"n{self._names}"

    def constant(self, values: npt.NDArray[Any]) -> str:
        name = self._name()
        # np.asarray keeps a single number a single number, where ascontiguousarray would make a row of it.
        self.constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name = self._name()
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def number(self, value: float) -> str:
        return self.constant(np.array(value, dtype=np.float32))


def write_graph(network: Network, path: Path, header: dict[str, Any]) -> None:
    """Write the file. `header` holds name, version, heads and vocabulary; a format number is added."""
    weights = {name: value.numpy().astype(np.float32) for name, value in network.state_dict().items()}
    graph = Graph()
    state = _embedded(graph, weights)
    for layer in range(len(network.layers)):
        state = _layer(graph, weights, f"layers.{layer}", state)
    logits = _heads(graph, weights, state)
    graph.nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    path.write_bytes(_model(graph, {"format": FORMAT, **header}).SerializeToString(deterministic=True))


def _model(graph: Graph, header: dict[str, Any]) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info("pieces", TensorProto.INT64, ["texts", "length"]),
        helper.make_tensor_value_info("context", TensorProto.INT64, ["texts", "length"]),
        helper.make_tensor_value_info("lengths", TensorProto.INT32, ["texts"]),
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", "heads"])
    drawn = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants)
    model = helper.make_model(
        drawn, opset_imports=_OPSETS, ir_version=_IR_VERSION, producer_name="schoolwatch"
    )
    helper.set_model_props(model, {"header": json.dumps(header, sort_keys=True)})
    onnx.checker.check_model(model)
    return model


def rounded(weight: F32, axis: int) -> tuple[npt.NDArray[np.int8], F32]:
    """Eight-bit numbers and the scale of each row or column; `axis` is the one that shares a scale."""
    scale = np.maximum(np.abs(weight).max(axis=axis, keepdims=True), _TINY) / 127
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def _embedded(graph: Graph, weights: dict[str, F32]) -> str:
    numbers, scale = rounded(weights["words.weight"], axis=1)
    words = graph.add("Cast", graph.add("Gather", graph.constant(numbers), "pieces"), to=TensorProto.FLOAT)
    words = graph.add("Mul", words, graph.add("Gather", graph.constant(scale), "pieces"))
    sides = graph.add("Gather", graph.constant(weights["sides.weight"]), "context")
    length = graph.add(
        "Slice", graph.add("Shape", "pieces"), *(graph.constant(np.array([value])) for value in (1, 2))
    )
    first = graph.constant(np.array([0]))
    positions = graph.add("Slice", graph.constant(weights["positions.weight"]), first, length, first)
    return _normed(graph, weights, "after_words", graph.add("Add", graph.add("Add", words, sides), positions))


def _layer(graph: Graph, weights: dict[str, F32], name: str, state: str) -> str:
    asked = _linear(graph, weights, f"{name}.ask", state)
    thirds = [
        graph.add("Slice", asked, *_slice(graph, third, weights[f"{name}.answer.bias"].size))
        for third in range(3)
    ]
    seen = graph.add("MultiHeadAttention", *thirds, "", "lengths", domain=_MICROSOFT, num_heads=ATTENDING)
    seen = _linear(graph, weights, f"{name}.answer", seen)
    state = _normed(graph, weights, f"{name}.after_answer", graph.add("Add", state, seen))
    wide = graph.add("Gelu", _linear(graph, weights, f"{name}.widen", state), domain=_MICROSOFT)
    narrow = _linear(graph, weights, f"{name}.narrow", wide)
    return _normed(graph, weights, f"{name}.after_narrow", graph.add("Add", state, narrow))


def _slice(graph: Graph, third: int, size: int) -> Sequence[str]:
    """Start, end and axis of one third of the last axis."""
    return [graph.constant(np.array([value])) for value in (third * size, (third + 1) * size, 2)]


def _linear(graph: Graph, weights: dict[str, F32], name: str, state: str) -> str:
    numbers, scale = rounded(weights[f"{name}.weight"].T, axis=0)
    largest = graph.add("ReduceMax", graph.add("Abs", state), axes=[-1], keepdims=1)
    step = graph.add("Mul", graph.add("Max", largest, graph.number(_TINY)), graph.number(1 / 127))
    signed = graph.add("Round", graph.add("Div", state, step))
    row = graph.add("Cast", graph.add("Add", signed, graph.number(128)), to=TensorProto.UINT8)
    middle = graph.constant(np.array(128, dtype=np.uint8))
    product = graph.add("MatMulInteger", row, graph.constant(numbers), middle)
    product = graph.add("Mul", graph.add("Cast", product, to=TensorProto.FLOAT), step)
    product = graph.add("Mul", product, graph.constant(scale))
    return graph.add("Add", product, graph.constant(weights[f"{name}.bias"]))


def _normed(graph: Graph, weights: dict[str, F32], name: str, state: str) -> str:
    weight, bias = (graph.constant(weights[f"{name}.{kind}"]) for kind in ("weight", "bias"))
    return graph.add("LayerNormalization", state, weight, bias, axis=-1, epsilon=_TINY)


def _heads(graph: Graph, weights: dict[str, F32], state: str) -> str:
    """The first piece beside the mean of all that are not padding."""
    first = graph.add("Gather", state, graph.constant(np.array(0)), axis=1)
    both = graph.add("Concat", first, _mean(graph, state), axis=1)
    product = graph.add("MatMul", both, graph.constant(weights["heads.weight"].T))
    return graph.add("Add", product, graph.constant(weights["heads.bias"]))


def _mean(graph: Graph, state: str) -> str:
    length = graph.add("Gather", graph.add("Shape", "pieces"), graph.constant(np.array(1)))
    count = graph.add("Range", graph.constant(np.array(0)), length, graph.constant(np.array(1)))
    lengths = graph.add(
        "Unsqueeze", graph.add("Cast", "lengths", to=TensorProto.INT64), graph.constant(np.array([1]))
    )
    inside = graph.add("Cast", graph.add("Less", count, lengths), to=TensorProto.FLOAT)
    weighted = graph.add("Mul", state, graph.add("Unsqueeze", inside, graph.constant(np.array([2]))))
    total = graph.add("ReduceSum", weighted, graph.constant(np.array([1])), keepdims=0)
    return graph.add("Div", total, graph.add("Cast", lengths, to=TensorProto.FLOAT))
