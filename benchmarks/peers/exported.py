"""What the peers share: networks that `rsnn export` wrote, test images of CIFAR-10, and ledgers that `rsnn evaluate` wrote.

Nothing here needs more than PyTorch and numpy. What is not as expected ends the program with a sentence that says where.
"""
import json
import os
import struct
import numpy
import torch


class Exported:
    """A file of dense tensors under the names of the reference's state_dict, and what it says of its network."""

    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                length, = struct.unpack("<Q", file.read(8))
                header = json.loads(file.read(min(length, os.path.getsize(path))))
                data = file.read()
        except (OSError, ValueError, struct.error) as mistake:
            raise SystemExit(f"{path}: expected a file that rsnn export wrote: {mistake}")
        self.path = path
        self.metadata = header.pop("__metadata__", {})
        if "network" not in self.metadata:
            raise SystemExit(f"{path}: expected a file that rsnn export wrote, found no description of a network in it")
        if self.metadata["spiking"] != "true":
            raise SystemExit(f"{path}: expected a spiking network, found an ANN")
        self.tensors = {name: self._tensor(name, entry, data) for name, entry in header.items()}
        network = json.loads(self.metadata["network"])
        self.nodes = network["nodes"]
        self.classes = network["classes"]
        self.leak = network["neurons"]["leak"]
        self.soft_reset = network["neurons"]["reset"] == "soft"
        self.timesteps = int(self.metadata["timesteps"])
        self.architecture = self.metadata["architecture"]

    def _tensor(self, name, entry, data):
        if entry["dtype"] != "F32":
            raise SystemExit(f"{self.path}: tensor '{name}' expected F32, found {entry['dtype']}: export the checkpoint first (rsnn export)")
        begin, end = entry["data_offsets"]
        return torch.from_numpy(numpy.frombuffer(data[begin:end], "<f4").copy()).reshape(entry["shape"])


def test_images(directory):
    """The 10,000 test images of CIFAR-10, (10000, 3, 32, 32) in [0, 1], and their labels, from its binary files."""
    for folder in (directory, os.path.join(directory, "cifar-10-batches-bin")):
        path = os.path.join(folder, "test_batch.bin")
        if os.path.exists(path):
            rows = numpy.fromfile(path, numpy.uint8)
            if rows.size != 10000 * 3073:
                raise SystemExit(f"{path}: expected {10000 * 3073} bytes, found {rows.size}")
            rows = rows.reshape(10000, 3073)
            # A division, as torchvision's ToTensor: a multiplication by 1/255 is another float.
            return torch.from_numpy(rows[:, 1:].reshape(-1, 3, 32, 32).copy()).float().div(255), torch.from_numpy(rows[:, 0].astype(numpy.int64))
    raise SystemExit(f"{directory}: expected CIFAR-10's binary files, found no test_batch.bin")


class Ledger:
    """A complete ledger of one ball: samples in their order, labels and predictions by sample, and what each member did to each."""

    def __init__(self, path):
        with open(path) as file:
            lines = [json.loads(line) for line in file]
        if not lines[0]["complete"]:
            raise SystemExit(f"{path}: expected a complete ledger, found one of an evaluation that was broken off")
        self.path = path
        self.members = [member for attack in lines[0]["attacks"] for member in attack["members"]]
        self.rows = {line["sample"]: line for line in lines[1:]}
        self.samples = list(self.rows)

    def correct(self, sample):
        """Whether the network has the clean image right."""
        return self.rows[sample]["prediction"] == self.rows[sample]["label"]

    def robust(self, attack, estimator, sample):
        """Whether the network has the image right, clean and under that attack with that estimator alone."""
        if not self.correct(sample):
            return False
        (member,) = (member for member in self.members if member.startswith(f"{attack} {estimator} "))
        found = self.rows[sample].get("found", {})
        if member not in found:
            raise SystemExit(f"{self.path}: sample {sample}: expected a finding of {member}, found none")
        return not found[member][0]
