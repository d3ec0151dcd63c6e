#!/usr/bin/env python3
"""Measures what a user waits for, with the released program and a store of any size, and prints a table.

    bench/figures.py [--accounts 2100000] [--lines 200000] [--store URL] [--keep]

Rival of the import: the same rows into the same tables by hand-written SQL (Python's sqlite3, one transaction for 2,000
lines, no validation, no outcome, no way to send the file twice). Each figure is the median of its runs; CPU and memory
are the process's own (getrusage, wait4).
"""
import argparse
import csv
import json
import os
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time

from common import machine, median, need_release, run

def joiners(path, lines, codes):
    """A file of new accounts for open organisations."""
    dice = random.Random(7)
    first = ["Ann", "Tom", "Siân", "Łukasz", "María José", "Aoife", "Mohammed", "Grace", "Chinwe", "Li"]
    last = ["Lee", "O'Neill", "García-López", "Khan", "van der Berg", "Smith", "Okafor", "Wójcik", "Chen", "Jones"]
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow("ID,LocalId,Title,FirstName,LastName,DisplayName,Mobile,HideMobile,Telephone,JobTitle,"
                     "OrganisationODS,Unit,Licence,Notes".split(","))
        for i in range(lines):
            name = f"{dice.choice(first)}{chr(97 + i % 26)}", f"{dice.choice(last)}{chr(97 + i // 26 % 26)}"
            out.writerow(["", f"B{i}", "", *name, "", "", "no", "020 7946 0000", "Nurse", dice.choice(codes), "", "", ""])


def by_hand(path, template, folder):
    """The rival: the same rows by hand-written SQL into a copy of the same schema."""
    store = os.path.join(folder, "rival.db")
    shutil.copy(template, store)
    db = sqlite3.connect(store, isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;")
    usage = time.process_time()
    begun = time.monotonic()
    numbers, next_id, rows = {}, 10_000_000, []

    def flush():
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO account (id, kind, address, organisation, local_id, status, since_at, created_at,"
                       " signal_sources, next_on, next_work, version) VALUES (?, 'user', ?, ?, ?, 'pending', 0, 0,"
                       " '------', 20000, 'inactivate', 1)", [(r[0], r[1], r[2], r[3]) for r in rows])
        db.executemany("INSERT INTO profile (account_id, title, first_name, last_name, display_name, mobile, hide_mobile,"
                       " telephone, job_title, unit, licence, quota_mib, services_off, hidden, notes)"
                       " VALUES (?, '', ?, ?, '', '', 0, ?, ?, '', 'standard', 4096, '', 0, '')",
                       [(r[0], r[4], r[5], r[6], r[7]) for r in rows])
        db.executemany("INSERT INTO address (address, account_id, kind) VALUES (?, ?, 'primary')",
                       [(r[1], r[0]) for r in rows])
        db.executemany("INSERT INTO event (id, at, actor, object_type, object, account_id, organisation, action, rule,"
                       " detail) VALUES (?, 0, 'operator', 'user', ?, ?, ?, 'created', 'ORG-01', ?)",
                       [(r[0] + 100_000_000, r[1], r[0], r[2], json.dumps({"after": {"address": r[1], "first_name": r[4],
                        "last_name": r[5], "organisation": r[2], "local_id": r[3], "status": "pending"}})) for r in rows])
        db.execute("COMMIT")
        rows.clear()

    with open(path, newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            base = f"{line['FirstName']}.{line['LastName']}".lower().replace(" ", "-")
            numbers[base] = numbers.get(base, -1) + 1
            address = f"{base}{numbers[base] or ''}@rival.example"
            rows.append((next_id, address, line["OrganisationODS"], line["LocalId"], line["FirstName"], line["LastName"],
                         line["Telephone"], line["JobTitle"]))
            next_id += 1
            if len(rows) == 2000:
                flush()
        flush()
    return time.monotonic() - begun, time.process_time() - usage


def main():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--accounts", type=int, default=2_100_000)
    wanted.add_argument("--lines", type=int, default=200_000)
    wanted.add_argument("--store", default="")
    wanted.add_argument("--keep", action="store_true", help="leave the store for a look")
    asked = wanted.parse_args()
    need_release()
    folder = tempfile.mkdtemp(prefix="almoner-bench-")
    url = asked.store or f"sqlite:{folder}/bench.db"
    store = ("--store", url, "--quiet")
    rows = []

    def row(what, figure, note=""):
        rows.append((what, figure, note))
        print(f"  {what}: {figure} {note}", file=sys.stderr, flush=True)

    wall, cpu, peak, _ = run(*store, "demo", "--accounts", str(asked.accounts), "--no-run")
    row(f"demo of {asked.accounts:,} accounts", f"{asked.accounts / wall:,.0f} a second",
        f"{wall:.0f} s, {cpu / asked.accounts * 1e6:.0f} µs CPU each, peak {peak:.0f} MiB")
    wall, cpu, peak, _ = median(3, *store, "run", "--preview", "--json")
    row("first preview of a day", f"{wall:.2f} s", f"peak {peak:.0f} MiB")
    wall, cpu, peak, text = run(*store, "run", "--json")
    done = json.loads(text)
    row("the first run", f"{wall:.1f} s",
        f"{sum(done['done'].values()):,} transitions, {done['notices']:,} notices, peak {peak:.0f} MiB")
    organisations = json.loads(run(*store, "org", "list", "--open", "--limit", "1000", "--json")[3])
    codes = [o["ods"] for o in organisations]
    busy, addresses = "", []
    for code in [c for c in codes if c.startswith("R")] + codes:
        listed = json.loads(run(*store, "account", "list", "--organisation", code, "--limit", "20", "--json")[3])
        if listed:
            busy, addresses = code, [a["address"] for a in listed]
            break
    walls = [run(*store, "explain", address, "--json")[0] for address in addresses]
    row("explain one account, program start included", f"{statistics.median(walls) * 1000:.1f} ms", f"of {len(walls)}")
    wall, _, peak, text = median(5, *store, "forecast", "--organisation", busy, "--days", "30", "--json")
    row(f"forecast of one organisation, 30 days ({busy}, {len(json.loads(text)):,} steps)", f"{wall * 1000:.0f} ms")
    path = os.path.join(folder, "joiners.csv")
    joiners(path, asked.lines, codes)
    wall, cpu, peak, _ = run(*store, "account", "import", path, "--out", os.path.join(folder, "out.csv"), "--json")
    row(f"import of {asked.lines:,} new accounts", f"{asked.lines / wall:,.0f} a second",
        f"{cpu / asked.lines * 1e6:.0f} µs CPU each, peak {peak:.0f} MiB")
    if url.startswith("sqlite:"):
        empty = os.path.join(folder, "empty.db")
        run("--store", f"sqlite:{empty}", "init", "--rehearsal")
        rival, rival_cpu = by_hand(path, empty, folder)
        row("rival: the same rows by hand-written SQL, unvalidated", f"{asked.lines / rival:,.0f} a second",
            f"Almoner takes {cpu / rival_cpu:.2f} times its CPU, {wall / rival:.2f} times its time")
    print(f"\nMachine: {machine()}\n\n| what | figure | more |\n|---|---|---|")
    for what, figure, note in rows:
        print(f"| {what} | {figure} | {note} |")
    if not asked.keep:
        shutil.rmtree(folder)


main()
