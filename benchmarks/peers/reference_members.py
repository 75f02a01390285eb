#!/usr/bin/env python3
"""The same spiking networks attacked by the papers' own code and by rsnn, gradient estimator by gradient estimator.

    /usr/bin/python3 benchmarks/peers/reference_members.py REFERENCE CHECKPOINT... --rsnn artifacts/rsnn/rsnn --data data/cifar10
        [--samples 200] [--epsilon 2] [--attacks fgsm,pgd] [--steps 10] [--batch 64] [--threads 2] [--seed 42]

REFERENCE is a checkout of https://github.com/IGITUGraz/RobustSNNConversion, which is imported from there. Each checkpoint is exported (`rsnn export`) and
loaded into the reference's classes; both programs attack the same test images of CIFAR-10 with each of the 19 members of the ensemble alone.
A sample counts as robust if it is right as it is and after the attack, in both columns. (The reference's main_test.py asks the second alone: with
one member, a sample that is wrong may become right by being attacked, and it counts it. How many that are is said at the end.)

Both follow the same formula in other random numbers and another order of sums. FGSM draws nothing, so a sample differs only by rounding; PGD
starts elsewhere. The standard error is that of the mean of the differences of the same samples; where it is above 3, the line says so: of 38
lines that compare the same thing one in ten tables has such a line by chance.

It computes on the processor: where there is no CUDA, tensors that the reference sends to a card stay where they are. Where torchattacks is not installed, the base
class that the reference's attacks need of it is a stand-in of this file, which does no arithmetic.
"""
import argparse
import contextlib
import io
import math
import os
import subprocess
import sys
import tempfile
import types
import warnings
import torch
import torch.nn as nn
from exported import Exported, Ledger, test_images

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("reference")
parser.add_argument("checkpoints", nargs="+", metavar="CHECKPOINT")
parser.add_argument("--rsnn", required=True, help="the published program")
parser.add_argument("--data", required=True, help="the folder of CIFAR-10's binary files")
parser.add_argument("--attacks", default="fgsm,pgd")
parser.add_argument("--epsilon", type=float, default=2, help="in 255ths")
for name, default in (("samples", 200), ("steps", 10), ("batch", 64), ("threads", 2), ("seed", 42)):
    parser.add_argument("--" + name, type=int, default=default)


class Attack:
    """Stands for torchattacks' base class: a call runs `forward` on a network that is in the mode asked for, and leaves it as it was."""

    def __init__(self, name, model):
        self.attack, self.model = name, model
        self.device = next(model.parameters()).device
        self.targeted = False
        self.training = False

    def set_model_training_mode(self, model_training=False, batchnorm_training=False, dropout_training=False):
        if batchnorm_training != model_training or dropout_training != model_training:
            raise NotImplementedError("the whole network in one mode is all that the reference asks for")
        self.training = model_training

    def __call__(self, images, labels):
        was = self.model.training
        self.model.train(self.training)
        adversarial = self.forward(images, labels)
        self.model.train(was)
        return adversarial


def stand_in():
    """Makes the modules and calls that the reference's code needs and the machine lacks; returns what it made."""
    made = []
    try:
        import torchattacks.attack
    except ImportError:
        package, module = types.ModuleType("torchattacks"), types.ModuleType("torchattacks.attack")
        package.attack, module.Attack = module, Attack
        sys.modules.update({"torchattacks": package, "torchattacks.attack": module})
        made.append("torchattacks' base class")
    if not torch.cuda.is_available():
        torch.Tensor.cuda = lambda tensor, *_, **__: tensor
        made.append("Tensor.cuda")
    return made


def reference_of(exported):
    """The reference's network with the exported parameters, on the processor, in eval mode. Its class makes the layers, from its own table where it has the
    architecture, else from the file's list; a head of other widths is put together of the same layers as its own."""
    import models
    from models.layers import LIFSpike
    first = exported.nodes[0]
    norm = (tuple(first["mean"]), tuple(first["deviation"]))
    settings = dict(learn_vth=True, soft_reset=exported.soft_reset, default_leak=exported.leak, use_bias="classifier.1.bias" in exported.tensors)
    known = {"vgg11": "vgg11_bn", "vgg16-4096": "vgg16_bn", "vgg11-tin": "vgg11_tin"}.get(exported.architecture, exported.architecture.replace("-", "_"))
    if known in vars(models):
        network = getattr(models, known)(exported.timesteps, exported.classes, norm, **settings)
    else:
        features = [node for node in exported.nodes if node["name"].startswith("features.")]
        head = [node for node in exported.nodes if node["name"].startswith("classifier.")]
        kinds = {node["operation"] for node in features}
        if not kinds <= {"convolution", "batch_norm", "neuron", "average_pool"} or not {node["operation"] for node in head} <= {"linear", "neuron", "dropout"}:
            raise SystemExit(f"{exported.path}: the reference has no {exported.architecture}, and it is not a VGG with average pools either")
        table = sys.modules["models.VGG"].cfg_conv
        table[exported.architecture] = [node["outputs"] if node["operation"] == "convolution" else "A"
                                        for node in features if node["operation"] in ("convolution", "average_pool")]
        network = sys.modules["models.VGG"].VGG(exported.architecture, exported.timesteps, exported.classes, norm, **settings)
        layers = {node["name"]: layer_of(node, exported, LIFSpike) for node in head}
        last = max(int(name.split(".")[1]) for name in layers)
        network.classifier = nn.Sequential(nn.Flatten(), *(layers.get(f"classifier.{i}", nn.Identity()) for i in range(1, last + 1)))
    network.load_state_dict(exported.tensors)
    network.set_simulation_time(exported.timesteps)
    return network.eval()


def layer_of(node, exported, neuron):
    if node["operation"] == "linear":
        outputs, inputs = exported.tensors[node["name"] + ".weight"].shape
        return nn.Linear(inputs, outputs, bias=node["bias"])
    if node["operation"] == "neuron":
        return neuron(exported.timesteps, leak=exported.leak, soft_reset=exported.soft_reset, learn_vth=True)
    return nn.Dropout(node["rate"])


def members_of(network, version, timesteps, options):
    """The ensemble's attacks, as the reference's main_test.py makes them, by the names that rsnn gives to their estimators."""
    import attack
    from utils import BPTT_attack, BPTR_attack, Act_attack
    with contextlib.redirect_stdout(io.StringIO()):  # each member says what it is
        ensemble = attack.Ensemble(network, fwd_functions=[BPTT_attack, BPTR_attack, Act_attack], T=timesteps, eps=options.epsilon / 255,
                                   alpha=2.5 * options.epsilon / options.steps / 255, steps=options.steps, version=version)
    other = {BPTR_attack: "bptr", Act_attack: "act"}
    members = ensemble._multiattack.attacks
    return {other.get(member.forward_function, f"bptt.{member.surrogate}.{float(member.gamma)}"): member for member in members}


def predictions(network, timesteps, images, options):
    network.eval()
    network.set_simulation_time(timesteps)
    with torch.no_grad():
        return torch.cat([network(part).mean(0).argmax(1) for part in images.split(options.batch)])


def attacked(network, member, timesteps, images, labels, options):
    """Images after the attack, batch by batch, as the reference's `val` calls it."""
    member.set_model_training_mode(model_training=False, batchnorm_training=False, dropout_training=False)
    return torch.cat([member(part, of) for part, of in zip(images.split(options.batch), labels.split(options.batch))])


def rsnn(options, *arguments):
    done = subprocess.run([options.rsnn, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)


def compare(checkpoint, images, labels, options):
    print(f"\n{checkpoint}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "exported.safetensors")
        rsnn(options, "export", checkpoint, path)
        exported = Exported(path)
        network = reference_of(exported)
        versions = {"fgsm": "fgsm", "pgd": f"pgd{options.steps}"}
        members = {version: members_of(network, version, exported.timesteps, options) for version in options.attacks.split(",")}
        asked = [f"{versions[version]}(surrogate={name})" for version in members for name in members[version]]
        ledger_path = os.path.join(folder, "ledger.jsonl")
        rsnn(options, "evaluate", path, "--full-runs", "--attack", *asked, "--epsilon", f"{options.epsilon:g}/255",
             "--samples", str(options.samples), "--data", options.data, "--threads", str(options.threads), "--ledger", ledger_path)
        ledger = Ledger(ledger_path)

    chosen = torch.tensor(ledger.samples)
    images, labels = images[chosen], labels[chosen]
    if labels.tolist() != [ledger.rows[sample]["label"] for sample in ledger.samples]:
        raise SystemExit(f"{options.data}: labels are not those that rsnn read")
    clean = predictions(network, exported.timesteps, images, options) == labels
    found = Comparison(len(labels))
    found.line("clean", clean, torch.tensor([ledger.correct(sample) for sample in ledger.samples]))
    recovered = {}
    for version in members:
        for name, member in members[version].items():
            torch.manual_seed(options.seed)
            after = predictions(network, exported.timesteps, attacked(network, member, exported.timesteps, images, labels, options), options) == labels
            ours = torch.tensor([ledger.robust(versions[version], name, sample) for sample in ledger.samples])
            found.line(f"{versions[version]} {name}", clean & after, ours)
            recovered[f"{versions[version]} {name}"] = int((after & ~clean).sum())
    found.end()
    most = max(recovered, key=recovered.get)
    print(f"Wrong as they are and right after the attack, which main_test.py counts as robust: at most {recovered[most]} of {len(labels)}, {most}.")


class Comparison:
    """A table of accuracies on the same samples, a line an attack."""

    def __init__(self, samples):
        self.samples, self.apart = samples, []
        print(f"\n{samples} images\n\n| attack | reference | rsnn | difference | standard error | only one right: reference, rsnn |\n|---|---|---|---|---|---|")

    def line(self, name, theirs, ours):
        only_theirs, only_ours = int((theirs & ~ours).sum()), int((ours & ~theirs).sum())
        difference = (only_ours - only_theirs) / self.samples
        error = math.sqrt(max(0, (only_ours + only_theirs) / self.samples - difference ** 2) / self.samples)
        if abs(difference) > 3 * error:
            self.apart.append(name)
        percents = [100 * number for number in (theirs.float().mean().item(), ours.float().mean().item(), difference, error)]
        print("| {} | {:.1f} % | {:.1f} % | {:+.1f} | {:.1f} | {}, {} |".format(name, *percents, only_theirs, only_ours), flush=True)

    def end(self):
        print("\nMore than 3 standard errors apart: " + (", ".join(self.apart) if self.apart else "none") + ".")


def main():
    options = parser.parse_args()
    if not os.path.isdir(os.path.join(options.reference, "attack")) or not os.path.isdir(os.path.join(options.reference, "models")):
        raise SystemExit(f"{options.reference}: expected a checkout of the reference, found no attack and models in it")
    if unknown := set(options.attacks.split(",")) - {"fgsm", "pgd"}:
        raise SystemExit(f"--attacks: expected fgsm, pgd or both, found {', '.join(sorted(unknown))}")
    torch.set_num_threads(options.threads)
    warnings.filterwarnings("ignore", message="size_average")
    made = stand_in()
    sys.path.insert(0, options.reference)
    print(f"PyTorch {torch.__version__}" + (f"; stand-ins for {' and '.join(made)}" if made else ""))
    images, labels = test_images(options.data)
    for checkpoint in options.checkpoints:
        compare(checkpoint, images, labels, options)


if __name__ == "__main__":
    main()
