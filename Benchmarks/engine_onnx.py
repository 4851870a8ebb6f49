"""Times the engine's streaming step in ONNX Runtime: one thread, the same weights, caches as inputs and outputs.

    engine_onnx.py MODEL --chunk FRAMES --precision int8|fp32 [--chunks N]

The graph is built here node by node (needs onnx, onnxruntime and numpy). int8 is ONNX Runtime's dynamic quantisation
of the matrix products, per channel. One line of JSON, as engine_benchmark gives.
"""
import argparse
import json
import logging
import math
import pathlib
import struct
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

MEL = 80


def read_safetensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    types = {"F32": np.float32, "F16": np.float16}
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            raw = np.frombuffer(data[8 + length + begin:8 + length + end], types[entry["dtype"]])
            tensors[name] = raw.reshape(entry["shape"]).astype(np.float32)
    return tensors


class Graph:
    def __init__(self, tensors):
        self.tensors, self.nodes, self.constants = tensors, [], {}
        self.inputs, self.outputs, self.count = [], [], 0

    def op(self, kind, *inputs, outputs=1, **attributes):
        names = [f"n{self.count}_{i}" for i in range(outputs)]
        self.count += 1
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, array):
        name = f"c{len(self.constants)}"
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def numbers(self, *values):
        return self.constant(np.array(values, np.int64))

    def weight(self, name):
        return self.constant(self.tensors[name])

    def cache(self, name, shape):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def keep(self, name, value, shape):
        self.nodes.append(helper.make_node("Identity", [value], [name + "_next"]))
        self.outputs.append(helper.make_tensor_value_info(name + "_next", TensorProto.FLOAT, shape))

    def linear(self, x, name):
        matrix = self.tensors[name + ".weight"]
        matrix = matrix.reshape(matrix.shape[0], -1)
        return self.op("Add", self.op("MatMul", x, self.constant(matrix.T)), self.weight(name + ".bias"))

    def norm(self, x, name):
        return self.op("LayerNormalization", x, self.weight(name + ".weight"), self.weight(name + ".bias"),
                       epsilon=1e-5, axis=-1)

    def silu(self, x):
        return self.op("Mul", x, self.op("Sigmoid", x))

    def slice(self, x, begin, end, axis):
        return self.op("Slice", x, self.numbers(begin), self.numbers(end), self.numbers(axis))


def strided(g, x, name, cache, rows, width, channels, group):
    """A causal convolution of stride 2: the last time step of the chunk before is its cache."""
    shape = [1, channels, 1, width]
    joined = g.op("Concat", g.cache(cache, shape), x, axis=2)
    g.keep(cache, g.slice(x, rows - 1, rows, 2), shape)
    return g.op("Conv", joined, g.weight(name + ".weight"), g.weight(name + ".bias"), strides=[2, 2],
                pads=[0, 1, 0, 0], group=group)


def subsample(g, config, n):
    c, p = config["subsampling_channels"], "encoder.pre_encode."
    g.inputs.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 1, 8 * n, MEL]))

    def pointwise(x, name):
        return g.op("Relu", g.op("Conv", x, g.weight(name + ".weight"), g.weight(name + ".bias")))

    x = g.op("Relu", strided(g, "features", p + "conv.0", "front0", 8 * n, MEL, 1, 1))
    x = pointwise(strided(g, x, p + "conv.2", "front1", 4 * n, MEL // 2, c, c), p + "conv.3")
    x = pointwise(strided(g, x, p + "conv.5", "front2", 2 * n, MEL // 4, c, c), p + "conv.6")
    x = g.op("Reshape", g.op("Transpose", x, perm=[0, 2, 1, 3]), g.numbers(n, -1))
    return g.linear(x, p + "out")


def positions(config, n):
    """Sinusoids of the distances history + n - 1 ... 1 - n."""
    size = config["d_model"]
    distance = np.arange(config["left_context"] + n - 1, -n, -1)[:, None]
    angle = distance * np.exp(np.arange(0, size, 2) * (-math.log(10000.0) / size))
    return np.stack([np.sin(angle), np.cos(angle)], 2).reshape(len(distance), size).astype(np.float32)


def attention(g, x, config, i, n):
    d, heads, history = config["d_model"], config["n_heads"], config["left_context"]
    width, keys = d // heads, history + n
    p = f"encoder.layers.{i}.self_attn."

    def remembered(kind):
        name = f"{kind}{i}"
        joined = g.op("Concat", g.cache(name, [history, d]), g.linear(x, p + "linear_" + kind[0]), axis=0)
        g.keep(name, g.slice(joined, n, keys, 0), [history, d])
        return g.op("Reshape", joined, g.numbers(keys, heads, width))

    q = g.op("Reshape", g.linear(x, p + "linear_q"), g.numbers(n, heads, width))
    k, v = remembered("key"), remembered("value")
    projected = positions(config, n) @ g.tensors[p + "linear_pos.weight"].T
    table = projected.reshape(-1, heads, width).transpose(1, 2, 0)

    def turned(bias):
        return g.op("Transpose", g.op("Add", q, g.weight(p + bias)), perm=[1, 0, 2])

    content = g.op("MatMul", turned("pos_bias_u"), g.op("Transpose", k, perm=[1, 2, 0]))
    distance = g.op("MatMul", turned("pos_bias_v"), g.constant(table))
    distance = g.op("Pad", distance, g.numbers(0, 0, 1, 0, 0, 0))
    distance = g.slice(g.op("Reshape", distance, g.numbers(heads, keys + n, n)), 1, keys + n, 1)
    distance = g.slice(g.op("Reshape", distance, g.numbers(heads, n, keys + n - 1)), 0, keys, 2)
    scores = g.op("Mul", g.op("Add", content, distance), g.constant(np.float32(1 / math.sqrt(width))))
    mixed = g.op("MatMul", g.op("Softmax", scores, axis=-1), g.op("Transpose", v, perm=[1, 0, 2]))
    return g.linear(g.op("Reshape", g.op("Transpose", mixed, perm=[1, 0, 2]), g.numbers(n, d)), p + "linear_out")


def convolution(g, x, config, i, n):
    d, past = config["d_model"], config["conv_kernel"] - 1
    p, name = f"encoder.layers.{i}.conv.", f"conv{i}"
    a, b = g.op("Split", g.linear(x, p + "pointwise_conv1"), g.numbers(d, d), outputs=2, axis=1)
    gated = g.op("Mul", a, g.op("Sigmoid", b))
    joined = g.op("Concat", g.cache(name, [past, d]), gated, axis=0)
    g.keep(name, g.slice(joined, n, n + past, 0), [past, d])
    x = g.op("Reshape", g.op("Transpose", joined, perm=[1, 0]), g.numbers(1, d, n + past))
    x = g.op("Conv", x, g.weight(p + "depthwise_conv.weight"), g.weight(p + "depthwise_conv.bias"), group=d)
    x = g.op("Transpose", g.op("Reshape", x, g.numbers(d, n)), perm=[1, 0])
    return g.linear(g.silu(g.norm(x, p + "batch_norm")), p + "pointwise_conv2")


def build(folder, n):
    config = json.loads((folder / "config.json").read_text())
    g = Graph(read_safetensors(folder / "model.safetensors"))
    x = subsample(g, config, n)
    half = g.constant(np.float32(0.5))

    def feed_forward(x, layer, which):
        inner = g.silu(g.linear(g.norm(x, f"{layer}norm_feed_forward{which}"), f"{layer}feed_forward{which}.linear1"))
        return g.op("Add", x, g.op("Mul", half, g.linear(inner, f"{layer}feed_forward{which}.linear2")))

    for i in range(config["n_layers"]):
        layer = f"encoder.layers.{i}."
        x = feed_forward(x, layer, 1)
        x = g.op("Add", x, attention(g, g.norm(x, layer + "norm_self_att"), config, i, n))
        x = g.op("Add", x, convolution(g, g.norm(x, layer + "norm_conv"), config, i, n))
        x = g.norm(feed_forward(x, layer, 2), layer + "norm_out")

    x = g.op("Reshape", g.linear(x, "decoder.decoder_layers.0"),
             g.numbers(n * config["head_frames"], config["vocab_size"]))
    g.nodes.append(helper.make_node("LogSoftmax", [x], ["log_probabilities"], axis=-1))
    result = helper.make_tensor_value_info("log_probabilities", TensorProto.FLOAT,
                                           [n * config["head_frames"], config["vocab_size"]])
    graph = helper.make_graph(g.nodes, "step", g.inputs, [result] + g.outputs, list(g.constants.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def make_session(folder, n, precision):
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "step.onnx"
        onnx.save(build(folder, n), path)
        if precision == "int8":
            logging.disable(logging.WARNING)
            from onnxruntime.quantization import QuantType, quantize_dynamic
            # Only matrices: the table of positions has one for each head.
            model = onnx.load(path)
            matrices = {c.name for c in model.graph.initializer if len(c.dims) == 2}
            nodes = [n.name for n in model.graph.node if n.op_type == "MatMul" and n.input[1] in matrices]
            quantize_dynamic(path, path, per_channel=True, weight_type=QuantType.QInt8, nodes_to_quantize=nodes,
                             op_types_to_quantize=["MatMul"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--chunk", type=int, default=4)
    parser.add_argument("--precision", choices=["int8", "fp32"], default="int8")
    parser.add_argument("--chunks", type=int, default=300)
    options = parser.parse_args()
    session = make_session(options.model, options.chunk, options.precision)
    features = np.sin(0.7 * np.arange(8 * options.chunk * MEL)).astype(np.float32)
    caches = {i.name: onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(i.shape, np.float32))
              for i in session.get_inputs()}
    caches["features"] = onnxruntime.OrtValue.ortvalue_from_numpy(features.reshape(1, 1, -1, MEL))
    names = [o.name for o in session.get_outputs()]
    times = []

    # The caches stay where ONNX Runtime wrote them. Enough chunks before that every cache has forgotten its zeros.
    for i in range(-800 // options.chunk, options.chunks):
        binding = session.io_binding()
        for name, value in caches.items():
            binding.bind_ortvalue_input(name, value)
        for name in names:
            binding.bind_output(name)
        before = time.perf_counter()
        session.run_with_iobinding(binding)
        took = time.perf_counter() - before
        results = dict(zip(names, binding.get_outputs()))
        caches.update({name.removesuffix("_next"): value for name, value in results.items() if name.endswith("_next")})
        if i >= 0:
            times.append(1000 * took)

    times.sort()
    print(json.dumps({"engine": "onnxruntime " + onnxruntime.__version__, "precision": options.precision,
                      "chunk_ms": 80 * options.chunk, "streams": 1, "best_ms": times[0],
                      "median_ms": times[len(times) // 2],
                      "check": results["log_probabilities"].numpy()[0, :4].round(4).tolist()}))


if __name__ == "__main__":
    main()
