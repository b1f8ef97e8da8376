"""The model of recipes/five-digits in PyTorch, trained as usual: shuffled batches, each input padded to the longest of the
batch, absent samples as padding. It begins with our weights.

A server: reads {"epochs": n} a line on standard input and answers {"ms": [...], "cpuMs": [...], "loss": mean of the last
epoch, "weights": n}; {"check": true} is answered with {"loss": of a batch, "gradientNorm": its}.
Usage: theirs.py '{"folder": "where arrays.bin and arrays.json are", "threads": 2}'
"""

import json
import math
import os
import sys
import time
from itertools import combinations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from our_weights import OurWeights

PLAN = json.loads(sys.argv[1])
WIDTH, HEADS = 64, 4
INPUTS = ["audio", "image", "sensor", "text", "video"]
VIEWS = [("image", "sensor"), ("image", "video"), ("sensor", "video")]
TYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}
# With what the usual loop does without: padding of strided convolutions as TensorFlow has it, and zeros under the padding
# of sounds between convolutions. For the comparison of losses.
EXACT = False


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x, valid):
        batch, tokens, _ = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        # A sample without tokens attends to its padding, which is cut away behind.
        seen = (valid | ~valid.any(1, keepdim=True))[:, None, None, :]
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=seen)
        return self.output(mixed.transpose(1, 2).reshape(batch, tokens, WIDTH))


def mlp(fan_in, hidden, fan_out):
    return nn.Sequential(nn.Linear(fan_in, hidden), nn.GELU(), nn.Linear(hidden, fan_out))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention, self.mlp = Attention(), mlp(WIDTH, 4 * WIDTH, WIDTH)

    def forward(self, x, valid):
        x = x + self.attention(self.norm1(x), valid)
        return x + self.mlp(self.norm2(x))


class SpaceTimeBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(WIDTH) for _ in range(3))
        self.space, self.time, self.mlp = Attention(), Attention(), mlp(WIDTH, 4 * WIDTH, WIDTH)

    def forward(self, x, there):
        batch, steps, places, _ = x.shape
        frames = self.norm1(x).flatten(0, 1)
        x = x + self.space(frames, there.reshape(-1, 1).expand(-1, places)).view(x.shape)
        tracks = self.norm2(x).transpose(1, 2).reshape(batch * places, steps, WIDTH)
        mixed = self.time(tracks, there.repeat_interleave(places, 0))
        x = x + mixed.view(batch, places, steps, WIDTH).transpose(1, 2)
        return x + self.mlp(self.norm3(x))


class ChannelNorm(nn.LayerNorm):
    """Over the channels of a map `[B,C,H,W]`, which lies in memory channels last."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def strided(convolution, x, padding):
    if not EXACT:
        return convolution(x)
    apply = F.conv2d if x.dim() == 4 else F.conv1d
    return apply(F.pad(x, padding), convolution.weight, convolution.bias, convolution.stride)


class Residual(nn.Module):
    def __init__(self, fan_in, fan_out, stride, activation):
        super().__init__()
        self.reduce = nn.Conv2d(fan_in, fan_out, 3, stride, 1, bias=False)
        self.refine = nn.Conv2d(fan_out, fan_out, 3, 1, 1, bias=False)
        self.shortcut = nn.Conv2d(fan_in, fan_out, 1, stride, bias=False)
        self.norm1, self.norm2 = ChannelNorm(fan_out), ChannelNorm(fan_out)
        self.activation = activation

    def forward(self, x, heard=None):
        reduced = self.cut(self.activation(self.norm1(strided(self.reduce, x, (0, 1, 0, 1)))), heard)
        return self.cut(self.activation(self.norm2(self.refine(reduced)) + self.around(x)), heard)

    def around(self, x):
        if x.shape[1] > 1:
            return self.shortcut(x)
        # The same by a product: with AVX2 alone PyTorch 2.7's gradient of a 1 x 1 convolution of one channel, channels
        # last, never ends or crashes.
        down, right = self.shortcut.stride
        return x[:, :, ::down, ::right] * self.shortcut.weight[:, 0]

    def cut(self, x, heard):
        """Zeros where nothing is heard, `heard [B,T]`."""
        if not EXACT or heard is None:
            return x
        return x * heard.repeat_interleave(x.shape[2] // heard.shape[1], 1)[:, None, :, None]


def stages(widths, activation=F.relu):
    pairs = zip([1, *widths], widths)
    return nn.ModuleList(Residual(a, b, 2, activation) for a, b in pairs).to(memory_format=torch.channels_last)


def through(stages, x, heard=None):
    for stage in stages:
        x = stage(x, heard)
    return x


def table(*shape):
    return nn.Parameter(0.02 * torch.randn(*shape))


def standardisation(module, channels):
    module.register_buffer("mean", torch.zeros(channels))
    module.register_buffer("std", torch.ones(channels))


class Image(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages, self.positions, self.norm = stages([16, 32, 64]), table(16, WIDTH), nn.LayerNorm(WIDTH)
        standardisation(self, 1)

    def forward(self, x):
        pixels = (x["pixels"] - self.mean) / self.std * x["valid"][:, :1, None, None]
        maps = through(self.stages, pixels.permute(0, 3, 1, 2))
        return self.norm(maps.permute(0, 2, 3, 1).flatten(1, 2) + self.positions)


class Audio(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages, self.tokens = stages([16, 32, 64], F.gelu), nn.Linear(320, WIDTH)
        self.positions, self.norm = table(375, WIDTH), nn.LayerNorm(WIDTH)
        standardisation(self, 40)

    def forward(self, x):
        mel, heard = x["mel"].flatten(0, 1), x["heard"].flatten(0, 1)
        frames = heard.repeat_interleave(mel.shape[1] // heard.shape[1], 1)[..., None]
        mel = (mel - self.mean) / self.std * frames
        maps = through(self.stages, mel[:, None], heard.float()).permute(0, 2, 3, 1)
        return self.norm(self.tokens(maps.flatten(2)) + self.positions[: maps.shape[1]])


class Video(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages, self.embed = stages([8, 24, 64]), nn.Linear(64, WIDTH)
        self.positions, self.block, self.norm = table(16, WIDTH), SpaceTimeBlock(), nn.LayerNorm(WIDTH)
        self.register_buffer("rates", torch.empty(32))
        standardisation(self, 1)

    def forward(self, x):
        batch, steps = x["since"].shape
        frames = (x["pixels"].float() / 255 - self.mean) / self.std * x["there"].any(2)[..., None, None]
        maps = through(self.stages, frames.view(batch * steps, 1, 32, 32)).permute(0, 2, 3, 1)
        angles = x["since"][..., None] * self.rates
        waves = torch.cat([angles.sin(), angles.cos()], 2)[:, :, None]
        values = self.embed(maps.reshape(batch, steps, 16, 64)) + self.positions + waves
        values = self.norm(self.block(values, x["there"].any(2))).flatten(1, 2)
        # Tokens are padded to the longest too, which may be more or less than whole steps.
        tokens = x["valid"].shape[1]
        return F.pad(values, (0, 0, 0, max(0, tokens - values.shape[1])))[:, :tokens]


class Sensor(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1, self.norm1 = nn.Conv1d(8, 32, 5, 2, 2), nn.LayerNorm(32)
        self.stage2, self.norm2 = nn.Conv1d(32, 64, 5, 2, 2), nn.LayerNorm(64)
        self.embed, self.positions = nn.Linear(192, WIDTH), table(512, WIDTH)
        self.blocks, self.norm = nn.ModuleList([Block(), Block()]), nn.LayerNorm(WIDTH)

    def forward(self, x):
        batch, tokens = x["valid"].shape
        points = torch.cat([x["values"], x["present"]], 2).view(batch * tokens, 10, 8).transpose(1, 2)
        maps = F.gelu(self.norm1(strided(self.stage1, points, (1, 2)).transpose(1, 2)))
        maps = F.gelu(self.norm2(self.stage2(maps.transpose(1, 2)).transpose(1, 2)))
        values = self.embed(maps.reshape(batch, tokens, 192)) + self.positions[:tokens]
        for block in self.blocks:
            values = block(values, x["valid"])
        return self.norm(values)


class Text(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(classes, WIDTH), table(48, WIDTH)
        self.block, self.norm = Block(), nn.LayerNorm(WIDTH)

    def forward(self, x):
        values = self.embedding(x["ids"]) + self.positions[: x["ids"].shape[1]]
        return self.norm(self.block(values, x["valid"]))


class Model(nn.Module):
    def __init__(self, classes):
        super().__init__()
        towers = {"audio": Audio(), "image": Image(), "sensor": Sensor(), "text": Text(classes), "video": Video()}
        self.towers = nn.ModuleDict(towers)
        self.align = nn.ModuleDict({name: nn.Linear(WIDTH, WIDTH) for name in INPUTS})
        self.absent = nn.ParameterDict({name: table(1, WIDTH) for name in INPUTS})
        self.norm, self.mlp = nn.LayerNorm(5 * WIDTH), mlp(5 * WIDTH, 4 * WIDTH, WIDTH)
        self.digit = nn.Linear(WIDTH, 10)
        pairs = [*combinations(INPUTS, 2), *VIEWS]
        self.scales = nn.ParameterList(nn.Parameter(torch.tensor(math.log(1 / 0.07))) for _ in pairs)
        self.pairs = pairs

    def forward(self, batch):
        pooled, present = {}, {name: batch["present"][name] for name in INPUTS}
        for name in INPUTS:
            arrays = batch["inputs"][name]
            weight = arrays["valid"][..., None].float()
            values = self.align[name](self.towers[name](arrays)) * weight
            pooled[name] = values.sum(1) / weight.sum(1).clamp(min=1)
        joined = [torch.where(present[name][:, None], pooled[name], self.absent[name]) for name in INPUTS]
        logits = self.digit(self.mlp(self.norm(torch.cat(joined, 1))))
        loss = F.cross_entropy(logits, batch["digit"].long(), label_smoothing=0.05)
        unit = {name: F.normalize(pooled[name], dim=-1) for name in INPUTS}
        same = batch["digit"][:, None] == batch["digit"]
        for index, (a, b) in enumerate(self.pairs):
            both = present[a] & present[b]
            similarity = self.scales[index].exp() * unit[a] @ unit[b].T
            own = same if index < 10 else torch.eye(len(both), dtype=torch.bool)
            share = 1 / 10 if index < 10 else 0.3 / 3
            loss = loss + share * (contrast(similarity, own, both) + contrast(similarity.T, own, both)) / 2
        return loss


def contrast(logits, positive, both):
    """InfoNCE over the samples that have both inputs; several positives share the mean."""
    chosen = (positive & both & both[:, None]).float()
    attracted = (logits * chosen).sum(1) / chosen.sum(1).clamp(min=1)
    lost = torch.logsumexp(logits.masked_fill(~both, -1e9), 1) - attracted
    return (lost * both).sum() / both.sum().clamp(min=1)


def read_arrays(folder):
    """What write-arrays.mjs wrote: tensors in place of `{dtype, shape, at}`."""
    numbers = np.fromfile(os.path.join(folder, "arrays.bin"), dtype=np.uint8)

    def tensor(entry):
        kind, count = np.dtype(TYPES[entry["dtype"]]), math.prod(entry["shape"])
        part = numbers[entry["at"] : entry["at"] + count * kind.itemsize]
        return torch.from_numpy(part.view(kind).reshape(entry["shape"]).copy())

    def tensors(tree):
        if isinstance(tree, list):
            return [tensors(branch) for branch in tree]
        return tensor(tree) if "dtype" in tree else {name: tensors(branch) for name, branch in tree.items()}

    with open(os.path.join(folder, "arrays.json")) as file:
        return tensors(json.load(file))


def train(model, optimiser, batches):
    """An epoch; its mean loss."""
    losses = []
    for batch in batches:
        optimiser.zero_grad(set_to_none=True)
        loss = model(batch)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


def check(model, batch):
    global EXACT
    EXACT = True
    model.zero_grad()
    loss = model(batch)
    loss.backward()
    norm = torch.linalg.vector_norm(torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None]))
    EXACT = False
    return {"loss": loss.item(), "gradientNorm": norm.item()}


def main():
    torch.set_num_threads(PLAN["threads"])
    given = read_arrays(PLAN["folder"])
    model = Model(given["weights"]["text/embedding"].shape[0])
    weights = OurWeights(given["weights"])
    weights.model(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    for line in sys.stdin:
        question = json.loads(line)
        if question.get("check"):
            print(json.dumps({**check(model, given["check"]), "left": sorted(weights.left)}), flush=True)
            continue
        ms, cpu, loss = [], [], None
        for _ in range(question["epochs"]):
            start, used = time.perf_counter(), time.process_time()
            loss = train(model, optimiser, given["batches"])
            ms.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - used))
        count = sum(parameter.numel() for parameter in model.parameters())
        print(json.dumps({"ms": ms, "cpuMs": cpu, "loss": loss, "weights": count}), flush=True)


main()
