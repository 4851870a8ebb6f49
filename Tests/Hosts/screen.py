"""A screen, an audio server and a microphone without hardware, for hosts with windows: Xvfb with openbox, JACK's dummy
driver, and a JACK client that plays a file."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import host_rig

WIDTH, HEIGHT = 1600, 1000
NEEDED = ("Xvfb", "openbox", "xdotool", "wmctrl", "import", "tesseract", "jackd", "sox", "convert")


class Screen:
    """Windows are found by their title, texts by OCR, and both are waited for."""

    def __init__(self, rig):
        self.rig = rig
        # Another test may try the same number: its server says so and ends. Not from 0 on, where programs look that
        # were told of none.
        os.environ["DISPLAY"] = next(name for name in map(":{}".format, range(70, 99)) if self.opened(name))
        host_rig.wait_for(lambda: self.run("xdotool", "getdisplaygeometry"), 20, "a display")
        rig.start(["openbox"])
        host_rig.wait_for(lambda: self.run("wmctrl", "-m") is not None, 20, "a window manager")
        self.pictures = 0

    def opened(self, display):
        """A server of ours with this number; it tells it when it is ready."""
        said, told = os.pipe()
        self.rig.start(["Xvfb", display, "-displayfd", str(told), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp",
                        "-noreset"], pass_fds=(told,))
        os.close(told)
        with os.fdopen(said) as number:
            return number.readline() != ""

    @staticmethod
    def run(*command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout if done.returncode == 0 else None

    def windows(self):
        """Titles by window id."""
        listed = (self.run("wmctrl", "-l") or "").splitlines()
        return {line.split(None, 3)[0]: (line.split(None, 3) + [""])[3] for line in listed}

    def window(self, title, seconds=60):
        """The id of the first window whose title holds this text."""
        return host_rig.wait_for(lambda: next((id for id, name in self.windows().items() if title in name), None),
                                 seconds, f"a window {title!r}")

    def geometry(self, window):
        """x, y, width, height without the frame."""
        told = dict(line.split("=") for line in self.run("xdotool", "getwindowgeometry", "--shell", window).split())
        return tuple(int(told[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def click(self, x, y, times=1):
        """With a pause between down and up: menus miss quick ones."""
        self.run("xdotool", "mousemove", str(x), str(y))
        time.sleep(0.2)
        for _ in range(times):
            self.run("xdotool", "mousedown", "1")
            time.sleep(0.1 if times == 1 else 0.03)
            self.run("xdotool", "mouseup", "1")
            time.sleep(0.05)

    def key(self, *keys):
        for key in keys:
            self.run("xdotool", "key", key)
            time.sleep(0.3)

    def picture(self, name, window="root"):
        """A screenshot; kept where --pictures says."""
        file = self.rig.folder / f"{name}.png"
        self.run("import", "-window", window, str(file))
        if self.rig.arguments.pictures:
            self.rig.arguments.pictures.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, self.rig.arguments.pictures)
        return file

    def text(self, window="root", part=None):
        """What can be read on the screen or in a window (or a part of it, WIDTHxHEIGHT+X+Y), as words in small letters.
        Enlarged and as dark on light, which is what the OCR was made for."""
        self.pictures += 1
        file = self.picture(f"ocr-{self.pictures}", window)
        crop = ["-crop", part, "+repage"] if part else []
        self.run("convert", str(file), *crop, "-colorspace", "gray", "-resize", "250%", "-negate", str(file))
        read = self.run("tesseract", str(file), "-", "--psm", "6") or ""
        return host_rig.words_of(["".join(c if c.isalnum() or c.isspace() or c == "'" else " " for c in read)])


class Sound:
    """A JACK server of its own and what is played into it. A killed client can wedge a server: one for each run."""

    def __init__(self, rig):
        try:
            import jack
        except (ImportError, OSError):
            host_rig.skip("python3-jack-client is not installed; scripts/install-hosts installs it")
        self.jack = jack
        self.rig = rig
        name = self.own_name()
        os.environ["JACK_DEFAULT_SERVER"] = name
        os.environ["JACK_NO_START_SERVER"] = "1"
        self.server = rig.start(["jackd", "-n", name, "--no-realtime", "-S", "-t", "5000", "-d", "dummy",
                                 "-r", str(host_rig.RATE), "-p", "512", "-C", "2", "-P", "2"])
        self.client = host_rig.wait_for(self.connect, 20, "a JACK server")

    names = {}  # this process's, with the lock that keeps it

    @classmethod
    def own_name(cls):
        """No other test that runs has it. One of a few: JACK remembers eight, also those of servers that were killed."""
        for number in range(4):
            name = f"kikitori-test-{number}"
            lock = cls.names.get(name) or open(pathlib.Path(tempfile.gettempdir()) / f"{name}-{os.getuid()}.lock", "w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            cls.names[name] = lock
            return name
        host_rig.check(False, "a free name for a JACK server")

    def connect(self):
        try:
            return self.jack.Client("speaker", no_start_server=True)
        except self.jack.JackOpenError:
            return None

    def close(self):
        self.client.close()
        host_rig.end(self.server)

    def ports(self, pattern, **kind):
        return [port.name for port in self.client.get_ports(pattern, is_audio=True, **kind)]

    def play(self, audio, inputs):
        """Plays channels by frames into the named input ports; returns at its end."""
        outputs = [self.client.outports.register(f"out_{n + 1}") for n in range(len(inputs))]
        position = 0
        done = threading.Event()

        @self.client.set_process_callback
        def process(frames):
            nonlocal position
            for channel, port in zip(audio, outputs):
                block = port.get_array()
                part = channel[position:position + frames]
                block[:len(part)] = part
                block[len(part):] = 0
            position += frames
            if position > audio.shape[1]:
                done.set()

        with self.client:
            for output, name in zip(outputs, inputs):
                self.client.connect(output, name)
            done.wait(audio.shape[1] / host_rig.RATE * 2 + 20)
            time.sleep(0.2)
        self.client = self.connect()  # the block has closed it
        host_rig.check(done.is_set(), "the speech was played to its end")
