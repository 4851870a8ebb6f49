"""pluginval at strictness 10 and Steinberg's VST3 validator, where they are installed. Neither is a Debian package: put
pluginval (github.com/Tracktion/pluginval) and validator (of the VST 3 SDK) on the path, or name them in PLUGINVAL and
VST3_VALIDATOR.
"""

import os
import shutil
import subprocess

import host_rig
from host_rig import check


def found(variable, program):
    return os.environ.get(variable) or shutil.which(program)


def run(name, command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=900)
    print(done.stdout[-4000:])
    check(done.returncode == 0, f"{name} is content")


with host_rig.Rig() as rig:
    pluginval = found("PLUGINVAL", "pluginval")
    validator = found("VST3_VALIDATOR", "validator")

    if pluginval:
        screen = [] if os.environ.get("DISPLAY") else ["xvfb-run", "-a"]
        run("pluginval", [*screen, pluginval, "--strictness-level", "10", "--timeout-ms", "600000", "--validate",
                          str(rig.vst3)])
    if validator:
        run("Steinberg's validator", [validator, str(rig.vst3)])

    programs = {"pluginval": pluginval, "Steinberg's validator": validator}
    missing = [name for name, program in programs.items() if not program]
    if missing:
        host_rig.skip(f"{' and '.join(missing)} not installed")
