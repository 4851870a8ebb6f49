#!/usr/bin/python3
"""200 idle and 20 active streams on one backend, by turns without and with a training: how far the words lag behind.

    Benchmarks/streams_under_training.py --check
    Benchmarks/streams_under_training.py [--seconds 600] [--rounds 3] [--manifest MANIFEST.jsonl]

Without more options: three rounds of two turns of ten minutes, an hour of streams, with a training on the tests' own
utterances. With --check it ends with code 1 when a bar is missed: p95 of the turns with training (median) at most 20 % or
40 ms above that of those without, and the backend's memory at most 1 % larger at the end than after the first round.

Lag: from the moment at which a sample left here to the moment at which the backend's `processed` said that the model has
looked at it; a chunk of 320 ms bounds it from below. The active streams send noise in real time that comes and goes like
speech (silence costs next to nothing). Prints p50 and p95 of each turn, the ratio of the medians, and the backend's
memory. Needs nothing but Python.
"""
import argparse
import array
import asyncio
import json
import os
import pathlib
import random
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

RATE, FRAME = 16000, 0.04
START = json.dumps({"type": "start", "protocol": 2, "sample_rate": RATE, "format": "i16"})


def frame(opcode, payload):
    size = len(payload)
    head = bytes([0x80 | opcode])
    head += bytes([0x80 | size]) if size < 126 else bytes([0xFE]) + struct.pack(">H", size)
    return head + b"\0\0\0\0" + payload  # a mask of zeros is a mask


class Stream:
    """One WebSocket; `lags` in seconds."""

    def __init__(self):
        self.lags, self.sent, self.samples = [], [], 0

    async def open(self, port):
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        await self.reader.readuntil(b"\r\n\r\n")
        self.listening = asyncio.create_task(self.listen())

    async def listen(self):
        try:
            while True:
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size == 126:
                    size = struct.unpack(">H", await self.reader.readexactly(2))[0]
                elif size == 127:
                    size = struct.unpack(">Q", await self.reader.readexactly(8))[0]
                payload = await self.reader.readexactly(size)
                if first & 15 == 9:
                    self.writer.write(frame(10, payload))
                elif first & 15 == 1 and b'"processed"' in payload[:60]:
                    self.note(json.loads(payload)["payload"]["samples"], time.monotonic())
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass

    def note(self, position, now):
        index = position // int(RATE * FRAME) - 1
        if 0 <= index < len(self.sent):
            self.lags.append(now - self.sent[index])

    async def speak(self, seconds, seed):
        self.writer.write(frame(1, START.encode()))
        draw = random.Random(seed)
        noise = [array.array("h", (int(draw.gauss(0, 2000)) for _ in range(int(RATE * FRAME)))).tobytes() for _ in range(8)]
        quiet = bytes(len(noise[0]))
        await asyncio.sleep(draw.uniform(0, 1))  # not all in one beat
        began = time.monotonic()
        for i in range(int(seconds / FRAME)):
            await asyncio.sleep(max(0.0, began + (i + 1) * FRAME - time.monotonic()))
            self.writer.write(frame(2, noise[i % 8] if i % 100 < 75 else quiet))
            self.sent.append(time.monotonic())
        self.writer.write(frame(1, b'{"type":"stop"}'))

    async def close(self):
        self.listening.cancel()
        self.writer.close()


async def post(port, path, body):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    text = json.dumps(body).encode()
    writer.write(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n".encode() + text)
    reply = await reader.read()
    writer.close()
    return reply.split(b"\r\n", 1)[0].decode()


async def is_training(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    reply = await reader.read()
    writer.close()
    return json.loads(reply.split(b"\r\n\r\n", 1)[1])["is_training"]


async def turn(port, options, seed):
    idle = [Stream() for _ in range(options.idle)]
    active = [Stream() for _ in range(options.active)]
    for stream in idle + active:
        await stream.open(port)
    for stream in idle:
        stream.writer.write(frame(1, START.encode()))
    await asyncio.gather(*(stream.speak(options.seconds, seed * 1000 + i) for i, stream in enumerate(active)))
    await asyncio.sleep(1.0)
    for stream in idle + active:
        await stream.close()
    lags = sorted(lag for stream in active for lag in stream.lags)
    assert len(lags) > options.active, "the backend processed nothing"
    return 1000 * lags[len(lags) // 2], 1000 * lags[len(lags) * 95 // 100], len(lags)


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


async def measure(backend, port, options):
    results, warm = {False: [], True: []}, 0.0
    await turn(port, argparse.Namespace(idle=1, active=1, seconds=3), 0)  # loads the model
    for number in range(options.rounds):
        for training in (False, True):
            if training:
                started = await post(port, "/api/train/start", {"model_name": "conformer", "dataset_name": "speech",
                                                                "epochs": 100000, "resume_from_checkpoint": False})
                assert " 200 " in started, started
                await asyncio.sleep(options.settle)
            p50, p95, count = await turn(port, options, number + 1)
            results[training].append(p95)
            await asyncio.sleep(5)  # what the streams held is given back two seconds after their end
            print(f"round {number + 1}, {'training' if training else 'no training'}: lag p50 {p50:.0f} ms, p95 {p95:.0f} ms "
                  f"({count} messages), backend {memory(backend.pid):.1f} MB", flush=True)
            if training:
                assert await is_training(port), "the training has ended by itself"
                await post(port, "/api/train/stop", {})
                while await is_training(port):
                    await asyncio.sleep(1)
            warm = warm or (memory(backend.pid) if training else 0.0)
    end = memory(backend.pid)
    without, with_training = statistics.median(results[False]), statistics.median(results[True])
    in_time = with_training <= max(1.2 * without, without + 40)
    flat = end <= 1.01 * warm
    print(f"p95, median of {options.rounds}: {without:.0f} ms without, {with_training:.0f} ms with training "
          f"(ratio {with_training / without:.2f}, {with_training - without:+.0f} ms): {'holds' if in_time else 'MISSED'}")
    print(f"backend {warm:.1f} MB after the first round, {end:.1f} MB at the end ({100 * end / warm - 100:+.2f} %): "
          f"{'holds' if flat else 'MISSED'}")
    return in_time and flat


def repeated(speech, folder, times=40):
    """A manifest of those utterances as training data, long enough for an epoch of minutes."""
    lines = [json.loads(line) for line in (speech / "manifest.jsonl").read_text().splitlines()]
    path = os.path.join(folder, "manifest.jsonl")
    with open(path, "w") as file:
        for number in range(times):
            for line in lines:
                split = "dev" if number == 0 else "train"
                file.write(json.dumps({**line, "audio": str(speech / line["audio"]), "split": split}) + "\n")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    top = pathlib.Path(__file__).resolve().parent.parent
    parser.add_argument("--backend", default=top / "build/bin/kikitori-backend")
    parser.add_argument("--models", default=top / "Assets/models")
    parser.add_argument("--manifest", help="what the training hears; without it, the tests' utterances many times")
    parser.add_argument("--check", action="store_true", help="code 1 when a bar is missed")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--idle", type=int, default=200)
    parser.add_argument("--active", type=int, default=20)
    parser.add_argument("--settle", type=float, default=10, help="seconds from the training's start to the streams'")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config.yaml")
        manifest = options.manifest or repeated(top / "Tests/Fixtures/speech", folder)
        with open(config, "w") as file:
            file.write(f"available_datasets: [speech]\ndatasets: {{speech: {os.path.abspath(manifest)}}}\n"
                       f"realtime: {{max_sessions: {options.idle + options.active + 10}}}\n")
        backend = subprocess.Popen([options.backend, "--config", config, "--port", "0", "--models", options.models, "--data", folder],
                                   stderr=subprocess.PIPE, text=True)
        try:
            port = next(int(found[1]) for line in backend.stderr if (found := re.search(r"listening on [\d.]+:(\d+)", line)))
            threading.Thread(target=backend.stderr.read, daemon=True).start()
            holds = asyncio.run(measure(backend, port, options))
            sys.exit(1 if options.check and not holds else 0)
        finally:
            backend.terminate()
            backend.wait(90)


if __name__ == "__main__":
    main()
