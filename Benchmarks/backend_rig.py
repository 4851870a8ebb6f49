"""A backend for a benchmark: started on a free port, measured from outside, ended with the `with` statement.

    with Backend(options.backend, options.models, core=1) as backend:
        backend.url, backend.cpu_seconds(), backend.memory()
"""
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATE, FRAME = 16000, 640  # 40 ms


class Backend:
    def __init__(self, program, models, core=None, realtime="max_sessions: 128, compute_threads: 1"):
        self.folder = tempfile.TemporaryDirectory()
        scratch = pathlib.Path(self.folder.name)
        (scratch / "config.yaml").write_text(f"realtime: {{{realtime}}}\n")
        log = scratch / "log.json"
        command = [program, "--config", scratch / "config.yaml", "--port", "0", "--models", models,
                   "--data", scratch / "data", "--log-file", log]
        if core is not None:
            command = ["taskset", "-c", str(core)] + command
        self.process = subprocess.Popen([str(part) for part in command])
        try:
            self.url = f"ws://{self._address(log)}/ws"
        except Exception:
            self.__exit__()
            raise

    def _address(self, log):
        for _ in range(200):
            time.sleep(0.05)
            if log.exists() and "listening on" in (text := log.read_text()):
                return text.split("listening on ", 1)[1].split('"')[0].split()[0].rstrip(",")
        raise RuntimeError("The backend did not start.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()

    def cpu_seconds(self):
        """CPU time of the process so far, in nanoseconds' steps (clock_getcpuclockid(3))."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def memory(self):
        """Resident memory in MB (10^6 bytes)."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6


def speech(file, rate=RATE):
    """A 16 kHz file as 32-bit float samples; at another rate with straight lines between them."""
    import numpy
    import soundfile

    samples, file_rate = soundfile.read(file, dtype="float32", always_2d=True)
    assert file_rate == RATE, f"{file} must have {RATE} Hz"
    mono = samples.mean(axis=1)
    places = numpy.arange(len(mono) * rate // RATE) * (RATE / rate)
    return numpy.interp(places, numpy.arange(len(mono)), mono).astype("float32")
