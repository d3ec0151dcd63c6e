"""Long work that is measured when this almoner has the verb: what-if, verify, the audit chain, the simulation."""
import json
import os
import time

from common import ALMONER, RELEASE, call, knows, run, say
from day import DATES


def absent(verb):
    say(f"skipped: almoner has no {verb} yet")


def at(store, name):
    return ("--store", store.url(name), "--quiet", "--now", DATES[1])


def what_if(store, source):
    """A year of another policy, against the one in force."""
    if not knows("what-if"):
        return absent("what-if")
    wall, cpu, peak, text = run(*at(store, source), "what-if", "--policy", "2021-02", "--days", "365", "--json")
    answer = json.loads(text)
    told = {name: answer[name] for name in answer if "second" in name or name.endswith("_ms")}
    return {"seconds": wall, "cpu": cpu, "peak_mib": peak, "told": told}


def checked(store, source, verb):
    """A verb that reads the whole store; what it finds is no matter here, the bench's facts were shifted by hand."""
    if not knows(verb):
        return absent(verb)
    code, wall, cpu, peak, _, errors = call(ALMONER, *at(store, source), *verb.split(), "--json")
    if code not in (0, 1):
        raise SystemExit(f"almoner {verb}: exit {code}: {errors}")
    return {"seconds": wall, "cpu": cpu, "peak_mib": peak, "exit": code}


def verify(store, source):
    return checked(store, source, "verify")


def audit(store, source):
    return checked(store, source, "audit verify")


def simulation():
    """Seeds of the simulation, by its own program: simulated days a second."""
    program = os.path.join(RELEASE, "almoner-sim")
    if not os.path.exists(program):
        return None
    begun = time.monotonic()
    code, _, cpu, _, text, errors = call(program, "--seeds", "4", "--json")
    wall = time.monotonic() - begun
    if code != 0:
        raise SystemExit(f"almoner-sim: exit {code}: {text}{errors}")
    days = json.loads(text)["days"]
    return {"seconds": wall, "cpu": cpu, "days": days, "days_a_second": days / wall}
