"""What a stream costs the backend: CPU time (not wall time), early and late in it, and memory.

    stream_cost.py BACKEND [--models Assets/models] [--audio FILE] [--minutes 10] [--rounds 15] [--streams 100]
                   [--chunk 320] [--core N]

1. A stream of --minutes stays open, and beside it, by turns, a young one gets ten seconds of the same audio from its
   second 10 on and the old one ten seconds from minute 10 on; the ratio of each round (aim: at most 1.05).
2. Streams of 60 s at the speed of speech, from connecting to `stopped`: CPU seconds of the whole backend (aim: at most
   1.5).
3. --streams streams that hear 30 s almost without a pause and stay open: resident memory that each adds (aim: at most
   1.5 MB), at 16 and at 48 kHz, counted from the tenth on, when what loading left free has been used.

Needs websockets, soundfile and numpy from PyPI. AUDIO: 16 kHz; in 1 and 2 each ten seconds are eight and a half of it,
then silence, so that every period is a segment of its own and costs the same.
"""
import argparse
import asyncio
import json
import statistics
import time

import numpy
import websockets

from backend_rig import FRAME, RATE, ROOT, Backend, speech

PERIOD = 10 * RATE


class Stream:
    def __init__(self, socket):
        self.socket, self.sent, self.processed, self.words = socket, 0, 0, 0

    async def start(self, chunk, rate=RATE):
        await self.socket.send(json.dumps({"type": "start", "protocol": 2, "model_name": "conformer", "format": "f32",
                                           "sample_rate": rate, "chunk_ms": chunk}))
        while (await self.next_message())["payload"].get("status") != "ready":
            pass

    async def next_message(self):
        message = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
        if message["type"] == "error":
            raise RuntimeError(message["payload"]["message"])
        if message["type"] == "processed":
            self.processed = message["payload"]["samples"]
        if message["type"] == "final":
            self.processed = max(self.processed, message["payload"]["ack"])
            self.words += len(message["payload"]["text"].split())
        return message

    async def hear(self, samples, rate=RATE):
        """Sends all as fast as it is looked at, at most a second ahead."""
        frame = FRAME * rate // RATE
        for at in range(0, len(samples), frame):
            await self.socket.send(samples[at:at + frame].tobytes())
            self.sent += frame
            while self.processed < self.sent - rate:
                await self.next_message()

    async def hear_in_time(self, samples):
        async def read():
            while True:
                await self.next_message()

        reading, began = asyncio.create_task(read()), time.monotonic()
        for number, at in enumerate(range(0, len(samples), FRAME)):
            await asyncio.sleep(max(0.0, began + number * FRAME / RATE - time.monotonic()))
            await self.socket.send(samples[at:at + FRAME].tobytes())
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    async def stop(self):
        await self.socket.send(json.dumps({"type": "stop"}))
        while (await self.next_message())["payload"].get("status") != "stopped":
            pass


def open_stream(url):
    return websockets.connect(url, max_size=None, compression=None, ping_interval=None)


async def cost_of(backend, stream, samples):
    before = backend.cpu_seconds()
    await stream.hear(samples)
    return (backend.cpu_seconds() - before) * RATE / len(samples)


async def late_against_early(backend, period, options):
    ratios, early, late = [], [], []
    async with open_stream(backend.url) as socket:
        old = Stream(socket)
        await old.start(options.chunk)
        for _ in range(int(options.minutes * 60) * RATE // PERIOD):
            await old.hear(period)
        for _ in range(options.rounds):
            async with open_stream(backend.url) as young_socket:
                young = Stream(young_socket)
                await young.start(options.chunk)
                await young.hear(period)
                early.append(await cost_of(backend, young, period))
                late.append(await cost_of(backend, old, period))
                ratios.append(late[-1] / early[-1])
                await young.stop()
        await old.stop()
    print("| CPU seconds for a second of audio | median | least | most |\n|---|---|---|---|")
    for name, values in ((f"from second 10 on, {options.rounds} streams", early),
                         (f"from minute {options.minutes:g} on, of one stream", late)):
        print(f"| {name} | {statistics.median(values):.5f} | {min(values):.5f} | {max(values):.5f} |")
    print(f"| ratio of each round (aim: at most 1.05) | {statistics.median(ratios):.3f} | {min(ratios):.3f} |"
          f" {max(ratios):.3f} |\n")


async def whole_minute(backend, period, options):
    costs, words = [], 0
    minute = numpy.tile(period, 6)
    for _ in range(max(1, options.rounds // 5)):
        before = backend.cpu_seconds()
        async with open_stream(backend.url) as socket:
            stream = Stream(socket)
            await stream.start(options.chunk)
            await stream.hear_in_time(minute)
            await stream.stop()
            words = stream.words
        costs.append(backend.cpu_seconds() - before)
    print(f"A stream of 60 s ({words} words) costs the whole backend {statistics.median(costs):.3f} s of CPU, median of"
          f" {len(costs)}, {min(costs):.3f} to {max(costs):.3f} (aim: at most 1.5).")


async def memory_of_streams(backend, rate, options):
    samples = speech(options.audio, rate)
    samples = numpy.tile(samples, 1 + 30 * rate // len(samples))[:30 * rate]
    before, opened = 0.0, []
    for number in range(10 + options.streams):
        if number == 10:
            before = backend.memory()
        opened.append(await open_stream(backend.url))
        stream = Stream(opened[-1])
        await stream.start(options.chunk, rate)
        await stream.hear(samples, rate)
    added = (backend.memory() - before) / options.streams
    print(f"{options.streams} streams of {rate / 1000:g} kHz add {added:.2f} MB of resident memory each"
          f" (aim: at most 1.5) to the {before:.0f} MB of a backend with ten.")
    for socket in opened:
        await socket.close()


async def measure(backend, options):
    samples = speech(options.audio)
    sound = 17 * PERIOD // 20
    period = numpy.zeros(PERIOD, dtype="float32")
    period[:sound] = numpy.tile(samples, 1 + sound // len(samples))[:sound]
    async with open_stream(backend.url) as socket:  # loads the model
        stream = Stream(socket)
        await stream.start(options.chunk)
        await stream.hear(period)
        await stream.stop()
    await late_against_early(backend, period, options)
    await whole_minute(backend, period, options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("backend")
    parser.add_argument("--models", default=ROOT / "Assets/models")
    parser.add_argument("--audio", default=ROOT / "Assets/samples/kathleen.flac")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--chunk", type=int, default=320)
    parser.add_argument("--core", type=int)
    options = parser.parse_args()
    with Backend(options.backend, options.models, options.core) as backend:
        asyncio.run(measure(backend, options))
    for rate in (RATE, 3 * RATE):  # a fresh one: what others left must not be used again
        with Backend(options.backend, options.models, options.core) as backend:
            asyncio.run(memory_of_streams(backend, rate, options))


if __name__ == "__main__":
    main()
