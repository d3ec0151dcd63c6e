"""50,000 leavers by one bulk file: how long it takes, and that a killed one goes on where it was."""
import csv
import os
import signal
import subprocess
import time

from common import ALMONER, run, say
from day import DATES
from stores import Measured

LEAVERS = 50_000


def file_of(store, source, folder):
    """A file of actions for active people, spread over the organisations."""
    asked = ("SELECT address FROM account WHERE kind = 'user' AND status = 'active' AND held_at IS NULL"
             f" ORDER BY (id * 7919) % 1000003, id LIMIT {LEAVERS}")
    path = os.path.join(folder, "leavers.csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["Address", "Action", "Argument", "Reason"])
        out.writerows([address, "leaver", "", "left"] for (address,) in store.sql(source, asked))
    return path


def done(store, name):
    lines = "SELECT COUNT(*), COUNT(DISTINCT account_id) FROM event WHERE action = 'marked_leaver'"
    return tuple(map(int, store.sql(name, lines)[0]))


def measure(store, source, folder, target="by-bulk"):
    """Seconds of one file, undisturbed; and after a kill in the middle, the seconds of the rest."""
    path, out = file_of(store, source, folder), os.path.join(folder, "out.csv")
    store.clone(source, target)
    before = done(store, target)[0]
    command = ("--store", store.url(target), "--quiet", "--now", DATES[1], "bulk", path, "--out", out)
    with Measured(store) as whole:
        run(*command)
    lines, accounts = done(store, target)
    if lines - before != LEAVERS:
        raise SystemExit(f"{lines - before:,} of {LEAVERS:,} leavers were marked")
    store.clone(source, target)
    child = subprocess.Popen([ALMONER, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(whole.wall / 2)
    child.send_signal(signal.SIGKILL)
    child.wait()
    at_kill = done(store, target)[0] - before
    with Measured(store) as rest:
        run(*command)
    again, once = done(store, target)
    say(f"{store.name}: killed after {at_kill:,} leavers; afterwards {again - before:,}, each once")
    if (again, once) != (lines, accounts):
        raise SystemExit("the resumed file did not mark each leaver once")
    return {"seconds": whole.wall, "cpu": whole.cpu, "lines": LEAVERS, "killed_after": at_kill, "rest_seconds": rest.wall}
