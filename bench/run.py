#!/usr/bin/env python3
"""The bench: what a day costs against SQL by hand, and what other long work takes. One command:

    bench/run.py [--accounts 200000,2100000] [--store sqlite|postgres|both] [--only day,bulk,...] [--out FILE]

Needs the released programs (cargo build --release) and, for PostgreSQL, its server's programs; it starts a throw-away
cluster of its own with fsync on. CPU is user and system time of the client and of every server process, from the first
statement to a checkpoint after the last. Results go to FILE (bench/results.json), what was not measured now stays as it
was; from that file bench/plot.py writes the tables of docs/benchmarks.md and docs/benchmarks.svg.
"""
import argparse
import datetime
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

import day
import leavers
import long
from common import ROOT, machine, need_release, say
from stores import open_stores

KEPT = os.path.join(ROOT, "bench", "results.json")
PARTS = {
    "day": "100,000 accounts moved, against set-based SQL and a transaction an account",
    "workers": "the same by two workers, PostgreSQL",
    "bulk": "50,000 leavers by one file, and after a kill",
    "what-if": "two policies over a year",
    "verify": "the store derived anew from its events",
    "audit": "the audit chain checked",
    "simulation": "simulated days a second",
}


def per_row(runs):
    """Medians of (measured, rows): microseconds of CPU a row, seconds."""
    rows = runs[-1][1]
    return {
        "cpu_us": statistics.median(m.cpu / n * 1e6 for m, n in runs), "wall": statistics.median(m.wall for m, _ in runs),
        "rows": rows, "runs": len(runs), "spread_us": [round(m.cpu / n * 1e6, 2) for m, n in runs],
    }


def of_day(store, source, times):
    """The day by each contestant, turn by turn."""
    ours, theirs = [], []
    for turn in range(times):
        ours.append(day.almoner(store, source))
        theirs.append(day.set_based(store, source))
        found = f"{ours[-1][0].cpu / ours[-1][1] * 1e6:.1f} against {theirs[-1][0].cpu / theirs[-1][1] * 1e6:.1f}"
        say(f"{store.name}: turn {turn + 1}: {found} µs CPU a row")
    differing = day.differences(store)
    store.drop("by-hand")
    copied = [day.ready_made(store, source)]
    single = [day.one_by_one(store, source)]
    for copy in ("by-copy", "by-row"):
        store.drop(copy)
    found = {"almoner": per_row(ours), "set_based": per_row(theirs), "ready_made": per_row(copied),
             "one_by_one": per_row(single), "same_rows": differing}
    found["ratio"] = found["almoner"]["cpu_us"] / found["set_based"]["cpu_us"]
    if any(other for _, other in differing.values()):
        say(f"{store.name}: the contestants left different rows: {differing}")
    return found


def of_workers(store, source, times):
    """One worker and two, turn by turn."""
    if store.name != "postgres":
        return None
    if not day.has_workers():
        return skip("almoner run has no --workers")
    runs = {1: [], 2: []}
    for _ in range(times):
        for workers, list_of in runs.items():
            list_of.append(day.almoner(store, source, workers=workers))
    one, two = per_row(runs[1]), per_row(runs[2])
    return {"one": one, "two": two, "ratio": one["wall"] / two["wall"], "cores": os.cpu_count()}


def skip(why):
    say(f"skipped: {why}")
    return None


def of_store(store, accounts, asked, folder):
    """Everything that was asked for, of one population."""
    plain, source = day.prepare(store, accounts)
    parts = {
        "day": lambda: of_day(store, source, asked.times),
        "workers": lambda: of_workers(store, source, asked.times),
        "bulk": lambda: leavers.measure(store, source, folder),
        "what-if": lambda: long.what_if(store, plain),
        "verify": lambda: long.verify(store, plain),
        "audit": lambda: long.audit(store, plain),
    }
    for name, measure in parts.items():
        if name in asked.only:
            say(f"{store.name}, {accounts:,} accounts: {PARTS[name]}")
            yield name, measure()


def commit():
    asked = ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True).stdout.strip()


def keep(path, key, figure, versions):
    """Puts one figure into the file of results; the others stay."""
    results = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            results = json.load(file)
    figure["on"] = datetime.date.today().isoformat()
    figure["commit"] = commit()
    results.setdefault("figures", {})[key] = figure
    results["machine"] = machine()
    results.setdefault("versions", {}).update(versions)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results, file, indent=1, sort_keys=True)
        file.write("\n")


def arguments():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--accounts", default="200000,2100000", help="populations, with commas between")
    wanted.add_argument("--store", choices=("sqlite", "postgres", "both"), default="both")
    wanted.add_argument("--only", default=",".join(PARTS), help="; ".join(f"{k}: {v}" for k, v in PARTS.items()))
    wanted.add_argument("--times", type=int, default=3, help="turns of each contestant; medians are kept")
    wanted.add_argument("--out", default=KEPT, help="another file leaves the documents as they are")
    wanted.add_argument("--work", help="a folder for the stores, kept afterwards; some 20 GiB for 2,100,000 accounts")
    asked = wanted.parse_args()
    asked.only = asked.only.split(",")
    unknown = set(asked.only) - set(PARTS)
    if unknown:
        wanted.error(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return asked


def main():
    asked = arguments()
    need_release()
    # So that a stopped bench stops its PostgreSQL.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    folder = asked.work or tempfile.mkdtemp(prefix="almoner-bench-")
    os.makedirs(folder, exist_ok=True)
    try:
        for store in open_stores(asked.store, folder) if set(asked.only) - {"simulation"} else ():
            try:
                for accounts in map(int, asked.accounts.split(",")):
                    for name, figure in of_store(store, accounts, asked, folder):
                        if figure:
                            keep(asked.out, f"{name}/{store.name}/{accounts}", figure, {store.name: store.version()})
            finally:
                store.close()
        if "simulation" in asked.only:
            figure = long.simulation() or skip("there is no almoner-sim")
            if figure:
                keep(asked.out, "simulation", figure, {})
    finally:
        if not asked.work:
            shutil.rmtree(folder, ignore_errors=True)
    if asked.out == KEPT:
        subprocess.run([sys.executable, os.path.join(ROOT, "bench", "plot.py")], check=True)


main()
