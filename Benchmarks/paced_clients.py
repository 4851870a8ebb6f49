"""Streams speech to a backend from several clients at once, each at the speed of speech, and tells how it kept up.

    paced_clients.py BACKEND [--models Assets/models] [--audio FILE] [--clients 1,10,50,60,100] [--seconds 30]
                     [--rate 16000] [--chunk 320] [--core N]

Starts BACKEND on a free port, on one core with --core. AUDIO: 16 kHz. Needs websockets, soundfile and numpy from PyPI.
One row of a table for each number of clients:

first update   begin of the first audio that is not silent to the first partial, median over the clients
lag            the last sample of a piece of audio was sent to the backend's word that it has looked at it
final          stop to the stopped message, median
CPU            the backend's CPU seconds for a second of each stream
memory         its resident memory at the end, and what that is more than after a first stream, for each
"""
import argparse
import asyncio
import json
import statistics
import time

import numpy
import websockets

from backend_rig import ROOT, Backend, speech

FRAME_SECONDS = 0.04


class Client:
    def __init__(self, url, frames, options):
        self.url, self.frames, self.options = url, frames, options
        self.lags, self.first_update, self.final, self.errors, self.words = [], None, None, 0, 0

    async def run(self, delay):
        await asyncio.sleep(delay)
        try:
            async with websockets.connect(self.url, max_size=None, ping_interval=None) as socket:
                await self.stream(socket)
        except Exception as error:
            self.errors += 1
            print("client:", repr(error))

    async def stream(self, socket):
        await socket.send(json.dumps({"type": "start", "protocol": 2, "model_name": "conformer", "format": "f32",
                                      "sample_rate": self.options.rate, "chunk_ms": self.options.chunk}))
        while json.loads(await socket.recv())["payload"].get("status") != "ready":
            pass
        begin = time.monotonic()
        reader = asyncio.create_task(self.read(socket, begin))
        for index, frame in enumerate(self.frames):
            wait = begin + (index + 1) * FRAME_SECONDS - time.monotonic()
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
                frame = round(self.options.rate * FRAME_SECONDS)
                sent = begin + -(-payload["samples"] // frame) * FRAME_SECONDS
                self.lags.append(now - sent)
            elif message["type"] == "partial" and self.first_update is None:
                self.first_update = now - begin
            elif message["type"] == "final":
                self.words += len(payload["text"].split())
            elif message["type"] == "error":
                self.errors += 1
            elif payload.get("status") == "stopped":
                return


async def measure(count, backend, frames, options, empty):
    clients = [Client(backend.url, frames, options) for _ in range(count)]
    before = backend.cpu_seconds()
    spread = options.chunk / 1000  # chunks of different clients end at different moments, as they do
    tasks = [client.run(1 + index * spread / count) for index, client in enumerate(clients)]
    resident = []

    async def look():
        await asyncio.sleep(1 + (len(frames) - 12) * FRAME_SECONDS)
        resident.append(backend.memory())

    await asyncio.gather(look(), *tasks)
    lags = sorted(lag for client in clients for lag in client.lags)
    seconds = count * len(frames) * FRAME_SECONDS

    def median(values):
        values = [value for value in values if value is not None]
        return 1000 * statistics.median(values) if values else float("nan")

    print(f"| {count} | {median(c.first_update for c in clients):.0f} | {median(c.final for c in clients):.0f} |"
          f" {1000 * lags[len(lags) // 2]:.0f} / {1000 * lags[int(len(lags) * 0.95)]:.0f} |"
          f" {sum(client.errors for client in clients)} | {(backend.cpu_seconds() - before) / seconds:.4f} |"
          f" {resident[0]:.0f} | {(resident[0] - empty) / count:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("backend")
    parser.add_argument("--models", default=ROOT / "Assets/models")
    parser.add_argument("--audio", default=ROOT / "Assets/samples/kathleen.flac")
    parser.add_argument("--clients", default="1,10,50,60,100")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=int, default=16000)
    parser.add_argument("--chunk", type=int, default=320)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    samples = speech(options.audio, options.rate)
    frame, count = round(options.rate * FRAME_SECONDS), int(options.seconds / FRAME_SECONDS)
    samples = numpy.tile(samples, 1 + count * frame // len(samples))
    frames = [samples[i * frame:(i + 1) * frame].tobytes() for i in range(count)]

    with Backend(options.backend, options.models, options.core) as backend:
        asyncio.run(Client(backend.url, frames[:75], options).run(0))  # loads the model
        empty = backend.memory()
        print("| clients | first update ms | final after stop ms | lag p50 / p95 ms | errors | CPU s for a second of a stream |"
              " memory MB | MB for each stream |\n|---|---|---|---|---|---|---|---|")
        for clients in map(int, options.clients.split(",")):
            asyncio.run(measure(clients, backend, frames, options, empty))


if __name__ == "__main__":
    main()
