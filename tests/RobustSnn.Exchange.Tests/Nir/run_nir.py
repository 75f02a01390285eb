"""Runs graphs of NIR from their equations: run_nir.py IMAGES GRAPH..., images being raw 32-bit floats, as are the logits, which go to GRAPH.logits.

The structure is read as NIR's own reader does: by type, with every attribute that the type has and no other.
"""
import sys

import h5py
import numpy as np
import torch
from torch.nn.functional import avg_pool2d, conv2d

ATTRIBUTES = {
    "Input": {"shape"}, "Output": {"shape"}, "Scale": {"scale"}, "Linear": {"weight"}, "Affine": {"weight", "bias"},
    "Conv2d": {"input_shape", "weight", "bias", "stride", "padding", "dilation", "groups"},
    "AvgPool2d": {"kernel_size", "stride", "padding"}, "Flatten": {"input_type", "start_dim", "end_dim"},
    "IF": {"r", "v_threshold", "v_reset"}, "LIF": {"tau", "r", "v_leak", "v_threshold", "v_reset"},
}


def read(path):
    with h5py.File(path, "r") as file:
        assert file["version"][()].decode() == "1.0.7"
        graph = file["node"]
        assert graph["type"][()] == b"NIRGraph"
        metadata = {key: item[()] for key, item in graph["metadata"].items()}
        edges = [(a.decode(), b.decode()) for a, b in graph["edges"][()]]
        nodes = {name: {key: item[()] for key, item in node.items()} for name, node in graph["nodes"].items()}
    for name, node in nodes.items():
        node["type"] = node["type"].decode()
        assert node.keys() - {"type"} == ATTRIBUTES[node["type"]], (name, node.keys())
    return nodes, edges, metadata


def order(nodes, edges):
    before = {name: [a for a, b in edges if b == name] for name in nodes}
    done = []
    while len(done) < len(nodes):
        ready = [name for name in nodes if name not in done and all(a in done for a in before[name])]
        assert ready, "the graph has a circle"
        done += ready
    return [(name, before[name]) for name in done]


def step(node, x, state):
    kind = node["type"]
    tensor = {key: torch.from_numpy(np.array(value)) for key, value in node.items() if key != "type"}
    if kind == "Input" or kind == "Output":
        assert list(x.shape[1:]) == list(node["shape"]), (x.shape, node["shape"])
        return x
    if kind == "Scale":
        assert x.shape[1:] == tensor["scale"].shape, (x.shape, tensor["scale"].shape)
        return x * tensor["scale"]
    if kind in ("Linear", "Affine"):
        assert x.dim() == 2
        return x @ tensor["weight"].T + (tensor["bias"] if kind == "Affine" else 0)
    if kind == "Conv2d":
        assert list(x.shape[2:]) == list(node["input_shape"])
        return conv2d(x, tensor["weight"], tensor["bias"], tuple(node["stride"]), tuple(node["padding"]), tuple(node["dilation"]), int(node["groups"]))
    if kind == "AvgPool2d":
        return avg_pool2d(x, tuple(node["kernel_size"]), tuple(node["stride"]), tuple(node["padding"]))
    if kind == "Flatten":
        assert list(x.shape[1:]) == list(node["input_type"])
        end = int(node["end_dim"])
        return x.flatten(1 + int(node["start_dim"]), end if end < 0 else end + 1)
    assert x.shape[1:] == tensor["r"].shape == tensor["v_threshold"].shape, (x.shape, tensor["r"].shape)
    v = state.get("v", torch.zeros_like(x))
    if kind == "IF":
        v = v + tensor["r"] * x
    else:
        v = v + (tensor["v_leak"] - v + tensor["r"] * x) / tensor["tau"]
    fires = v > tensor["v_threshold"]
    state["v"] = torch.where(fires, tensor["v_reset"].expand_as(v), v)
    return fires.float()


def run(path, pixels):
    nodes, edges, metadata = read(path)
    shape = [int(size) for size in nodes["input"]["shape"]]
    images = torch.from_numpy(pixels.reshape(-1, *shape))
    states = {name: {} for name in nodes}
    total = 0
    steps = int(metadata["timesteps"])
    assert metadata["dt"] == 1.0
    for _ in range(steps):
        values = {}
        for name, before in order(nodes, edges):
            x = images if not before else sum(values[each] for each in before)
            values[name] = step(nodes[name], x, states[name])
        total = total + values["output"]
    (total / steps).numpy().astype("<f4").tofile(path + ".logits")


for each in sys.argv[2:]:
    run(each, np.fromfile(sys.argv[1], "<f4"))
