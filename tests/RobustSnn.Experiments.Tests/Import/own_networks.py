"""Writes a small CNN of nobody's architecture, its images and its logits: own_networks.py FOLDER CASE, where CASE is norms or plain."""
import sys

import torch
from torch import nn

folder, case = sys.argv[1:]
torch.manual_seed(3)


class Norms(nn.Module):
    """Biases before BatchNorm; modules that were made in another order than kind by kind."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1, bias=False)
        self.norm_a, self.norm_b = nn.BatchNorm2d(8), nn.BatchNorm2d(8)
        self.hidden, self.out = nn.Linear(8 * 4 * 4, 12), nn.Linear(12, 5)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.norm_a(self.first(x))), 2)
        x = nn.functional.avg_pool2d(torch.relu(self.norm_b(self.second(x))), 2)
        return self.out(torch.relu(self.hidden(x.flatten(1))))


plain = nn.Sequential(
    nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2),
    nn.Flatten(), nn.Linear(8 * 4 * 4, 12), nn.ReLU(), nn.Linear(12, 5))
model = plain if case == "plain" else Norms()
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        for tensor, low, high in ((module.weight, 0.5, 1.5), (module.bias, -0.5, 0.5), (module.running_mean, -0.3, 0.3), (module.running_var, 0.5, 2)):
            nn.init.uniform_(tensor, low, high)
model.eval()
images = torch.rand(4, 3, 16, 16)
mean, deviation = torch.tensor([0.5, 0.4, 0.3]).view(3, 1, 1), torch.tensor([0.2, 0.25, 0.3]).view(3, 1, 1)
with torch.no_grad():
    logits = model((images - mean) / deviation)
torch.save(model.state_dict(), f"{folder}/model.pth")
torch.save({"images": images, "logits": logits}, f"{folder}/logits.pth")
