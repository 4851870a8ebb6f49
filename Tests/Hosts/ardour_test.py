"""Ardour with its windows: the plugin is inserted into a track, a recording is spoken through the track, the words
stand in the plugin's window, the session is saved and opened again, and they still stand there, also when a part of the
song is heard again. The space bar in the plugin's window is the transport's.

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
AGAIN = (4.0, 5.5)  # the song's seconds that are heard again
# Where these stand in the plugin's window below Ardour's tool bar: read alone, as the rest confuses the OCR.
STATUS = "600x60+140+40"
TRANSCRIPT = "690x402+160+142"


class OpenSoundControl:
    """Tells Ardour by Open Sound Control 1.0 what to do, and asks it."""

    def __init__(self, port):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.connect(("127.0.0.1", port))
        self.udp.settimeout(1)
        # All kinds of tracks; no feedback but answers, and these here: Ardour chooses port 8000 of whoever asks.
        self("/set_surface", 0, 31, 0, 0, 0, 0, self.udp.getsockname()[1])

    @staticmethod
    def padded(data):
        return data + b"\0" * (4 - len(data) % 4)

    def __call__(self, address, *values):
        tags = "," + "".join({int: "i", float: "f", str: "s"}[type(value)] for value in values)
        data = self.padded(address.encode()) + self.padded(tags.encode())
        for value in values:
            data += self.padded(value.encode()) if isinstance(value, str) else struct.pack(
                ">i" if isinstance(value, int) else ">f", value)
        self.udp.send(data)

    def ask(self, address):
        """The number that is answered; None when there is no answer."""
        self(address)
        start = self.padded(address.encode())
        try:
            while not (answer := self.udp.recv(4096)).startswith(start):
                pass
        except TimeoutError:
            return None
        kind = answer[len(start) + 1:len(start) + 2].decode()
        return struct.unpack(">" + {"h": "q"}.get(kind, kind), answer[len(start) + 4:])[0]

    def rolls(self, speed=1):
        return self.ask("/transport_speed") == speed

    def stop(self):
        """The song's seconds where it came to a halt."""
        self("/transport_stop")
        wait_for(lambda: self.rolls(0), 20, "the transport stopped")
        return self.ask("/transport_frame") / host_rig.RATE


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
        self.url = config / "osc_url"
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

    def saved(self):
        """The transcript in the session, saved now, once all of it is confirmed."""
        self.osc("/save_state")
        time.sleep(1)
        rows = (self.state() or {}).get("transcript", [])
        return rows if all(row[3] for row in rows) else None

    def open(self, display):
        """Up to the session's window, connected to JACK."""
        self.url.touch()  # Ardour writes its address where such a file is, and takes it away with itself
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
        port = wait_for(lambda: re.search(r":(\d+)/", self.url.read_text()), 60, "Ardour's address for OSC")[1]
        self.osc = OpenSoundControl(int(port))
        wait_for(lambda: self.osc.rolls(0), 60, "an answer by OSC")
        time.sleep(3)

    def open_plugin(self, display):
        """The plugin's window, opened with a double click on it in the track's mixer strip."""
        if not any("Kikitori" in name for name in display.windows().values()):
            editor = display.window("speech - Ardour")
            x, y, _, _ = display.geometry(editor)
            display.click(x + 40, y + 323)  # the track's name
            self.osc("/access_action", "Editor/show-editor-mixer")
            time.sleep(2)
            display.picture("session")
            display.click(x + 48, y + 170, times=2)
        return display.window("Kikitori", 60)

    def close(self):
        host_rig.end(self.process)


def press_keys(display, window, osc):
    """The space bar is the transport's, wherever the focus is, except while something is typed."""
    x, y, _, _ = display.geometry(window)
    transcript, search = (x + 400, y + 400), (x + 760, y + 104)

    def is_the_plugins():
        return int(display.run("xdotool", "getwindowfocus", "-f") or window, 0) != int(window, 0)

    def click_into(place):
        """Until the keys are the plugin's: X11 leaves them with the host when it took them at the same time."""
        def clicked():
            display.click(*place)
            return is_the_plugins()

        wait_for(clicked, 20, "the keys are the plugin's")

    def space(where):
        for speed in (1, 0):
            display.key("space")
            wait_for(lambda: osc.rolls(speed), 10, f"a transport {'that rolls' if speed else 'at rest'} ({where})")
        print(f"ok: the space bar starts and stops the transport: {where}")

    space("window just opened")
    click_into(transcript)
    space("window clicked")
    click_into(search)
    display.key("a", "space", "b")
    check(osc.rolls(0), "the space bar is typed into a text field, and the transport is left alone")
    display.key("Escape")
    click_into(transcript)
    space("after typing")
    osc("/goto_start")


def words_in_song(rows):
    """Words with the song's seconds at which they begin, in their order."""
    words = []
    for start, _, _, _, details in rows:
        for text, offset, *rest in details["words"]:
            host = rest[3] if len(rest) > 3 else None
            words.append((host[0] if host else details["host"][0] + offset / host_rig.RATE, text))
    return sorted(words)


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
    osc = ardour.osc
    press_keys(display, window, osc)

    x, y, _, _ = display.geometry(window)
    start = (x + 71, y + 51)
    display.click(*start)
    wait_for(lambda: "listening" in display.text(window, STATUS), 60, "Listening in the window")
    # The track plays what was recorded on it, which is nothing.
    osc("/transport_play")
    wait_for(lambda: {"reaches", "ardour", "monitoring"} <= set(display.text(window, STATUS)), 60,
             "the window says that no sound reaches it, and why")
    osc.stop()
    osc("/goto_start")
    osc("/strip/monitor_input", 1, 1)
    osc("/transport_play")
    sound.play(host_rig.samples_of(speech), sound.ports("ardour:voice/audio_in"))
    osc.stop()

    def saved():
        # The transport stopped: a final confirms the last words although the track goes on with silence.
        words = transcript_words({"transcript": ardour.saved() or []})
        return words if len(words) > 0.7 * len(expected) else None

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

    # A part of the song is heard again, by an instance that knows the rest from the session alone.
    osc = ardour.osc
    x, y, _, _ = display.geometry(window)
    display.click(*start)
    wait_for(lambda: "listening" in display.text(window, STATUS), 60, "Listening in the window")
    begin, end = (int(second * host_rig.RATE) for second in AGAIN)
    part = host_rig.samples_of(speech)[:, begin:end]
    before = words_in_song(ardour.saved())
    for time_around in (1, 2, 3):
        known = {row[4]["host"][5] for row in ardour.saved()}
        osc("/locate", begin, 0)
        wait_for(lambda: osc.ask("/transport_frame") == begin, 20, "the playhead at 4 s")
        osc("/transport_play")
        sound.play(part, sound.ports("ardour:voice/audio_in"))
        stopped = osc.stop()

        def heard_again():
            rows = ardour.saved()
            return rows if rows and {row[4]["host"][5] for row in rows} - known else None

        after = words_in_song(wait_for(heard_again, 60, "words of the new pass in the session"))
        outside = [[word for word in words if not AGAIN[0] - 0.5 < word[0] < stopped + 0.1] for words in (before, after)]
        print(" ".join(text for _, text in after))
        check(outside[0] == outside[1] and len(outside[0]) > 0,
              f"heard again until {stopped:.1f} s ({time_around}): the {len(outside[0])} words around it stand there, once")
    display.picture(f"ardour-{kind}-again", window)
    ardour.close()
