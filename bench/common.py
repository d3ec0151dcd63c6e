"""What every bench needs: calling the released program, CPU and memory of it, the machine, medians."""
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RELEASE = os.path.join(os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target")), "release")
ALMONER = os.path.join(RELEASE, "almoner")


def say(text):
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def call(*command, given=None):
    """Runs a program: (exit code, wall seconds, CPU seconds, peak MiB, what it printed, its errors)."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdin=given or subprocess.DEVNULL, stdout=out, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode())
    return (child.returncode, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, *texts)


def run(*arguments, check=True):
    """Runs almoner: (wall seconds, CPU seconds, peak MiB, what it printed)."""
    code, wall, cpu, peak, text, errors = call(ALMONER, *arguments)
    if check and code != 0:
        sys.exit(f"almoner {' '.join(arguments)}: exit {code}\n{text[-2000:]}{errors}")
    return wall, cpu, peak, text


def median(times, *arguments):
    runs = [run(*arguments) for _ in range(times)]
    return tuple(statistics.median(r[i] for r in runs) for i in range(3)) + (runs[-1][3],)


def knows(verb, word=""):
    """Whether this almoner has a verb, and in its help a word."""
    code, _, _, _, text, _ = call(ALMONER, *verb.split(), "--help")
    return code == 0 and word in text


def need_release():
    if not os.path.exists(ALMONER):
        sys.exit("build it first: cargo build --release")


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next(int(line.split()[1]) for line in open("/proc/meminfo") if line.startswith("MemTotal")) // 1024 // 1024
    return f"{os.cpu_count()} cores ({cpu}), {memory} GiB, {os.uname().sysname} {os.uname().release}"
