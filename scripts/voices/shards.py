"""Makes a shard: 16 kHz FLAC, manifest.jsonl and shard.json (the hours of each voice) in a folder of its own."""

import collections
import fcntl
import json
import os
import shutil

import numpy
import soundfile

from held_out import normalise

from . import changes, recipe, synthesis


def make(number, prompts, out):
    """Makes OUT/NUMBER; returns its hours, or None if it is there or another process is making it. The folder has another
    name until it is whole, so a stop leaves no half shard."""
    folder = os.path.join(out, f"{number:04d}")
    if os.path.exists(folder):
        return None
    unfinished = folder + ".unfinished"
    os.makedirs(os.path.join(unfinished, "audio"), exist_ok=True)
    lock = os.open(unfinished, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    try:
        totals = speak(number, recipe.plan(number, prompts), unfinished)
        os.rename(unfinished, folder)
        return totals
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        os.close(lock)


def speak(number, utterances, folder):
    speaker = synthesis.Speaker(number)
    voices = collections.deque(maxlen=6)  # the utterances before, for babble
    seconds = collections.Counter()
    with open(os.path.join(folder, "manifest.jsonl"), "w", encoding="utf-8") as manifest:
        for utterance in utterances:
            recorded = utterance.pop("recording", None)
            if recorded:
                sound, rate = synthesis.read(recorded)
            else:
                voice = speaker.voices[utterance["voice"]]
                sound, rate = speaker.speak(voice, utterance["text"], utterance["rate"], utterance["seed"])
            voice = changes.voice_of(sound, rate, utterance["changes"], utterance["rate"] if recorded else 1.0)
            rng = numpy.random.default_rng(utterance["seed"])
            sound = changes.way_of(voice, utterance["changes"], rng, list(voices))
            voices.append(voice)
            audio = f"audio/{utterance['name']}.flac"
            soundfile.write(os.path.join(folder, audio), sound, changes.RATE, subtype="PCM_16")
            duration = len(sound) / changes.RATE
            seconds[utterance["voice"]] += duration
            entry = {"audio": audio, "speaker": utterance["voice"], "duration": round(duration, 3), "split": "train"}
            entry |= utterance | {"text": normalise(utterance["text"])}
            manifest.write(json.dumps(entry) + "\n")
    totals = {"hours": round(seconds.total() / 3600, 3)}
    totals["voices"] = {name: round(part / 3600, 4) for name, part in sorted(seconds.items())}
    with open(os.path.join(folder, "shard.json"), "w", encoding="utf-8") as file:
        json.dump(totals, file, indent=2)
    return totals
