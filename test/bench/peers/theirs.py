"""The model of ours.mjs in PyTorch: two towers of pre-norm transformer blocks, InfoNCE, AdamW, clipping.

A server: reads {"steps": n} a line on standard input, runs n steps and answers {"ms": [...], "cpuMs": [...], "rssMb": peak, ...}.
Usage: theirs.py '{"batch": 64, "threads": 2, "classes": 1000, "tokens": 32, "squares": 64, "side": 192, "width": 256, ...}'
"""

import json
import math
import resource
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

PLAN = json.loads(sys.argv[1])


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.expand = nn.Linear(width, 4 * width)
        self.contract = nn.Linear(4 * width, width)

    def forward(self, x, valid):
        batch, tokens, width = x.shape
        split = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=valid[:, None, None, :])
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, tokens, width))
        return x + self.contract(F.gelu(self.expand(self.norm2(x))))


class Tower(nn.Module):
    """Tokens `[B, T, width]` -> a pooled vector `[B, width]`."""

    def __init__(self, width, layers, heads, tokens):
        super().__init__()
        self.positions = nn.Parameter(0.02 * torch.randn(tokens, width))
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.align = nn.Linear(width, width)

    def forward(self, x, valid):
        x = x + self.positions
        for block in self.blocks:
            x = block(x, valid)
        weight = valid[..., None].float()
        x = self.align(self.norm(x)) * weight
        return F.normalize(x.sum(1) / weight.sum(1).clamp(min=1), dim=-1)


class Model(nn.Module):
    def __init__(self, classes, tokens, squares, side, width, layers, heads):
        super().__init__()
        self.embedding = nn.Embedding(classes, width)
        self.embed = nn.Linear(side, width)
        self.text = Tower(width, layers, heads, tokens)
        self.image = Tower(width, layers, heads, squares)
        self.scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def forward(self, ids, ids_valid, pixels, pixels_valid):
        text = self.text(self.embedding(ids), ids_valid)
        image = self.image(self.embed(patches(pixels, PLAN["patch"])), pixels_valid)
        logits = self.scale.exp() * image @ text.T
        own = torch.arange(len(logits))
        return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def patches(pixels, side):
    batch, height, width, channels = pixels.shape
    grid = pixels.view(batch, height // side, side, width // side, side, channels).permute(0, 1, 3, 2, 4, 5)
    return grid.reshape(batch, -1, side * side * channels)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(PLAN["threads"])
    names = ("classes", "tokens", "squares", "side", "width", "layers", "heads")
    model = Model(**{name: PLAN[name] for name in names})
    if PLAN.get("compile"):
        model = torch.compile(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.1)
    batch, tokens, size = PLAN["batch"], PLAN["tokens"], PLAN["size"]
    ids = torch.randint(0, PLAN["classes"], (batch, tokens))
    pixels = torch.rand(batch, size, size, 3)
    valid = torch.ones(batch, tokens, dtype=torch.bool), torch.ones(batch, PLAN["squares"], dtype=torch.bool)
    for line in sys.stdin:
        ms, cpu, loss = [], [], None
        for _ in range(json.loads(line)["steps"]):
            start, used = time.perf_counter(), time.process_time()
            optimiser.zero_grad(set_to_none=True)
            loss = model(ids, valid[0], pixels, valid[1])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            loss = loss.item()
            ms.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - used))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        weights = sum(parameter.numel() for parameter in model.parameters())
        print(json.dumps({"ms": ms, "cpuMs": cpu, "rssMb": peak, "loss": loss, "weights": weights}), flush=True)


main()
