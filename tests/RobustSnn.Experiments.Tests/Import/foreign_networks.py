"""Writes networks as other people's code saves them, small and with random parameters, beside the logits that PyTorch computes.

    python3 foreign_networks.py FOLDER CASE...    # all cases where none is named

CASE.pth is what training code leaves, CASE.logits.pth the logits of two images, which NetworkImportTests draws by the same rule. Names and
structure are those of the public networks, sizes are not.
"""
import os
import sys

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 10
COLOURS = {"mean": [0.49, 0.48, 0.45], "std": [0.25, 0.24, 0.26]}


class ScoredConv(nn.Conv2d):
    """A convolution that keeps the weights of the largest scores, as HYDRA's; with a learned rate, as HARP's."""

    keep, with_rates = 1.0, False

    def __init__(self, *sizes, **options):
        super().__init__(*sizes, **options)
        add_scores(self)

    def forward(self, x):
        return F.conv2d(x, masked(self), self.bias, self.stride, self.padding)


class ScoredLinear(nn.Linear):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        add_scores(self)

    def forward(self, x):
        return F.linear(x, masked(self), self.bias)


def add_scores(layer):
    layer.popup_scores = nn.Parameter(torch.randn_like(layer.weight))
    if ScoredConv.with_rates:
        layer.k_score = nn.Parameter(torch.randn(()))


def masked(layer):
    share = ScoredConv.keep
    if ScoredConv.with_rates:
        least = 0.1 * ScoredConv.keep
        share = torch.sigmoid(layer.k_score) * (1 - least) + least
    order = layer.popup_scores.abs().flatten().argsort(stable=True)
    mask = torch.ones(order.numel())
    mask[order[: int((1 - share) * order.numel())]] = 0
    return layer.weight * mask.view_as(layer.weight)


def conv3(inputs, outputs, stride=1, layer=nn.Conv2d, bias=False):
    return layer(inputs, outputs, kernel_size=3, stride=stride, padding=1, bias=bias)


def conv1(inputs, outputs, stride=1, layer=nn.Conv2d):
    return layer(inputs, outputs, kernel_size=1, stride=stride, bias=False)


class Vgg(nn.Module):
    """features, an adaptive average pooling, classifier."""

    def __init__(self, stages, pools_last, norms, grid, hidden, biases=False, dropout=None, layers=(nn.Conv2d, nn.Linear)):
        super().__init__()
        features, inputs = [], 3
        for number, stage in enumerate(stages):
            for outputs in stage:
                features.append(conv3(inputs, outputs, layer=layers[0], bias=biases))
                features += [nn.BatchNorm2d(outputs)] if norms else []
                features.append(nn.ReLU(True))
                inputs = outputs
            if pools_last or number + 1 < len(stages):
                features.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d((grid, grid))
        classifier, inputs = [], inputs * grid * grid
        for outputs in hidden:
            classifier += [layers[1](inputs, outputs), nn.ReLU(True)]
            classifier += [nn.Dropout(dropout)] if dropout else []
            inputs = outputs
        self.classifier = nn.Sequential(*classifier, layers[1](inputs, CLASSES))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class WideBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, layer):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv3(inputs, outputs, stride, layer)
        self.bn2, self.conv2 = nn.BatchNorm2d(outputs), conv3(outputs, outputs, 1, layer)
        self.convShortcut = conv1(inputs, outputs, stride, layer) if inputs != outputs else None

    def forward(self, x):
        active = F.relu(self.bn1(x))
        residual = self.conv2(F.relu(self.bn2(self.conv1(active))))
        return (x if self.convShortcut is None else self.convShortcut(active)) + residual


class WideStage(nn.Module):
    def __init__(self, blocks, inputs, outputs, stride, layer):
        super().__init__()
        self.layer = nn.Sequential(*(
            WideBlock(outputs if i else inputs, outputs, 1 if i else stride, layer) for i in range(blocks)))

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, blocks, widths, sub_block, layer=nn.Conv2d, linear=nn.Linear):
        super().__init__()
        self.conv1 = conv3(3, widths[0], layer=layer)
        self.block1 = WideStage(blocks, widths[0], widths[1], 1, layer)
        if sub_block:
            self.sub_block1 = WideStage(blocks, widths[0], widths[1], 1, layer)
        self.block2 = WideStage(blocks, widths[1], widths[2], 2, layer)
        self.block3 = WideStage(blocks, widths[2], widths[3], 2, layer)
        self.bn1, self.fc = nn.BatchNorm2d(widths[3]), linear(widths[3], CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.block3(self.block2(self.block1(self.conv1(x))))))
        return self.fc(F.avg_pool2d(x, 8).flatten(1))


class Block(nn.Module):
    """Of a ResNet: convolutions, their BatchNorms, a shortcut. `named` is what the shortcut is called."""

    def __init__(self, inputs, width, stride, bottleneck, named):
        super().__init__()
        self.named, outputs = named, 4 * width if bottleneck else width
        if bottleneck:
            self.conv1, self.conv2, self.conv3 = conv1(inputs, width), conv3(width, width, stride), conv1(width, outputs)
            self.bn3 = nn.BatchNorm2d(outputs)
        else:
            self.conv1, self.conv2 = conv3(inputs, width, stride), conv3(width, width)
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
        if stride != 1 or inputs != outputs:
            setattr(self, named, nn.Sequential(conv1(inputs, outputs, stride), nn.BatchNorm2d(outputs)))

    def forward(self, x):
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if hasattr(self, "conv3"):
            residual = self.bn3(self.conv3(F.relu(residual)))
        return F.relu(residual + (getattr(self, self.named)(x) if hasattr(self, self.named) else x))


class PreActBlock(nn.Module):
    def __init__(self, inputs, outputs, stride, shortcut_reads_active):
        super().__init__()
        self.shortcut_reads_active = shortcut_reads_active
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), conv3(inputs, outputs, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(outputs), conv3(outputs, outputs)
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(conv1(inputs, outputs, stride))

    def forward(self, x):
        active = F.relu(self.bn1(x))
        reads = active if self.shortcut_reads_active else x
        return self.conv2(F.relu(self.bn2(self.conv1(active)))) + (self.shortcut(reads) if hasattr(self, "shortcut") else x)


class ResNet(nn.Module):
    """Of small images: conv1, layer1 to layer4, linear."""

    def __init__(self, make_block, widths, blocks, expansion=1, first_norm=True, last_norm=False):
        super().__init__()
        self.conv1, inputs = conv3(3, widths[0]), widths[0]
        if first_norm:
            self.bn1 = nn.BatchNorm2d(inputs)
        for number, width in enumerate(widths):
            stage = []
            for i in range(blocks):
                stage.append(make_block(inputs, width, 2 if number and not i else 1))
                inputs = width * expansion
            setattr(self, f"layer{number + 1}", nn.Sequential(*stage))
        if last_norm:
            self.bn = nn.BatchNorm2d(inputs)
        self.linear = nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.conv1(x)
        if hasattr(self, "bn1"):
            x = F.relu(self.bn1(x))
        for number in range(4):
            x = getattr(self, f"layer{number + 1}")(x)
        if hasattr(self, "bn"):
            x = F.relu(self.bn(x))
        return self.linear(F.avg_pool2d(x, 4).flatten(1))


class LargeResNet(nn.Module):
    """torchvision's: a large first convolution, a max pooling, layer1 to layer4, an average over the map, fc."""

    def __init__(self, bottleneck, widths, blocks, expansion=1):
        super().__init__()
        self.conv1, inputs = nn.Conv2d(3, widths[0], kernel_size=7, stride=2, padding=3, bias=False), widths[0]
        self.bn1, self.maxpool = nn.BatchNorm2d(inputs), nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        for number, width in enumerate(widths):
            stage = []
            for i in range(blocks[number]):
                stage.append(Block(inputs, width, 2 if number and not i else 1, bottleneck, "downsample"))
                inputs = width * expansion
            setattr(self, f"layer{number + 1}", nn.Sequential(*stage))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(inputs, CLASSES)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for number in range(4):
            x = getattr(self, f"layer{number + 1}")(x)
        return self.fc(self.avgpool(x).flatten(1))


class WithBuffers(nn.Module):
    """Normalises with buffers mu and sigma beside the network's own tensors."""

    def __init__(self, network):
        super().__init__()
        for name, child in network.named_children():
            setattr(self, name, child)
        self.forward_network = type(network).forward
        self.register_buffer("mu", torch.tensor(COLOURS["mean"]).view(1, 3, 1, 1))
        self.register_buffer("sigma", torch.tensor(COLOURS["std"]).view(1, 3, 1, 1))

    def forward(self, x):
        return self.forward_network(self, (x - self.mu) / self.sigma)


class Normalise(nn.Module):
    def __init__(self):
        super().__init__()
        for name, values in COLOURS.items():
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1))

    def forward(self, x):
        return (x - self.mean) / self.std


def normalised(network):
    together = nn.Sequential()
    together.add_module("normalize", Normalise())
    together.add_module("model", network)
    return together


class Reference(nn.Module):
    """vggmini of the papers' reference: average poolings, no biases, dropout's place in the numbers."""

    def __init__(self):
        super().__init__()
        features, inputs = [], 3
        for outputs in (8, 16, 16):
            features += [conv3(inputs, outputs), nn.BatchNorm2d(outputs), nn.ReLU(), nn.AvgPool2d(2)]
            inputs = outputs
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Linear(16 * 16, 24, bias=False), nn.ReLU(), nn.Dropout(0.0), nn.Linear(24, CLASSES, bias=False))

    def forward(self, x):
        return self.classifier(self.features((x - 0.5) / 0.5))


def scored(keep, with_rates, make):
    ScoredConv.keep, ScoredConv.with_rates = keep, with_rates
    return make(ScoredConv, ScoredLinear)


def hydra_vgg(stages, pools_last, layers=(nn.Conv2d, nn.Linear), norms=True):
    return Vgg(stages, pools_last, norms, 2, [6, 5], layers=layers)


def zeroed(save, network):
    """Most weights 0, as after pruning and finetuning."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                layer.weight *= torch.rand_like(layer.weight) < 0.3
    return save


def checkpoint(network, wrapper=""):
    """What HYDRA's training saves: the network's tensors among other things."""
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    network(torch.rand(2, 3, 32, 32)).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    return lambda: {
        "epoch": 3, "arch": "some_network", "state_dict": {wrapper + name: value for name, value in network.state_dict().items()},
        "best_prec1": torch.tensor(81.5), "optimizer": optimizer.state_dict(),
    }


def alone(network):
    return network.state_dict


CASES = {
    "hydra-vgg11-zeros": (
        lambda: hydra_vgg([[3], [3], [4, 4], [4, 4], [5, 5]], False),
        lambda network: zeroed(checkpoint(network, "module."), network), 32),
    "hydra-vgg4-before-1.6": (
        lambda: hydra_vgg([[3, 3], [4, 4]], True), lambda network: checkpoint(network, "module."), 32),
    "hydra-vgg4-scores": (lambda: scored(0.3, False, lambda *layers: hydra_vgg([[3, 3], [4, 5]], True, layers)), checkpoint, 32),
    "hydra-vgg16-plain": (
        lambda: hydra_vgg([[3, 3], [4, 4], [4, 4, 4], [4, 4, 4], [5, 5, 5]], False, norms=False), alone, 32),
    "harp-vgg6-rates": (lambda: scored(0.5, True, lambda *layers: hydra_vgg([[3, 3], [3, 4], [4, 5]], True, layers)), alone, 32),
    "wide-resnet10-sub": (lambda: WideResNet(1, [4, 4, 6, 8], True), lambda network: checkpoint(network, "module."), 32),
    "wide-resnet16-buffers": (lambda: WithBuffers(WideResNet(2, [3, 5, 6, 7], False)), alone, 32),
    "wide-resnet10-scores": (lambda: scored(0.2, True, lambda *layers: WideResNet(1, [4, 6, 7, 8], True, *layers)), alone, 32),
    "cifar-resnet10": (lambda: ResNet(lambda i, w, s: Block(i, w, s, False, "shortcut"), [4, 5, 6, 7], 1), alone, 32),
    "cifar-resnet-bottleneck": (
        lambda: normalised(ResNet(lambda i, w, s: Block(i, w, s, True, "shortcut"), [2, 2, 3, 3], 1, expansion=4)), alone, 32),
    "cifar-resnet10-sequential": (
        lambda: nn.Sequential(Normalise(), ResNet(lambda i, w, s: Block(i, w, s, False, "shortcut"), [3, 4, 5, 6], 1)),
        lambda network: checkpoint(network, "module."), 32),
    "preact-resnet18-v1": (
        lambda: ResNet(lambda i, w, s: PreActBlock(i, w, s, False), [3, 4, 5, 6], 2, first_norm=False), alone, 32),
    "preact-resnet10-v2": (
        lambda: WithBuffers(ResNet(lambda i, w, s: PreActBlock(i, w, s, True), [3, 4, 5, 6], 1, first_norm=False, last_norm=True)),
        alone, 32),
    "torchvision-vgg11": (
        lambda: Vgg([[2], [3], [3, 3], [4, 4], [4, 4]], True, False, 7, [6, 5], biases=True, dropout=0.5), alone, 224),
    "torchvision-vgg16_bn": (
        lambda: Vgg([[2, 2], [3, 3], [3, 3, 3], [4, 4, 4], [4, 4, 4]], True, True, 7, [6, 5], biases=True, dropout=0.5), alone, 224),
    "torchvision-resnet10": (lambda: LargeResNet(False, [3, 4, 5, 6], [1, 1, 1, 1]), alone, 224),
    "torchvision-resnet-bottleneck": (lambda: LargeResNet(True, [2, 2, 3, 3], [1, 2, 1, 1], expansion=4), alone, 61),
    "reference-vggmini": (Reference, alone, 32),
}

# What torchvision's users put in front of its networks.
OUTSIDE = {"torchvision": ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])}


def images(size):
    i = torch.arange(2 * 3 * size * size, dtype=torch.int64)
    return ((i * i * 31 + i * 17) % 251).double().div(250).float().view(2, 3, size, size)


def randomise(network):
    """Everything that starts as 0 or 1, so that what is left out is seen."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.uniform_(layer.bias, -0.5, 0.5)
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.5, 1.5)
        elif isinstance(layer, (nn.Conv2d, nn.Linear)) and layer.bias is not None:
            nn.init.uniform_(layer.bias, -0.3, 0.3)


def write(folder, case):
    torch.manual_seed(sum(map(ord, case)))
    make, saves, size = CASES[case]
    network = make()
    randomise(network)
    save = saves(network)
    network.eval()
    pixels = images(size)
    for family, (mean, std) in OUTSIDE.items():
        if case.startswith(family):
            pixels = (pixels - torch.tensor(mean).view(1, 3, 1, 1)) / torch.tensor(std).view(1, 3, 1, 1)
    with torch.no_grad():
        logits = network(pixels)
    torch.save(save(), os.path.join(folder, case + ".pth"), _use_new_zipfile_serialization="before-1.6" not in case)
    torch.save({"logits": logits}, os.path.join(folder, case + ".logits.pth"))


if __name__ == "__main__":
    for name in sys.argv[2:] or CASES:
        write(sys.argv[1], name)
