"""Streams speech to a backend from several clients at once, each at the speed of speech, and tells how it kept up.

    paced_clients.py BACKEND MODELS_FOLDER AUDIO.wav [--clients 1,10,50,100] [--seconds 30] [--chunk 320] [--core N]

Starts BACKEND on a free port, on one core with --core. AUDIO.wav: 16 kHz, mono, 16 bits. Needs websockets from PyPI.
One row of a table for each number of clients:

first update   begin of the first audio that is not silent to the first partial, median over the clients
lag            the last sample of a piece of audio was sent to the backend's word that it has looked at it
final          stop to the stopped message, median
CPU, memory    the backend's CPU seconds for a second of each stream, and its resident memory at the end
"""
import argparse
import array
import asyncio
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import wave

import websockets

RATE, FRAME = 16000, 640  # 40 ms


class Client:
    def __init__(self, url, frames, chunk):
        self.url, self.frames, self.chunk = url, frames, chunk
        self.lags, self.first_update, self.final, self.errors, self.words = [], None, None, 0, 0

    async def run(self, delay):
        await asyncio.sleep(delay)
        try:
            async with websockets.connect(self.url, max_size=None) as socket:
                await self.stream(socket)
        except Exception as error:
            self.errors += 1
            print("client:", repr(error))

    async def stream(self, socket):
        await socket.send(json.dumps({"type": "start", "protocol": 2, "model_name": "conformer", "sample_rate": RATE,
                                      "format": "f32", "chunk_ms": self.chunk}))
        while json.loads(await socket.recv())["payload"].get("status") != "ready":
            pass
        begin = time.monotonic()
        reader = asyncio.create_task(self.read(socket, begin))
        for index, frame in enumerate(self.frames):
            wait = begin + (index + 1) * FRAME / RATE - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            await socket.send(frame)
        stopped = time.monotonic()
        await socket.send(json.dumps({"type": "stop"}))
        await asyncio.wait_for(reader, 60)
        self.final = time.monotonic() - stopped

    async def read(self, socket, begin):
        async for text in socket:
            now = time.monotonic()
            message = json.loads(text)
            payload = message["payload"]
            if message["type"] == "processed":
                sent = begin + -(-payload["samples"] // FRAME) * FRAME / RATE
                self.lags.append(now - sent)
            elif message["type"] == "partial" and self.first_update is None:
                self.first_update = now - begin
            elif message["type"] == "final":
                self.words += len(payload["text"].split())
            elif message["type"] == "error":
                self.errors += 1
            elif payload.get("status") == "stopped":
                return


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


async def measure(count, url, pid, frames, options):
    clients = [Client(url, frames, options.chunk) for _ in range(count)]
    before = cpu_seconds(pid)
    spread = options.chunk / 1000  # chunks of different clients end at different moments, as they do
    tasks = [client.run(1 + index * spread / count) for index, client in enumerate(clients)]
    resident = []

    async def look():
        await asyncio.sleep(1 + len(frames) * FRAME / RATE - 0.5)
        resident.append(memory(pid))

    await asyncio.gather(look(), *tasks)
    lags = sorted(lag for client in clients for lag in client.lags)
    seconds = count * len(frames) * FRAME / RATE

    def median(values):
        values = [value for value in values if value is not None]
        return 1000 * statistics.median(values) if values else float("nan")

    print(f"| {count} | {median(c.first_update for c in clients):.0f} | {median(c.final for c in clients):.0f} |"
          f" {1000 * lags[len(lags) // 2]:.0f} / {1000 * lags[int(len(lags) * 0.95)]:.0f} |"
          f" {sum(client.errors for client in clients)} | {(cpu_seconds(pid) - before) / seconds:.4f} |"
          f" {resident[0]:.0f} |", flush=True)


def start_backend(options, scratch):
    config = scratch / "config.yaml"
    config.write_text("realtime:\n  max_sessions: 128\n  compute_threads: 1\n")
    log = scratch / "log.json"
    command = [options.backend, "--config", config, "--port", "0", "--models", options.models, "--data", scratch / "data",
               "--log-file", log]
    if options.core is not None:
        command = ["taskset", "-c", str(options.core)] + command
    backend = subprocess.Popen([str(part) for part in command])
    for _ in range(200):
        time.sleep(0.05)
        if log.exists() and "listening on" in (text := log.read_text()):
            address = text.split("listening on ", 1)[1].split('"')[0].split()[0].rstrip(",")
            return backend, f"ws://{address}/ws"
    backend.terminate()
    raise SystemExit("The backend did not start.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("backend")
    parser.add_argument("models")
    parser.add_argument("audio", type=pathlib.Path)
    parser.add_argument("--clients", default="1,10,50,100")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--chunk", type=int, default=320)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    with wave.open(str(options.audio)) as audio:
        assert audio.getparams()[:3] == (1, 2, RATE), "16 kHz, mono, 16 bits"
        whole = array.array("h", audio.readframes(audio.getnframes()))
    samples = array.array("f", (value / 32768 for value in whole))
    count = int(options.seconds * RATE / FRAME)
    samples = samples * (1 + count * FRAME // len(samples))
    frames = [samples[i * FRAME:(i + 1) * FRAME].tobytes() for i in range(count)]

    with tempfile.TemporaryDirectory() as scratch:
        backend, url = start_backend(options, pathlib.Path(scratch))
        try:
            print("| clients | first update ms | final after stop ms | lag p50 / p95 ms | errors |"
                  " CPU s for a second of a stream | memory MB |\n|---|---|---|---|---|---|---|")
            for clients in map(int, options.clients.split(",")):
                asyncio.run(measure(clients, url, backend.pid, frames, options))
        finally:
            backend.terminate()
            backend.wait()


if __name__ == "__main__":
    main()
