"""Turns one voice into many and sends it through rooms, noises, microphones and codecs. Sound is float at 16 kHz."""

import io

import numpy
import pyworld
import scipy.signal
import soundfile

RATE = 16000


def resample(sound, factor):
    """As many times the samples as `factor` says, to the nearest hundredth of a percent."""
    up = round(factor * 10000)
    divisor = numpy.gcd(up, 10000)
    return scipy.signal.resample_poly(sound, up // divisor, 10000 // divisor)


def to_rate(sound, rate):
    divisor = numpy.gcd(RATE, rate)
    return sound if rate == RATE else scipy.signal.resample_poly(sound, RATE // divisor, rate // divisor)


def speak_otherwise(sound, pitch, formant, speed):
    """WORLD (Morise 2016): pitch and the envelope's frequencies multiplied, the time divided by `speed`."""
    sound = numpy.asarray(sound, numpy.float64)
    rough, times = pyworld.dio(sound, RATE)
    pitches = pyworld.stonemask(sound, rough, times, RATE)
    envelope = pyworld.cheaptrick(sound, pitches, times, RATE)
    noisiness = pyworld.d4c(sound, pitches, times, RATE)
    bins = numpy.arange(envelope.shape[1])
    low = numpy.minimum(bins / formant, bins[-1])
    below = low.astype(int)
    part = low - below
    above = numpy.minimum(below + 1, bins[-1])

    def move(spectrum):
        return numpy.ascontiguousarray((1 - part) * spectrum[:, below] + part * spectrum[:, above])

    envelope = numpy.exp(move(numpy.log(envelope)))
    return pyworld.synthesize(pitches * pitch, envelope, move(noisiness), RATE, 5.0 / speed)


def in_room(sound, room, rng):
    """A room's echo as noise that fades by 60 dB in `t60` seconds, `direct_db` below the direct sound."""
    length = int(room["t60"] * RATE)
    echo = rng.standard_normal(length) * 10 ** (-3 * numpy.arange(length) / length)
    echo[: int(0.003 * RATE)] = 0
    echo = scipy.signal.lfilter([0.4], [1, -0.6], echo)
    echo *= 10 ** (-room["direct_db"] / 20) / numpy.linalg.norm(echo)
    echo[0] = 1
    return scipy.signal.fftconvolve(sound, echo)


def noise(kind, length, rng, others):
    """Noise of unit power; babble is `others`, six voices at once."""
    if kind == "babble":
        voices = [numpy.roll(numpy.resize(other, length), rng.integers(length)) for other in others]
        made = sum(voice / power(voice) ** 0.5 for voice in voices)
    elif kind == "hum":
        mains = rng.choice([50, 60])
        phases = 2 * numpy.pi * (numpy.outer(mains * numpy.arange(1, 9), numpy.arange(length) / RATE) + rng.random((8, 1)))
        made = (numpy.sin(phases) / numpy.arange(1, 9)[:, None]).sum(axis=0) + 0.1 * rng.standard_normal(length)
    else:
        slope = {"white": 0, "pink": 0.5, "brown": 1}[kind]
        spectrum = numpy.fft.rfft(rng.standard_normal(length))
        made = numpy.fft.irfft(spectrum / numpy.maximum(numpy.arange(len(spectrum)), length * 40 / RATE) ** slope, length)
    return made / power(made) ** 0.5


def power(sound):
    return numpy.mean(numpy.square(sound)) + 1e-12


def band(sound, low, high):
    return scipy.signal.sosfilt(scipy.signal.butter(4, [low, high], "bandpass", fs=RATE, output="sos"), sound)


def telephone(sound, law):
    """300 to 3400 Hz, 8 kHz, and G.711's 8 bits."""
    file = io.BytesIO()
    narrow = scipy.signal.resample_poly(band(sound, 300, 3400), 1, 2)
    soundfile.write(file, narrow, RATE // 2, format="WAV", subtype=law.upper())
    file.seek(0)
    return scipy.signal.resample_poly(soundfile.read(file)[0], 2, 1)


def compressed(sound, kind, kbps):
    """Through a file of Opus or MP3 and back. libsndfile names a rate by its place between the least and the most."""
    if kind == "opus":
        how = {"format": "OGG", "subtype": "OPUS", "compression_level": 1 - (kbps - 6) / 250}
    else:
        level = 1 - (kbps - 8) / 152
        how = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": level}
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, **how)
    file.seek(0)
    return soundfile.read(file)[0]


def voice_of(sound, rate, changes, speed):
    """The voice itself: another speaker, and `speed` where the sound was recorded at the speed it has."""
    sound = to_rate(sound, rate)
    if "formant" in changes:
        return speak_otherwise(sound, changes["pitch"], changes["formant"], speed)
    return resample(sound, 1 / changes["resample"]) if "resample" in changes else sound


def way_of(sound, changes, rng, others):
    """What the room, the microphone and the line make of a voice."""
    before, after = (numpy.zeros(int(seconds * RATE)) for seconds in changes["silence"])
    sound = numpy.concatenate([before, sound, after])
    if "room" in changes:
        sound = in_room(sound, changes["room"], rng)
    sound = sound / (numpy.abs(sound).max() + 1e-9)
    if "noise" in changes:
        kind = changes["noise"]["kind"] if len(others) == 6 else "pink"  # a shard's first have nobody behind them
        loud = (power(sound) * 10 ** (-changes["noise"]["snr_db"] / 10)) ** 0.5
        sound = sound + loud * noise(kind, len(sound), rng, others)
    if "clip_db" in changes:
        top = numpy.abs(sound).max() * 10 ** (-changes["clip_db"] / 20)
        sound = numpy.clip(sound, -top, top)
    if "band_hz" in changes:
        sound = band(sound, *changes["band_hz"])
    sound = 0.9 * sound / (numpy.abs(sound).max() + 1e-9)
    if changes.get("codec") == "telephone":
        sound = telephone(sound, changes["law"])
    elif "codec" in changes:
        sound = compressed(sound, changes["codec"], changes["kbps"])
    return sound / (numpy.abs(sound).max() + 1e-9) * 10 ** (changes["peak_db"] / 20)
