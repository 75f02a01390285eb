#!/usr/bin/env python3
"""Times rsnn against a PyTorch script doing the same work, phase by phase in turn, and prints a table of images a second and of the most
memory that each process held.

    benchmarks/side_by_side.py RSNN [PEER.py] [--sparsity 0.9] [--repeat 5] [--threads 2] [--batch 32] [--phases infer,bptt] [--spike-rate p2]
        [--rounds 3]

RSNN is the published program. PEER.py, peers/pytorch_peer.py where left out, takes --phases, --threads, --batch, --timesteps, --sparsity and --repeat and prints one JSON object
with PHASE_images_per_s; it runs under /usr/bin/python3, which has Debian's python3-torch.
"""
import argparse
import json
import os
import statistics
import subprocess

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rsnn")
parser.add_argument("peer", nargs="?", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "pytorch_peer.py"))
parser.add_argument("--phases", default="ann_infer,ann_step,infer,bptt,trades")
for name, default in (("threads", 2), ("batch", 32), ("timesteps", 8), ("repeat", 5), ("sparsity", 0.0)):
    parser.add_argument("--" + name, type=type(default), default=default)
parser.add_argument("--rounds", type=int, default=1, help="how often each program runs, in turn; the medians count")
parser.add_argument("--spike-rate", default="", help="of rsnn's spiking phases; what is pruned or silent makes no difference to PyTorch")
options = parser.parse_args()
shared = [part for name in ("threads", "batch", "timesteps", "repeat", "sparsity") for part in ("--" + name, str(getattr(options, name)))]


def measure(command, phase):
    """Images a second, and the process's peak resident memory in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    answer = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed: {answer}")
    return json.loads(answer)[phase + "_images_per_s"], usage.ru_maxrss / 1024


print("| phase | rsnn, images/s | PyTorch, images/s | ratio | rsnn, MiB | PyTorch, MiB | ratio |\n|---|---|---|---|---|---|---|", flush=True)
for phase in options.phases.split(","):
    rates = ["--spike-rate", options.spike_rate] if options.spike_rate and not phase.startswith("ann") else []
    programs = ([options.rsnn, "bench", "--architecture", "vgg16", "--phase", phase, "--json", *shared, *rates],
                ["/usr/bin/python3", options.peer, "--phases", phase, *shared])
    runs = [[measure(program, phase) for program in programs] for _ in range(options.rounds)]
    (ours, memory), (theirs, peer_memory) = (map(statistics.median, zip(*of_program)) for of_program in zip(*runs))
    print(f"| {phase} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.2f}× | {memory:.0f} | {peer_memory:.0f} | {memory / peer_memory:.2f} |", flush=True)
