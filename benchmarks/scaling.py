#!/usr/bin/env python3
"""Times rsnn along one axis at a time: connections kept, timesteps, batch, threads. Prints a table for each, with the straight line through
the points and how far each point lies from it: where a line bends, there is something to explain.

    benchmarks/scaling.py RSNN [--phase infer] [--architecture vgg16] [--repeat 5] [--axes kept,timesteps,batch,threads]

RSNN is the published program. The point that the axes leave from is 90 % pruned, T = 8, batch 32, 2 threads.
"""
import argparse
import json
import subprocess

AXES = {
    "kept": ("sparsity", [0.99, 0.98, 0.95, 0.9, 0.8, 0.7], lambda sparsity: 1 - sparsity),
    "timesteps": ("timesteps", [1, 2, 4, 8, 16, 32], float),
    "batch": ("batch", [1, 2, 4, 8, 16, 32, 64], float),
    "threads": ("threads", [1, 2], lambda threads: 1 / threads),
}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rsnn")
parser.add_argument("--phase", default="infer")
parser.add_argument("--architecture", default="vgg16")
parser.add_argument("--repeat", type=int, default=5)
parser.add_argument("--axes", default=",".join(AXES))
options = parser.parse_args()
start = {"sparsity": 0.9, "timesteps": 8, "batch": 32, "threads": 2}


def milliseconds(settings):
    """Of one pass over the batch."""
    command = [options.rsnn, "bench", "--architecture", options.architecture, "--phase", options.phase, "--repeat", str(options.repeat), "--json"]
    command += [part for name, value in settings.items() for part in ("--" + name, str(value))]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return 1000 * settings["batch"] / answer[options.phase + "_images_per_s"]


def line(points):
    """Least squares of relative errors, so that small times count as much as large ones."""
    weights = [1 / time ** 2 for _, time in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    slope = sum(w * (x - mean_x) * (y - mean_y) for w, (x, y) in zip(weights, points)) / sum(w * (x - mean_x) ** 2 for w, (x, _) in zip(weights, points))
    return mean_y - slope * mean_x, slope


for axis in options.axes.split(","):
    name, values, place = AXES[axis]
    points = [(place(value), milliseconds({**start, name: value})) for value in values]
    offset, slope = line(points)
    unit = "1/threads" if axis == "threads" else axis
    print(f"\n{options.phase}, {options.architecture}: {offset:.2f} ms + {slope:.3f} ms x {unit}\n\n| {unit} | ms a pass | line | off |\n|---|---|---|---|")
    for x, time in points:
        fitted = offset + slope * x
        print(f"| {x:.3g} | {time:.2f} | {fitted:.2f} | {100 * (time / fitted - 1):+.0f} % |", flush=True)
