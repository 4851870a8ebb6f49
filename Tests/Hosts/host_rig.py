"""What the tests in real hosts share: a local backend of their own, the transcript as it should be, and the transcript
that a host keeps for the plugin.

Exit code 77 means that a host is not installed here; ctest shows such a test as skipped, with the reason.
"""

import argparse
import difflib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

SKIPPED = 77
SOURCE = pathlib.Path(__file__).resolve().parents[2]
RECORDING = SOURCE / "Assets/samples/kathleen.flac"
RATE = 48000


def skip(reason):
    print(f"SKIPPED: {reason}")
    sys.exit(SKIPPED)


def need(*programs):
    """Skips unless all these programs are on the path."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        skip(f"{', '.join(missing)} not installed; scripts/install-hosts installs the hosts")


def is_long():
    return os.environ.get("KIKITORI_LONG") == "1"


def need_long():
    if not is_long():
        skip("takes minutes and opens windows; ./test --long runs it")


def check(condition, what):
    if not condition:
        print(f"FAILED: {what}")
        sys.exit(1)
    print(f"ok: {what}")


def wait_for(condition, seconds, what):
    """The condition's first true value; the test fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    check(False, f"{what} within {seconds} s")


class Rig:
    """A folder, a home and a local backend that end with the test. Use it in a with statement."""

    def __init__(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
        parser.add_argument("--pictures", type=pathlib.Path, help="keep screenshots in this folder")
        parser.add_argument("rest", nargs="*")
        self.arguments = parser.parse_args()
        self.build = self.arguments.build.resolve()
        self.vst3 = self.build / "plugins/VST3/Kikitori.vst3"
        self.lv2 = self.build / "plugins/LV2"
        self.processes = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends also when the test is ended
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kikitori-host-"))
        home = self.folder / "home"
        home.mkdir()
        os.environ.update(
            HOME=str(home),
            XDG_CONFIG_HOME=str(home / ".config"),
            XDG_DATA_HOME=str(home / ".local/share"),
            XDG_CACHE_HOME=str(home / ".cache"),
            KIKITORI_BACKEND=str(self.build / "bin/kikitori-backend"),
            KIKITORI_RUNTIME_DIR=str(self.folder / "runtime"),
            KIKITORI_LOCAL_IDLE_SECONDS="5",
        )
        os.environ.pop("WAYLAND_DISPLAY", None)
        return self

    def __exit__(self, kind, value, trace):
        for process in reversed(self.processes):
            end(process)
            if kind is not None and getattr(value, "code", 1) not in (0, SKIPPED):
                lines = pathlib.Path(process.log).read_text(errors="replace").splitlines()
                print(f"-- {process.args[0]} said at the end:", *lines[-15:], sep="\n")
        self.end_backend()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, command, **options):
        """A process in a group of its own, which ends with the rig."""
        log = open(self.folder / f"{pathlib.Path(command[0]).name}-{len(self.processes)}.log", "w+b")
        options.setdefault("stdin", subprocess.DEVNULL)
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **options)
        process.log = log.name
        self.processes.append(process)
        return process

    def backend_pid(self):
        try:
            return json.loads((self.folder / "runtime/backend.json").read_text())["pid"]
        except (OSError, ValueError, KeyError):
            return 0

    def end_backend(self):
        pid = self.backend_pid()
        if pid > 0:
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                pass

    def speech(self, seconds, name="speech.wav"):
        """A 48 kHz stereo file with so much speech, the recording over and over."""
        path = self.folder / name
        subprocess.run(["sox", RECORDING, "-r", str(RATE), "-c", "2", "-e", "float", "-b", "32", path,
                        "repeat", "-", "trim", "0", str(seconds)], check=True)
        return path

    def expected(self, audio):
        """The words that the command line hears in the file with the plugin's chunks."""
        done = subprocess.run([self.build / "bin/kikitori", "transcribe", "--chunk", "320", "--format", "json", audio],
                              check=True, capture_output=True, timeout=300)
        return words_of([segment["text"] for segment in json.loads(done.stdout)["segments"]])


def end(process, seconds=10):
    """Ends a process that this test started, and what it started in its group."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, kind)
            process.wait(seconds)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


def samples_of(path):
    """Float samples, channels by frames, of a WAV file as Rig.speech writes it."""
    try:
        import numpy
    except ImportError:
        skip("numpy is not installed; scripts/install-hosts installs it")
    data = path.read_bytes()
    return numpy.frombuffer(data[data.index(b"data") + 8:], dtype="<f4").reshape(-1, 2).T.copy()


def words_of(texts):
    return " ".join(texts).lower().split()


def likeness(words, others):
    """1: the same words in the same order, 0: none of them."""
    return difflib.SequenceMatcher(None, words, others, autojunk=False).ratio()


def juce_base64(text):
    """The bytes of juce::MemoryBlock::toBase64Encoding(): '<size>.<six bits a character, lowest bits first>'."""
    alphabet = ".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"
    size, _, digits = text.partition(".")
    number = 0
    for i, digit in enumerate(digits):
        number |= alphabet.index(digit) << (6 * i)
    return number.to_bytes(6 * len(digits) // 8 + 1, "little")[:int(size)]


def plugin_state(data):
    """The plugin's state as JSON out of what a host keeps around it; None when it holds none."""
    candidates = [data]
    for encoded in re.findall(rb"<IComponent>([^<]+)</IComponent>", data):
        candidates.append(juce_base64(encoded.decode()))
    for candidate in candidates:
        for found in re.finditer(b"\x1f\x8b", candidate):
            try:
                state = json.loads(zlib.decompressobj(31).decompress(candidate[found.start():]))
            except (zlib.error, ValueError):
                continue
            if state.get("format") == "kikitori":
                return state
    return None


def transcript_words(state):
    return words_of([segment[2] for segment in (state or {}).get("transcript", [])])
