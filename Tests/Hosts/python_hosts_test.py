"""The VST3 bundle in pedalboard and dawdreamer, hosts for Python: audio passes bit for bit, a bounce many times faster
than real time is transcribed whole, and the transcript goes through the host's own state into another instance.

    python_hosts_test.py pedalboard|dawdreamer
"""

import importlib
import time

import host_rig
from host_rig import check, likeness, transcript_words

SECONDS = 600 if host_rig.is_long() else 60
BLOCK = 512


class Pedalboard:
    def __init__(self, rig):
        self.plugin = importlib.import_module("pedalboard").VST3Plugin(str(rig.vst3))

    def transcribe(self, on):
        self.plugin.transcribe = on

    def process(self, audio):
        return self.plugin.process(audio, host_rig.RATE, BLOCK, reset=True)

    def state(self):
        return bytes(self.plugin.raw_state)

    def restore(self, state):
        self.plugin.raw_state = state

    def latency(self):
        return self.plugin.reported_latency_samples


class Dawdreamer:
    def __init__(self, rig):
        self.file = rig.folder / "state.bin"
        self.engine = importlib.import_module("dawdreamer").RenderEngine(host_rig.RATE, BLOCK)
        self.plugin = self.engine.make_plugin_processor("kikitori", str(rig.vst3))

    def transcribe(self, on):
        names = [entry["name"] for entry in self.plugin.get_parameters_description()]
        self.plugin.set_parameter(names.index("Transcribe"), 1.0 if on else 0.0)

    def process(self, audio):
        player = self.engine.make_playback_processor("player", audio)
        self.engine.load_graph([(player, []), (self.plugin, ["player"])])
        self.engine.render(audio.shape[1] / host_rig.RATE)
        return self.engine.get_audio()[:, : audio.shape[1]]

    def state(self):
        self.plugin.save_state(str(self.file))
        return self.file.read_bytes()

    def restore(self, state):
        self.file.write_bytes(state)
        self.plugin.load_state(str(self.file))

    def latency(self):
        return self.plugin.get_latency_samples()


HOSTS = {"pedalboard": Pedalboard, "dawdreamer": Dawdreamer}

with host_rig.Rig() as rig:
    name = rig.arguments.rest[0]
    try:
        module = importlib.import_module(name)
    except ImportError:
        host_rig.skip(f"{name} is not installed; scripts/install-hosts installs it")

    print(f"{name} {getattr(module, '__version__', '')}")
    path = rig.speech(SECONDS)
    audio = host_rig.samples_of(path)
    expected = rig.expected(path)
    check(len(expected) > 20, f"the recording has words: {len(expected)}")

    host = HOSTS[name](rig)
    check(host.latency() == 0, "no latency")
    check(transcript_words(host_rig.plugin_state(host.state())) == [], "no words before anything was said")

    host.transcribe(True)
    began = time.monotonic()
    passed = host.process(audio)
    took = time.monotonic() - began
    check((passed == audio).all(), "the audio passed bit for bit")
    print(f"{SECONDS} s of audio in {took:.2f} s: {SECONDS / took:.0f} times real time")

    # The last words come with the flush after the audio, or are collected where the host releases its resources; until
    # then the state has what is understood so far, the last word perhaps not whole.
    heard = []

    def are_all_there():
        heard[:] = transcript_words(host_rig.plugin_state(host.state()))
        return heard == expected

    try:
        host_rig.wait_for(are_all_there, 40, "every word")
    except SystemExit:
        print("heard:", " ".join(heard), "expected:", " ".join(expected), sep="\n")
    check(heard == expected, f"the words are those of the command line: {likeness(heard, expected):.3f}")

    saved = host.state()
    other = HOSTS[name](rig)
    other.restore(saved)
    check(transcript_words(host_rig.plugin_state(other.state())) == expected, "the transcript is there after reopening")
