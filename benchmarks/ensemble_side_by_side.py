#!/usr/bin/env python3
"""Evaluates a network under PGD with all 19 gradient estimators, with rsnn and with a PyTorch script that does the same work on the same
parameters and images, in turn. Prints seconds, accuracies, and the images that each estimator broke.

    benchmarks/ensemble_side_by_side.py RSNN CHECKPOINT --data DIR [--images 1000] [--epsilon 2] [--batch 64] [--threads 2] [--rounds 1]

RSNN is the published program, CHECKPOINT a spiking VGG on CIFAR-10, DIR the folder of its binary files. The peer is peers/pytorch_ensemble.py under
/usr/bin/python3, which has Debian's python3-torch. Every program runs alone, and seconds are of its whole process. Random starts are each program's own, so robust accuracies
agree within noise and clean ones to the image, but for those whose logits are as good as equal.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rsnn")
parser.add_argument("checkpoint")
parser.add_argument("--data", required=True)
parser.add_argument("--epsilon", type=float, default=2, help="in 255ths")
for name, default in (("images", 1000), ("batch", 64), ("threads", 2), ("rounds", 1)):
    parser.add_argument("--" + name, type=int, default=default)
options = parser.parse_args()
peer = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", "pytorch_ensemble.py")


def measure(command):
    """Seconds of the whole process, and the JSON that it printed."""
    start = time.perf_counter()
    process = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{process.stderr}")
    return seconds, json.loads(process.stdout)


def median(runs):
    return statistics.median(seconds for seconds, _ in runs)


with tempfile.TemporaryDirectory() as folder:
    exported, ledger = os.path.join(folder, "exported.safetensors"), os.path.join(folder, "ledger.jsonl")
    subprocess.run([options.rsnn, "export", options.checkpoint, exported], check=True, stdout=subprocess.DEVNULL)
    shared = ["--batch", str(options.batch), "--threads", str(options.threads), "--data", options.data]
    evaluate = lambda attack: [options.rsnn, "evaluate", exported, "--full-runs", "--attack", attack, "--epsilon", f"{options.epsilon:g}/255",
                               "--samples", str(options.images), "--json", *shared]
    # Which images they are; not in the timed run, because a ledger is flushed to the disk, which the peer does not do.
    measure([*evaluate("clean"), "--ledger", ledger])
    theirs = ["/usr/bin/python3", peer, "--network", exported, "--ledger", ledger, "--epsilon", str(options.epsilon), *shared]
    runs = [(measure(evaluate("pgd10_ens")), measure(theirs)) for _ in range(options.rounds)]

ours, peers = zip(*runs)
result, peer_result = ours[-1][1], peers[-1][1]
attack = result["attacks"][0]
samples = result["samples"]
print(f"| {samples} images | rsnn | PyTorch |\n|---|---|---|")
print(f"| seconds | {median(ours):.1f} | {median(peers):.1f} |")
print(f"| clean | {100 * result['clean_correct'] / samples:.1f} % | {100 * peer_result['clean_accuracy']:.1f} % |")
print(f"| under pgd10_ens | {100 * attack['correct'] / samples:.1f} % | {100 * peer_result['robust_accuracy']:.1f} % |")
for member in attack["members"]:
    broken = (member["outcome"]["attacked"] - member["outcome"]["correct"]) / samples
    print(f"| broken by {member['estimator']} | {100 * broken:.1f} % | {100 * peer_result['broken_by'].get(member['estimator'], 0):.1f} % |")
print(f"\nrsnn is {median(peers) / median(ours):.1f} times as fast. PyTorch made {peer_result['passes']:,} passes forward and backward of an image.")
if lanes := attack.get("lanes", result.get("lanes")):
    print(f"Of the lanes that rsnn computed {100 * lanes['useful'] / lanes['computed']:.1f} % were of samples still right.")
