#!/usr/bin/python3
"""How fast kikitori-trainer trains against the same network, written in Python with PyTorch (Debian: python3-torch).

    Benchmarks/training_throughput.py --trainer build/bin/kikitori-trainer --manifest MANIFEST.jsonl

Both train by turns in one run, with one thread, on batches of 90 s: audio seconds a second, and the ratio of each round.
The Python side gets random features of the same lengths ready-made; the trainer reads, varies and joins real ones, so the
comparison leans to Python. Needs nothing but python3-torch and numpy.
"""
import argparse
import json
import math
import os
import random
import statistics
import subprocess
import tempfile
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import torch
from torch import nn
import torch.nn.functional as F

MELS, CHANNELS, SIZE, LAYERS, HEADS, KERNEL, LEFT, HEAD_FRAMES, VOCABULARY = 80, 48, 144, 8, 4, 9, 64, 2, 29
BATCH_SECONDS = 90.0


def positions(frames):
    distance = torch.arange(frames - 1, -frames, -1, dtype=torch.float32).unsqueeze(1)
    rate = torch.exp(torch.arange(0, SIZE, 2, dtype=torch.float32) * (-math.log(10000.0) / SIZE))
    angle = distance * rate
    return torch.stack([torch.sin(angle), torch.cos(angle)], 2).view(2 * frames - 1, SIZE)


class FeedForward(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(SIZE, 4 * SIZE), nn.SiLU(), nn.Linear(4 * SIZE, SIZE))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(SIZE, SIZE) for _ in range(4))
        self.position = nn.Linear(SIZE, SIZE, bias=False)
        self.u = nn.Parameter(torch.zeros(HEADS, SIZE // HEADS))
        self.v = nn.Parameter(torch.zeros(HEADS, SIZE // HEADS))

    def forward(self, x, table, masked):
        batch, frames, _ = x.shape
        width = SIZE // HEADS
        q = self.query(x).view(batch, frames, HEADS, width)
        k = self.key(x).view(batch, frames, HEADS, width).permute(0, 2, 3, 1)
        v = self.value(x).view(batch, frames, HEADS, width).transpose(1, 2)
        p = self.position(table).view(2 * frames - 1, HEADS, width).permute(1, 2, 0)
        content = torch.matmul((q + self.u).transpose(1, 2), k)
        distance = torch.matmul((q + self.v).transpose(1, 2), p)
        distance = F.pad(distance, (1, 0)).view(batch, HEADS, 2 * frames, frames)[:, :, 1:]
        distance = distance.reshape(batch, HEADS, frames, 2 * frames - 1)[..., :frames]
        weights = torch.softmax(((content + distance) / math.sqrt(width)).masked_fill(masked, -1e4), -1)
        return self.out(torch.matmul(weights, v).transpose(1, 2).reshape(batch, frames, SIZE))


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(SIZE, 2 * SIZE)
        self.depthwise = nn.Conv1d(SIZE, SIZE, KERNEL, groups=SIZE)
        self.norm = nn.LayerNorm(SIZE)
        self.second = nn.Linear(SIZE, SIZE)

    def forward(self, x):
        gated = F.glu(self.first(x), -1).transpose(1, 2)
        mixed = self.depthwise(F.pad(gated, (KERNEL - 1, 0))).transpose(1, 2)
        return self.second(F.silu(self.norm(mixed)))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(SIZE) for _ in range(5))
        self.feed1, self.attention, self.convolution, self.feed2 = FeedForward(), Attention(), Convolution(), FeedForward()
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, table, masked):
        x = x + 0.5 * self.dropout(self.feed1(self.norms[0](x)))
        x = x + self.dropout(self.attention(self.norms[1](x), table, masked))
        x = x + self.dropout(self.convolution(self.norms[2](x)))
        x = x + 0.5 * self.dropout(self.feed2(self.norms[3](x)))
        return self.norms[4](x)


class Conformer(nn.Module):
    """Backend/Training/Conformer.cpp, module by module."""

    def __init__(self):
        super().__init__()
        self.conv0 = nn.Conv2d(1, CHANNELS, 3, stride=2)
        self.conv2 = nn.Conv2d(CHANNELS, CHANNELS, 3, stride=2, groups=CHANNELS)
        self.conv3 = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.conv5 = nn.Conv2d(CHANNELS, CHANNELS, 3, stride=2, groups=CHANNELS)
        self.conv6 = nn.Conv2d(CHANNELS, CHANNELS, 1)
        self.front = nn.Linear(CHANNELS * MELS // 8, SIZE)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(SIZE, HEAD_FRAMES * VOCABULARY)
        self.intermediate = nn.Linear(SIZE, HEAD_FRAMES * VOCABULARY)
        self.dropout = nn.Dropout(0.1)

    def forward(self, features, lengths, chunk):
        def padded(x):
            return F.pad(x, (1, 0, 1, 0))

        x = torch.relu(self.conv0(padded(features.unsqueeze(1))))
        x = torch.relu(self.conv3(self.conv2(padded(x))))
        x = torch.relu(self.conv6(self.conv5(padded(x))))
        x = self.dropout(self.front(x.transpose(1, 2).flatten(2)))
        batch, frames, _ = x.shape
        column = torch.arange(frames)
        masked = torch.zeros(frames, frames, dtype=torch.bool)
        if chunk > 0:
            first = torch.div(column, chunk, rounding_mode="floor").unsqueeze(1) * chunk
            masked = (column < first - LEFT) | (column >= first + chunk)
        masked = (masked.unsqueeze(0) | (column >= lengths.unsqueeze(1)).unsqueeze(1)).unsqueeze(1)
        masked = masked & ~torch.eye(frames, dtype=torch.bool)
        table = positions(frames)
        middle = None
        for i, layer in enumerate(self.layers):
            x = layer(x, table, masked)
            if i + 1 == LAYERS // 2:
                middle = self.intermediate(x).view(batch, frames * HEAD_FRAMES, VOCABULARY)
        return self.head(x).view(batch, frames * HEAD_FRAMES, VOCABULARY), middle


def python_rate(steps, seed):
    """Audio seconds a second; lengths as the trainer's items have them: 2 to 12 s, like ones together."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    draw = random.Random(seed)
    model, average = Conformer(), Conformer()
    model.train()
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.02}, {"params": vectors, "weight_decay": 0.0}],
                                  lr=1e-3, betas=(0.9, 0.98))

    def ctc(logits, frames, targets, counts):
        log = torch.log_softmax(logits, -1).transpose(0, 1)
        return F.ctc_loss(log, targets, frames, counts, reduction="sum", zero_infinity=True) / targets.numel()

    audio = began = 0.0
    for step in range(-2, steps):  # two to warm up
        if step == 0:
            audio, began = 0.0, time.monotonic()
        seconds = draw.uniform(2.0, 12.0)
        batch = max(1, int(BATCH_SECONDS / seconds))
        frames = int(seconds * 100) // 8
        features = torch.randn(batch, frames * 8, MELS)
        lengths = torch.full((batch,), frames, dtype=torch.long)
        counts = torch.full((batch,), int(seconds * 14), dtype=torch.long)
        targets = torch.randint(1, VOCABULARY, (int(counts.sum()),))
        last, middle = model(features, lengths, draw.choice([1, 2, 4, 8, 8, 0, 0]))
        loss = 0.7 * ctc(last, lengths * HEAD_FRAMES, targets, counts) + 0.3 * ctc(middle, lengths * HEAD_FRAMES, targets, counts)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        with torch.no_grad():
            for to, value in zip(average.parameters(), model.parameters()):
                to.mul_(0.999).add_(value, alpha=0.001)
        audio += batch * seconds
    return audio / (time.monotonic() - began)


def trainer_rate(trainer, manifest, folder, steps):
    run = {"model_name": "conformer", "dataset_name": "benchmark", "manifests": [manifest], "epochs": 1000,
           "checkpoint_dir": tempfile.mkdtemp(dir=folder), "cache_dir": os.path.join(folder, "cache"), "easy_epochs": 0,
           "batch_seconds": BATCH_SECONDS, "threads": 1, "nice": 0, "progress_steps": 1, "validation_utterances": 0}
    path = os.path.join(folder, "run.json")
    with open(path, "w") as file:
        json.dump(run, file)
    process = subprocess.Popen([trainer, "--config", path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    audio, spent, seen = 0.0, 0.0, 0
    for line in process.stdout:
        message = json.loads(line)
        if message["type"] == "error":
            raise SystemExit(line)
        if message["type"] != "progress":
            continue
        seen += 1
        if seen <= 2:
            continue
        rate, utterances = message["payload"]["audio_seconds_per_second"], message["payload"]["samples_per_second"]
        if rate > 0 and utterances > 0:
            audio += BATCH_SECONDS  # each step has about as much
            spent += BATCH_SECONDS / rate
        if seen >= steps + 2:
            break
    process.stdin.write("stop\n")
    process.stdin.close()
    process.stdout.read()
    process.wait()
    return audio / spent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainer", required=True)
    parser.add_argument("--manifest", required=True)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(arguments.rounds):
            ours = trainer_rate(os.path.abspath(arguments.trainer), os.path.abspath(arguments.manifest), folder, arguments.steps)
            theirs = python_rate(arguments.steps, i)
            ratios.append(ours / theirs)
            print(f"round {i + 1}: kikitori-trainer {ours:.1f}, Python {theirs:.1f} audio seconds a second, ratio {ours / theirs:.2f}",
                  flush=True)
    print(f"median ratio {statistics.median(ratios):.2f} (PyTorch {torch.__version__}, one thread each)")


if __name__ == "__main__":
    main()
