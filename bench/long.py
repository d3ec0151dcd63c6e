"""Long work that is measured when this almoner has the verb: what-if, verify, the audit chain, the simulation."""
import json
import os
import statistics

from common import ALMONER, RELEASE, call, knows, run, say
from day import DATES


def absent(verb):
    say(f"skipped: almoner has no {verb} yet")


def at(store, name):
    return ("--store", store.url(name), "--quiet", "--now", DATES[0])


def what_if(store, source):
    """Another policy from today on, against the one in force, for a year: all of it, and what comes after reading."""
    if not knows("what-if"):
        return absent("what-if")
    asked = (*at(store, source), "what-if", "--policy", "2021-02", "--begins", DATES[0], "--json", "--days")
    runs = [call(ALMONER, *asked, "365", "--timings") for _ in range(3)]
    wall, cpu, peak = (statistics.median(run[at] for run in runs) for at in (1, 2, 3))
    stage = lambda errors: next(float(line.split()[-2]) for line in errors.splitlines() if line.startswith("both policies:"))
    return {"seconds": wall, "cpu": cpu, "peak_mib": peak, "playing": statistics.median(stage(run[5]) for run in runs),
            "column_mib": json.loads(runs[-1][4])["bytes"] / 1024 / 1024}


def checked(store, source, verb):
    """A verb that reads the whole store, and must find it good."""
    if not knows(verb):
        return absent(verb)
    wall, cpu, peak, _ = run(*at(store, source), *verb.split(), "--json")
    return {"seconds": wall, "cpu": cpu, "peak_mib": peak}


def verify(store, source):
    return checked(store, source, "verify")


def audit(store, source):
    return checked(store, source, "audit verify")


def simulation():
    """Made-up lives of 200 accounts, by the simulation's own program: simulated days a second."""
    program = os.path.join(RELEASE, "almoner-sim")
    if not os.path.exists(program):
        return None
    code, wall, cpu, _, text, errors = call(program, "--seeds", "3", "--accounts", "200", "--json")
    if code != 0:
        raise SystemExit(f"almoner-sim: exit {code}: {text}{errors}")
    told = json.loads(text)
    return {"seconds": wall, "cpu": cpu, "days": told["days"], "operations": told["operations"], "days_a_second": told["days"] / wall}
