"""The app and `kikitori listen` with a microphone whose sound server is killed in mid-stream and started again: told, taken
up again by itself, and what was missed is marked.

    microphone_test.py PulseAudio | JACK
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import time

import host_rig
import screen
from host_rig import check, wait_for

SECONDS = 8


class PulseAudio:
    """A server whose microphone carries what is played into it."""

    device = "PulseAudio"

    def __init__(self, rig):
        host_rig.need("pulseaudio", "pactl", "paplay")
        self.rig = rig
        self.socket = rig.folder / "pulse.socket"
        configuration = rig.folder / "pulse-client.conf"
        configuration.write_text("autospawn = no\nenable-shm = no\n")
        os.environ.update(PULSE_SERVER=f"unix:{self.socket}", PULSE_CLIENTCONFIG=str(configuration),
                          PULSE_RUNTIME_PATH=str(rig.folder / "pulse"), PULSE_LATENCY_MSEC="60")
        self.start()

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.server = self.rig.start(
            ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
             "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}",
             "-L", f"module-null-sink sink_name=microphone rate={host_rig.RATE}"])
        wait_for(lambda: "microphone.monitor" in (screen.Screen.run("pactl", "list", "short", "sources") or ""), 20,
                 "a PulseAudio server")

    def wait_for_listener(self):
        """`listen` tells what it listens to on a terminal alone."""
        wait_for(lambda: screen.Screen.run("pactl", "list", "short", "source-outputs"), 60, "somebody who listens")

    def say(self, speech):
        subprocess.run(["paplay", "-d", "microphone", speech], check=True, timeout=SECONDS + 60)


class Jack:
    """A server whose microphone is a client that plays into the app."""

    device = "system"

    def __init__(self, rig):
        self.rig = rig
        self.start()

    def start(self):
        self.sound = screen.Sound(self.rig)
        self.server = self.sound.server

    def say(self, speech):
        ports = wait_for(lambda: self.sound.ports("in_[12]$", is_input=True), 10, "the app's ports")
        self.sound.play(host_rig.samples_of(speech), ports)


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    return time.monotonic()


def in_the_app(rig, server, speech):
    display = screen.Screen(rig)
    rig.start([rig.build / "bin/KikitoriApp", "--start", "--device", server.device])
    find = ("xdotool", "search", "--onlyvisible", "--name", "^Kikitori$")
    window = wait_for(lambda: (display.run(*find) or "").split(), 60, "the app's window")[-1]
    wait_for(lambda: "listening" in display.text(window), 60, "Listening in the window")
    server.say(speech)

    def has_gone():
        """The bar with the input's name is a warning: amber letters instead of blue-grey ones. Quicker than to read it."""
        said = display.run("import", "-window", window, "-crop", "300x20+15+10", "-resize", "1x1!", "-depth", "8", "txt:-")
        red, _, blue = (int(part) for part in re.findall(r"\((\d+),(\d+),(\d+)", said)[-1])
        return red > blue

    # Twice, as a device that came back once has to be watched like the first.
    for time_around in (1, 2):
        killed = kill(server.server)
        wait_for(has_gone, 20, "a warning in the window")
        print(f"told after {time.monotonic() - killed:.1f} s")
        wait_for(lambda: {"microphone", "disconnected"} <= set(display.text(window)), 20, "the loss in the window")
        display.picture(f"microphone-{server.device}-lost", window)
        server.start()
        begun = time.monotonic()
        wait_for(lambda: not has_gone(), 30, "the microphone again")
        print(f"taken up again {time.monotonic() - begun:.1f} s after the server's start")
        server.say(speech)
        wait_for(lambda: display.text(window).count("lost") > time_around, 30, "what was missed is marked")

    display.picture(f"microphone-{server.device}", window)


def in_the_terminal(rig, server, speech):
    process = rig.start([rig.build / "bin/kikitori", "listen", "--device", server.device])
    said = lambda text: pathlib.Path(process.log).read_text(errors="replace").count(text)
    server.wait_for_listener()
    server.say(speech)

    for time_around in (1, 2):
        killed = kill(server.server)
        wait_for(lambda: said("Microphone disconnected") == time_around, 20, "the loss on standard error")
        print(f"told after {time.monotonic() - killed:.1f} s")
        server.start()
        wait_for(lambda: said("The microphone is back") == time_around, 30, "the microphone again")
        server.say(speech)

    process.send_signal(signal.SIGINT)
    process.wait(60)
    check(said("of audio were lost") == 1, "what was missed is told at the end")


def ended_by(number, rig, server, speech):
    """A signal ends `listen` in order: what was heard is written."""
    output = rig.folder / f"heard-{number}.json"
    process = rig.start([rig.build / "bin/kikitori", "listen", "--device", server.device, "--format", "json", "-o", output])
    server.wait_for_listener()
    server.say(speech)
    process.send_signal(number)
    check(process.wait(60) == 5, f"{number.name} ends it with code 5")
    words = host_rig.words_of([segment["text"] for segment in json.loads(output.read_text())["segments"]])
    check(len(words) > 5, f"what was heard is written: {len(words)} words")


with host_rig.Rig() as rig:
    host_rig.need_long()
    host_rig.need(*screen.NEEDED)
    [kind] = rig.arguments.rest
    speech = rig.speech(SECONDS)
    server = {"PulseAudio": PulseAudio, "JACK": Jack}[kind](rig)
    if kind == "PulseAudio":  # the command line reaches JACK through ALSA alone
        for number in (signal.SIGTERM, signal.SIGHUP):
            ended_by(number, rig, server, speech)
        in_the_terminal(rig, server, speech)
    in_the_app(rig, server, speech)
