#!/usr/bin/env python3
"""Times rsnn against a PyTorch script doing the same work, phase by phase in turn, and prints a table of images a second.

    benchmarks/side_by_side.py RSNN PEER.py [--sparsity 0.9] [--repeat 5] [--threads 2] [--batch 32] [--phases infer,bptt]

RSNN is the published program. PEER.py takes --phases, --threads, --batch, --timesteps, --sparsity and --repeat and prints one JSON object
with PHASE_images_per_s; it runs under /usr/bin/python3, which has Debian's python3-torch.
"""
import argparse
import json
import subprocess

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rsnn")
parser.add_argument("peer")
parser.add_argument("--phases", default="ann_infer,ann_step,infer,bptt,trades")
for name, default in (("threads", 2), ("batch", 32), ("timesteps", 8), ("repeat", 5), ("sparsity", 0.0)):
    parser.add_argument("--" + name, type=type(default), default=default)
options = parser.parse_args()
shared = [part for name in ("threads", "batch", "timesteps", "repeat", "sparsity") for part in ("--" + name, str(getattr(options, name)))]


def images_per_second(command, phase):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[phase + "_images_per_s"]


print("| phase | rsnn, images/s | PyTorch, images/s | ratio |\n|---|---|---|---|", flush=True)
for phase in options.phases.split(","):
    ours = images_per_second([options.rsnn, "bench", "--architecture", "vgg16", "--phase", phase, "--json", *shared], phase)
    theirs = images_per_second(["/usr/bin/python3", options.peer, "--phases", phase, *shared], phase)
    print(f"| {phase} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f}× |", flush=True)
