"""Ardour with its windows: the plugin is inserted into a track, a recording is spoken through the track, the words
stand in the plugin's window, the session is saved and opened again, and they still stand there.

    ardour_test.py VST3|LV2
"""

import base64
import os
import re
import socket
import struct
import subprocess
import time

import host_rig
import screen
from host_rig import check, likeness, transcript_words, wait_for

SECONDS = 17
# Where these stand in the plugin's window below Ardour's tool bar: read alone, as the rest confuses the OCR.
STATUS = "600x60+140+40"
TRANSCRIPT = "690x402+160+142"


def osc(address, *values):
    """Tells Ardour by Open Sound Control 1.0 what to do."""
    def padded(data):
        return data + b"\0" * (4 - len(data) % 4)

    tags = "," + "".join({int: "i", float: "f", str: "s"}[type(value)] for value in values)
    data = padded(address.encode()) + padded(tags.encode())
    for value in values:
        data += padded(value.encode()) if isinstance(value, str) else struct.pack(
            ">i" if isinstance(value, int) else ">f", value)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(data, ("127.0.0.1", 3819))


class Ardour:
    CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <ControlProtocols><Protocol name="Open Sound Control (OSC)" active="1"/></ControlProtocols>
</Ardour>
"""

    def __init__(self, rig, kind):
        self.rig = rig
        self.kind = kind
        self.session = rig.folder / "speech"
        config = rig.folder / "home/.config/ardour7"
        config.mkdir(parents=True)
        (config / ".a7").touch()
        (config / "config").write_text(self.CONFIG)
        os.environ.update(KIKITORI_SESSION=str(self.session), KIKITORI_FORMAT=kind,
                          VST3_PATH=str(rig.vst3.parent), LV2_PATH=f"{rig.lv2}:/usr/lib/lv2")

    def make_session(self):
        if self.kind == "VST3":
            subprocess.run(["/usr/lib/ardour7/ardour-vst3-scanner", "-f", self.rig.vst3], check=True,
                           capture_output=True, timeout=60,
                           env=os.environ | {"LD_LIBRARY_PATH": "/usr/lib/ardour7"})
        done = subprocess.run(["ardour7-lua", host_rig.SOURCE / "Tests/Hosts/ardour.lua"], capture_output=True,
                              text=True, timeout=120)
        check(done.returncode == 0 and "Error" not in done.stdout + done.stderr,
              f"the plugin is in a new session\n{done.stdout}{done.stderr}")

    def state(self):
        """The plugin's state, out of the session file (VST3) or of the file beside it (LV2)."""
        if self.kind == "VST3":
            texts = re.findall(r"<chunk[^>]*>([^<]+)</chunk>", (self.session / "speech.ardour").read_text())
        else:
            files = sorted((self.session / "plugins").rglob("*.ttl"), key=lambda file: file.stat().st_mtime)
            texts = [text for file in reversed(files) for text in re.findall(r'"([^"]{40,})"', file.read_text())]
        for text in texts:
            for decode in (base64.b64decode, host_rig.juce_base64):
                try:
                    state = host_rig.plugin_state(decode(text))
                except (ValueError, IndexError):
                    continue
                if state:
                    return state
        return None

    def saved_words(self):
        return transcript_words(self.state())

    def open(self, display):
        """Up to the session's window, connected to JACK."""
        self.process = self.rig.start(["ardour", "-a", "-n", str(self.session)])

        def setup():
            windows = display.windows()
            unnamed = next((id for id, name in windows.items() if name == ""), None)
            if unnamed:  # the session was made with another audio device
                display.run("wmctrl", "-i", "-a", unnamed)
                display.key("Return")
            return next((id for id, name in windows.items() if "Audio/MIDI" in name), None)

        window = wait_for(setup, 90, "the audio setup")
        time.sleep(1)
        x, y, _, _ = display.geometry(window)
        display.click(x + 287, y + 30)  # the first choice: focus, then by keyboard to JACK
        display.key("space", "Down", "Return")
        time.sleep(1)
        x, y, width, height = display.geometry(window)
        display.click(x + width - 70, y + height - 50)  # connect
        display.window("speech - Ardour", 60)
        time.sleep(3)

    def open_plugin(self, display):
        """The plugin's window, opened with a double click on it in the track's mixer strip."""
        if not any("Kikitori" in name for name in display.windows().values()):
            editor = display.window("speech - Ardour")
            x, y, _, _ = display.geometry(editor)
            display.click(x + 40, y + 323)  # the track's name
            osc("/access_action", "Editor/show-editor-mixer")
            time.sleep(2)
            display.picture("session")
            display.click(x + 48, y + 170, times=2)
        return display.window("Kikitori", 60)

    def close(self):
        host_rig.end(self.process)


def words_on_screen(display, window, expected):
    """The share of the longer words that can be read in the window."""
    longer = {word for word in expected if len(word) >= 4}
    return len(longer.intersection(display.text(window, TRANSCRIPT))) / len(longer)


with host_rig.Rig() as rig:
    host_rig.need_long()
    host_rig.need("ardour", "ardour7-lua", *screen.NEEDED)
    kind = rig.arguments.rest[0]
    speech = rig.speech(SECONDS)
    expected = rig.expected(speech)
    display = screen.Screen(rig)
    ardour = Ardour(rig, kind)
    ardour.make_session()

    sound = screen.Sound(rig)
    ardour.open(display)
    window = ardour.open_plugin(display)
    osc("/strip/monitor_input", 1, 1)
    x, y, _, _ = display.geometry(window)
    display.click(x + 71, y + 51)  # Start
    wait_for(lambda: "listening" in display.text(window, STATUS), 60, "Listening in the window")
    osc("/transport_play")
    sound.play(host_rig.samples_of(speech), sound.ports("ardour:voice/audio_in"))
    osc("/transport_stop")

    def saved():
        osc("/save_state")
        time.sleep(1)
        words = ardour.saved_words()
        # The transport stopped: a final confirms the last words although the track goes on with silence.
        is_confirmed = all(segment[3] for segment in (ardour.state() or {}).get("transcript", []))
        return words if is_confirmed and len(words) > 0.7 * len(expected) else None

    # Letters, not words: the stream began before the speech, so the model's chunks begin elsewhere in it.
    words = wait_for(saved, 20, "the words in the saved session")
    alike = likeness(" ".join(words), " ".join(expected))
    check(alike > 0.6, f"the command line hears alike: {alike:.2f}")
    print(" ".join(words))
    wait_for(lambda: words_on_screen(display, window, words) >= 0.6, 20, "the words in the window")
    display.picture(f"ardour-{kind}")
    places = [segment[4]["host"] for segment in ardour.state()["transcript"]]
    check(all(place[5] > 0 and 0 <= place[0] < SECONDS + 5 for place in places), f"with the song's times: {places}")
    ardour.close()
    sound.close()

    sound = screen.Sound(rig)
    ardour.open(display)
    window = ardour.open_plugin(display)
    wait_for(lambda: words_on_screen(display, window, words) >= 0.6, 20, "the words after reopening")
    display.picture(f"ardour-{kind}-reopened", window)
    check(ardour.saved_words() == words, "the words are still in the session")
    ardour.close()
