"""What a shard of synthetic speech is made of: the voices and how often each speaks, what is done to them, and the plan.

A shard's plan depends on its number and its sentences only, so any shard can be made again alone. Python's own library
suffices for it.
"""

import dataclasses
import random

UTTERANCES = 360  # a shard: about half an hour
SEED = "kikitori voices 1"

# Never spoken for training, also not in mixtures: unseen voices to measure with.
SET_ASIDE_ESPEAK = "en-us+steph"
SET_ASIDE_KOKORO = ("jf_nezumi", "jf_tebukuro")
SET_ASIDE = (SET_ASIDE_ESPEAK, *SET_ASIDE_KOKORO)

KOKORO = ("jf_alpha", "jf_gongitsune", "jm_kumo")
KOKORO_VOICES = 96


@dataclasses.dataclass(frozen=True)
class Voice:
    """One speaker before its changes. `share` is its part of the utterances; `style`, Kokoro's mixture, has a weight for
    each style vector; `shift` moves it beside them (in standard deviations of the vectors)."""

    name: str
    engine: str
    share: float
    style: tuple = ()
    shift: float = 0.0


def kokoro_voices(share):
    """Seeded mixtures of the style vectors; weights may leave 0..1 by a little, which gives voices beyond the vectors."""
    rng = random.Random(f"{SEED} kokoro")
    voices = []
    for index in range(KOKORO_VOICES):
        parts = [rng.expovariate(1.0) for _ in KOKORO]
        weights = [1.3 * part / sum(parts) - 0.3 / len(KOKORO) for part in parts]
        style = tuple((name, round(weight, 3)) for name, weight in zip(KOKORO, weights))
        voices.append(Voice(f"kokoro-{index:02d}", "kokoro", share / KOKORO_VOICES, style, round(rng.uniform(0.2, 1.6), 2)))
    return voices


# What Whisper base gets more than a tenth of the words wrong of is left out: espeak-ng's other accents.
VOICES = (
    Voice("hibari-heart", "hibari", 0.36),
    *kokoro_voices(0.20),
    Voice("slt", "flite", 0.12),
    Voice("rms", "flite", 0.12),
    Voice("awb", "flite", 0.10),
    Voice("kal16", "flite", 0.06),
    Voice("en-gb-x-rp", "espeak-ng", 0.04),
)


def timbre(rng):
    """Another speaker out of the same voice: the vocal tract's length (formants) and with it, more or less, the pitch."""
    kind = rng.random()
    if kind < 0.2:
        return {}
    if kind < 0.4:
        return {"resample": round(rng.uniform(0.88, 1.16), 3)}
    formant = rng.uniform(0.84, 1.2)
    return {"formant": round(formant, 3), "pitch": round(formant**2.2 * rng.lognormvariate(0, 0.12), 3)}


def codec(rng):
    kind = rng.choice(["telephone", "opus", "mp3"])
    if kind == "telephone":
        return {"codec": kind, "law": rng.choice(["ulaw", "alaw"])}
    return {"codec": kind, "kbps": rng.choice([8, 12, 16, 24] if kind == "opus" else [16, 24, 32, 48])}


def changes(rng):
    """What happens to an utterance on its way; every one by chance, in the order in which sound meets them."""
    found = timbre(rng)
    found["silence"] = [round(rng.uniform(0.05, 0.5), 2), round(rng.uniform(0.1, 0.6), 2)]
    if rng.random() < 0.4:
        found["room"] = {"t60": round(rng.uniform(0.15, 0.9), 2), "direct_db": round(rng.uniform(-3, 15), 1)}
    if rng.random() < 0.55:
        kind = rng.choice(["white", "pink", "brown", "hum", "babble", "babble"])
        found["noise"] = {"kind": kind, "snr_db": round(rng.uniform(4, 30), 1)}
    if rng.random() < 0.08:
        found["clip_db"] = round(rng.uniform(3, 12), 1)
    if rng.random() < 0.2:
        found["band_hz"] = [round(rng.uniform(40, 350)), round(rng.uniform(3200, 7000))]
    if rng.random() < 0.35:
        found.update(codec(rng))
    found["peak_db"] = round(rng.uniform(-26, -0.5), 1)
    return found


def sentences_of(number, sentences):
    """The sentences that a shard speaks: no two shards the same."""
    first = number * UTTERANCES
    if first + UTTERANCES > len(sentences):
        raise SystemExit(f"Shard {number} needs {first + UTTERANCES} sentences; there are {len(sentences)}. Choose more.")
    return [{"text": sentence} for sentence in sentences[first : first + UTTERANCES]]


def recordings_of(number, recordings):
    """The recordings that a shard changes; each is in many shards, changed otherwise in each."""
    return random.Random(f"{SEED} recordings {number}").sample(recordings, min(UTTERANCES, len(recordings)))


def plan(number, prompts):
    """The utterances of a shard: its prompts, each with a name, a seed, a voice, a rate and changes. A recording keeps
    its speaker as the voice."""
    utterances = []
    for index, prompt in enumerate(prompts):
        rng = random.Random(f"{SEED} {number} {index}")
        drawn = {
            "name": f"{number:04d}-{index:03d}",
            "seed": rng.getrandbits(32),
            "voice": rng.choices(VOICES, [voice.share for voice in VOICES])[0].name,
            "rate": round(rng.uniform(0.85, 1.25), 3),
            "changes": changes(rng),
        }
        utterances.append(drawn | prompt)
    return utterances
