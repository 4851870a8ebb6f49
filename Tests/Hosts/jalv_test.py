"""The LV2 bundle in jalv with its window: a recording is played into it and the words stand in the window.
"""

import os

import host_rig
import screen
from host_rig import likeness, wait_for

URI = "urn:kikitori:Kikitori"
SECONDS = 17


with host_rig.Rig() as rig:
    host_rig.need_long()
    host_rig.need("jalv.gtk3", *screen.NEEDED)
    os.environ["LV2_PATH"] = f"{rig.lv2}:/usr/lib/lv2"
    speech = rig.speech(SECONDS)
    expected = rig.expected(speech)
    display = screen.Screen(rig)
    sound = screen.Sound(rig)
    rig.start(["jalv.gtk3", "-n", "jalv", URI])
    window = display.window("Kikitori", 60)
    wait_for(lambda: "speak" in display.text(window), 30, "the window's contents")

    x, y, _, _ = display.geometry(window)
    display.click(x + 71, y + 16)  # Start
    wait_for(lambda: "listening" in display.text(window), 60, "Listening in the window")
    sound.play(host_rig.samples_of(speech), sound.ports("jalv:audio_in"))

    letters = "".join(expected)

    def heard():
        """How much of what the command line hears can be read where the transcript stands, without the times."""
        return likeness("".join(display.text(window, "610x400+236+112")), letters) > 0.5

    wait_for(heard, 60, "the words in the window")  # two hosts and text recognition may share the machine
    display.picture("jalv", window)
