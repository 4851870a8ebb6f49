"""The LV2 bundle as lilv sees it: found by its URI, stereo in and out, with a window and saved state."""

import os
import shutil
import subprocess
import sys

import host_rig
from host_rig import check

URI = "urn:kikitori:Kikitori"

# JUCE describes parameters with the properties of ports, lists an extension and a feature of the window that LV2 has
# elsewhere, puts its project's facts at the plugin, and names its one program without describing it.
OF_EVERY_JUCE_PLUGIN = (
    "Object not in range <http://lv2plug.in/ns/lv2core#ExtensionData>",
    "Object not in range <http://lv2plug.in/ns/lv2core#Feature>",
    "Subject not in domain <http://lv2plug.in/ns/lv2core#Port>",
    "Subject not in domain <http://usefulinc.com/ns/doap#Project>",
    "Use of undefined property",
    "Program> has no label",
)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


with host_rig.Rig() as rig:
    host_rig.need("lv2ls", "lv2info")
    os.environ["LV2_PATH"] = str(rig.lv2)

    _, listed = run("lv2ls")
    check(URI in listed.split(), "lv2ls lists it")
    code, told = run("lv2info", URI)
    check(code == 0 and "error" not in told.lower(), "lv2info reads its description without a complaint")
    check("Name:" in told and "Kikitori" in told, "it is called Kikitori")
    check(told.count("http://lv2plug.in/ns/lv2core#AudioPort") == 4, "it has two audio inputs and two outputs")
    check("http://lv2plug.in/ns/ext/state#interface" in told, "it saves its state")
    check("http://lv2plug.in/ns/extensions/ui#X11UI" in told, "it has a window")

    if shutil.which("lv2_validate") is None:
        print("lv2_validate is not installed: the description was not checked against LV2's own")
        sys.exit(0)

    _, told = run("lv2_validate", *(str(file) for file in (rig.lv2 / "Kikitori.lv2").glob("*.ttl")))
    complaints = [line for line in told.splitlines() if line.startswith("error:")]
    strange = [line for line in complaints if not any(known in line for known in OF_EVERY_JUCE_PLUGIN)]
    check("restrictions" in told and not strange, f"lv2_validate only finds what JUCE 7 writes: {strange}")
