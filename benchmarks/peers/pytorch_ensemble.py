#!/usr/bin/env python3
"""What a user would run instead of `rsnn evaluate --full-runs --attack pgd10_ens`: PGD with each of the 19 gradient estimators, in plain PyTorch.

Each estimator attacks the samples that are still right, in full batches of them, and breaks those that the network gets wrong after the last step (METHODS 8).
Prints one JSON object: seconds of the evaluation (clean pass and attacks, without loading), images, passes forward and backward of one
image, accuracies, and the share of all images that each estimator broke.

    /usr/bin/python3 pytorch_ensemble.py --network exported.safetensors --data data/cifar10 --ledger ledger.jsonl
    /usr/bin/python3 pytorch_ensemble.py --architecture vgg16 --sparsity 0.9 --timesteps 8 --images 256

The first attacks a network that `rsnn export` wrote, on the images of a ledger of `rsnn evaluate`, or on the first --images of the test set. The
second times a network that is drawn, on drawn images, whose labels are its own predictions, so that all begin right: deep layers of it are silent, and
few samples break. Pruned weights are zeros in dense tensors, as in the published PyTorch code: PyTorch gains nothing from them.
"""
import argparse
import json
import time
import torch
import torch.nn as nn
import torch.nn.functional as F
from exported import Exported, Ledger, test_images
from pytorch_peer import prune

SIZES = {"vgg16": ((64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512), (256, 256)),
         "vggsmall": ((32, 0, 64, 0, 128, 0), (128,))}  # zeros are average pools

# Derivatives of a spike by z = u - v_th, and the widths that the ensemble has of each, in its order.
DERIVATIVES = {"PCW": lambda z, g: (g - z.abs()).clamp(min=0) / g ** 2,
               "EXP-D": lambda z, g: 0.3 * torch.exp(-g * z.abs()),
               "EXP": lambda z, g: torch.exp(-g * z.abs()),
               "RECT": lambda z, g: (z.abs() < g / 2).to(z.dtype) / g,
               "STE": lambda z, g: torch.ones_like(z)}
WIDTHS = {"PCW": (1.0, 2.0, 3.0, 0.5, 0.25), "EXP-D": (0.5, 1.0, 2.0), "EXP": (0.5, 1.0, 2.0), "RECT": (0.25, 0.5, 1.0, 2.0, 4.0), "STE": (1.0,)}
ESTIMATORS = [(f"bptt.{kind}.{width}", kind, width) for kind in WIDTHS for width in WIDTHS[kind]] + [("bptr", "bptr", None), ("act", "act", None)]


class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, kind, width):
        ctx.save_for_backward(z)
        ctx.how = kind, width
        return (z >= 0).to(z.dtype)

    @staticmethod
    def backward(ctx, g):
        kind, width = ctx.how
        return g * DERIVATIVES[kind](ctx.saved_tensors[0], width), None, None


class ThroughRate(torch.autograd.Function):
    """Spikes as they are; the gradient passes where a neuron fired at all."""

    @staticmethod
    def forward(ctx, x, spikes):
        ctx.save_for_backward(spikes.amax(0, keepdim=True))
        return spikes

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0], None


class Neuron(nn.Module):
    """Integrate-and-fire; input and output are (T*B, ...). T = 0 is ReLU."""

    def __init__(self, net):
        super().__init__()
        self.net = [net]  # a list, so that the network is not registered as a child
        self.v_th = nn.Parameter(torch.tensor(1.0))

    def forward(self, x):
        net = self.net[0]
        if net.T == 0:
            return F.relu(x)
        x = x.view(net.T, -1, *x.shape[1:])
        if net.kind == "bptr":
            with torch.no_grad():
                spikes = self.fire(x, lambda z: (z >= 0).to(z.dtype))
            return ThroughRate.apply(x, spikes).flatten(0, 1)
        return self.fire(x, lambda z: Spike.apply(z, net.kind, net.width)).flatten(0, 1)

    def fire(self, x, spike):
        net, u, out = self.net[0], 0.0, []
        for current in x:
            u = net.leak * u + current if net.leak != 1 else u + current
            s = spike(u - self.v_th)
            u = u - s * self.v_th if net.soft_reset else u * (1 - s)
            out.append(s)
        return torch.stack(out)


class Vgg(nn.Module):
    """Its estimator is state, as its T is: `kind` and `width` say how the gradient goes through a spike."""

    def __init__(self, T, layers, mean, deviation, leak=1.0, soft_reset=False):
        super().__init__()
        self.T, self.leak, self.soft_reset = T, leak, soft_reset
        self.kind, self.width = "PCW", 1.0
        self.mean, self.deviation = (torch.tensor(values).view(1, -1, 1, 1) for values in (mean, deviation))
        self.layers = nn.ModuleDict({name.replace(".", "_"): layer for name, layer in layers(self)})

    def forward(self, x):
        x = (x - self.mean) / self.deviation
        if self.T:
            x = x.repeat(self.T, 1, 1, 1)
        for layer in self.layers.values():
            x = layer(x)
        return x.view(self.T, -1, x.shape[1]).mean(0) if self.T else x


def drawn(architecture, timesteps, sparsity):
    def layers(net):
        convolutions, hidden = SIZES[architecture]
        channels, size, out = 3, 32, []
        for width in convolutions:
            if width == 0:
                out.append(nn.AvgPool2d(2))
                size //= 2
            else:
                out += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), Neuron(net)]
                channels = width
        out.append(nn.Flatten())
        inputs = channels * size * size
        for width in hidden:
            out += [nn.Linear(inputs, width), Neuron(net)]
            inputs = width
        out.append(nn.Linear(inputs, 10))
        return [(str(i), layer) for i, layer in enumerate(out)]

    net = Vgg(timesteps, layers, (0.0,) * 3, (1.0,) * 3)
    prune(net, sparsity)
    return net


def loaded(exported):
    """The exported network; its layers must follow one another, as a VGG's do."""
    def layers(net):
        yield from ((node["name"], layer_of(node, net)) for node in with_flatten(exported))

    def layer_of(node, net):
        weight = exported.tensors.get(node["name"] + ".weight")
        return {"convolution": lambda: nn.Conv2d(weight.shape[1], weight.shape[0], node["kernel"], node["stride"], node["padding"], bias=node["bias"]),
                "batch_norm": lambda: nn.BatchNorm2d(weight.shape[0]),
                "neuron": lambda: Neuron(net),
                "average_pool": lambda: nn.AvgPool2d(node["size"]),
                "max_pool": lambda: nn.MaxPool2d(node["size"]),
                "dropout": lambda: nn.Dropout(node["rate"]),
                "linear": lambda: nn.Linear(weight.shape[1], weight.shape[0], bias=node["bias"]),
                "flatten": nn.Flatten}[node["operation"]]()

    known = {"convolution", "batch_norm", "neuron", "average_pool", "max_pool", "dropout", "linear"}
    for index, node in enumerate(exported.nodes[1:]):
        if node["operation"] not in known or node["inputs"] != [index] or node.get("thresholds", "shared") != "shared":
            raise SystemExit(f"{exported.path}: {node['name']}: expected a layer of a VGG that reads the one before it, found {node['operation']}")
    net = Vgg(exported.timesteps, layers, exported.nodes[0]["mean"], exported.nodes[0]["deviation"], exported.leak, exported.soft_reset)
    net.load_state_dict({"layers." + name.replace(".", "_", name.count(".") - 1): tensor for name, tensor in exported.tensors.items()})
    for module in net.modules():
        if isinstance(module, Neuron):
            module.v_th.data.clamp_(min=0.03)
    return net


def with_flatten(exported):
    nodes = exported.nodes[1:]
    first = next(i for i, node in enumerate(nodes) if node["operation"] == "linear")
    return nodes[:first] + [{"name": "flatten", "operation": "flatten"}] + nodes[first:]


def predictions(net, x, batch):
    with torch.no_grad():
        return torch.cat([net(part).argmax(1) for part in x.split(batch)])


def pgd(net, x, y, epsilon, steps):
    adversarial = (x + torch.empty_like(x).uniform_(-epsilon, epsilon)).clamp(0, 1)
    for _ in range(steps):
        adversarial.requires_grad_(True)
        gradient = torch.autograd.grad(F.cross_entropy(net(adversarial), y), adversarial)[0]
        adversarial = adversarial.detach() + 2.5 * epsilon / steps * gradient.sign()
        adversarial = (x + (adversarial - x).clamp(-epsilon, epsilon)).clamp(0, 1)
    return adversarial


def evaluate(net, x, y, o):
    T, epsilon = net.T, o.epsilon / 255
    start = time.perf_counter()
    alive = (predictions(net, x, o.batch) == y).nonzero().flatten()
    clean, passes, broken = len(alive), 0, {}
    for name, kind, width in ESTIMATORS:
        if len(alive) == 0:
            break
        right = []
        for part in alive.split(o.batch):
            net.T, net.kind, net.width = (0, "PCW", 1.0) if kind == "act" else (T, kind, width)
            adversarial = pgd(net, x[part], y[part], epsilon, o.steps)
            net.T, net.kind, net.width = T, "PCW", 1.0
            right.append(predictions(net, adversarial, o.batch) == y[part])
            passes += len(part) * o.steps
        right = torch.cat(right)
        broken[name] = (len(right) - int(right.sum())) / len(y)
        alive = alive[right]
    return {"seconds": round(time.perf_counter() - start, 2), "images": len(y), "passes": passes, "clean_accuracy": clean / len(y),
            "robust_accuracy": len(alive) / len(y), "broken_by": broken}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--network"); a.add_argument("--data"); a.add_argument("--ledger")
    a.add_argument("--architecture", choices=sorted(SIZES), default="vgg16"); a.add_argument("--sparsity", type=float, default=0.0)
    a.add_argument("--timesteps", type=int, default=8); a.add_argument("--images", type=int, default=256)
    a.add_argument("--batch", type=int, default=64); a.add_argument("--threads", type=int, default=2)
    a.add_argument("--steps", type=int, default=10); a.add_argument("--epsilon", type=float, default=2, help="in 255ths")
    o = a.parse_args()
    if (o.network is None) != (o.data is None):
        raise SystemExit("--network: expected together with --data, the folder of CIFAR-10's binary files")
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    net = loaded(Exported(o.network)) if o.network else drawn(o.architecture, o.timesteps, o.sparsity)
    net.eval().requires_grad_(False)
    if o.network:
        x, y = test_images(o.data)
        chosen = torch.tensor(Ledger(o.ledger).samples) if o.ledger else torch.arange(o.images)
        x, y = x[chosen], y[chosen]
    else:
        x = torch.rand(o.images, 3, 32, 32)
        y = predictions(net, x, o.batch)
    print(json.dumps({"torch": torch.__version__, **vars(o), **evaluate(net, x, y, o)}))


if __name__ == "__main__":
    main()
