#!/usr/bin/env python3
"""Writes the tables of docs/benchmarks.md (between its marks) and docs/benchmarks.svg from a file of results."""
import json
import os
import sys

from common import ROOT

BEGIN, END = "<!-- bench/plot.py: begin -->", "<!-- bench/plot.py: end -->"
STORES = (("sqlite", "SQLite"), ("postgres", "PostgreSQL"))


class Figures:
    """The results, by what, store and population."""

    def __init__(self, results):
        self.of = results["figures"]
        self.machine, self.versions = results["machine"], results.get("versions", {})

    def found(self, what):
        """Stores and populations of one kind of figure, in order."""
        for store, shown in STORES:
            known = [key.split("/") for key in self.of if key.startswith(f"{what}/{store}/")]
            for accounts in sorted(int(key[2]) for key in known):
                yield shown, accounts, self.of[f"{what}/{store}/{accounts}"]


def table(headings, rows):
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def times(value):
    return f"{value:.2f} ×"


def day_table(figures):
    rows = []
    for store, accounts, f in figures.found("day"):
        ours, rival, floor, single = (f[k]["cpu_us"] for k in ("almoner", "set_based", "ready_made", "one_by_one"))
        spread = f["almoner"]["spread_us"]
        rows.append([store, f"{accounts:,}", f"{f['almoner']['rows']:,}", f"{ours:.1f} µs ({min(spread):.1f} to {max(spread):.1f})",
                     f"{rival:.1f} µs", f"**{times(ours / rival)}**", times(ours / floor), f"{single / ours:.0f} × less",
                     f"{f['almoner']['wall']:.1f} s"])
    headings = ["store", "accounts", "moved", "almoner run, CPU a row", "SQL by hand", "of SQL by hand",
                "of copying ready rows", "than a transaction each", "time"]
    return table(headings, rows) if rows else ""


def growth(figures):
    by_store = {}
    for store, accounts, f in figures.found("day"):
        by_store.setdefault(store, []).append((accounts, f["almoner"]["cpu_us"]))
    lines = []
    for store, found in by_store.items():
        (small, one), (large, many) = found[0], found[-1]
        if small != large:
            lines.append(f"- {store}: the same day in {large:,} accounts costs {times(many / one)} of what it costs in {small:,}.")
    for store, accounts, f in figures.found("workers"):
        lines.append(f"- {store}, {accounts:,} accounts: two workers finish in {f['two']['wall']:.1f} s, one in"
                     f" {f['one']['wall']:.1f} s: {times(f['ratio'])}, on {f['cores']} cores that the server shares with them.")
    return "\n".join(lines)


def rest_table(figures):
    rows = []
    for store, accounts, f in figures.found("bulk"):
        rows.append([f"bulk file of {f['lines']:,} leavers", store, f"{accounts:,}", f"{f['seconds']:.1f} s",
                     f"{f['cpu']:.1f} s CPU; killed after {f['killed_after']:,} and sent again:"
                     f" {f['rest_seconds']:.1f} s more, each marked once"])
    long = (("what-if", "what-if, two policies, 365 days"), ("verify", "verify"), ("audit", "audit verify"))
    for what, shown in long:
        for store, accounts, f in figures.found(what):
            more = f"{f['cpu']:.1f} s CPU"
            if what == "what-if":
                more += f"; after reading {f['playing']:.2f} s, columns {f['column_mib']:.0f} MiB"
            rows.append([shown, store, f"{accounts:,}", f"{f['seconds']:.1f} s", more])
    sim = figures.of.get("simulation")
    if sim:
        rows.append(["simulation", "SQLite", "200", f"{sim['days_a_second']:.0f} days a second", f"{sim['days']:,} days, {sim['operations']:,} operations"])
    return table(["what", "store", "accounts", "time", "more"], rows) if rows else ""


def section(figures):
    if not figures.of:
        return "Nothing was measured yet."
    dates = sorted({f["on"] for f in figures.of.values()})
    commits = sorted({f["commit"] for f in figures.of.values() if f["commit"]})
    versions = ", ".join(sorted(figures.versions.values()))
    measured = f"Measured {' to '.join(sorted({dates[0], dates[-1]}))} on {figures.machine}; {versions}; commit {', '.join(commits)}."
    pieces = [measured, day_table(figures), growth(figures), rest_table(figures)]
    return "\n\n".join(piece for piece in pieces if piece)


STYLE = """text { font: 13px system-ui, sans-serif; fill: #24292f }
 .small { font-size: 11px } .head { font-weight: 600; font-size: 15px }
 .ours { fill: #2f6fb0 } .other { fill: #a6adb5 } .line { stroke: #6b737c; stroke-width: 1; stroke-dasharray: 4 3 }
 @media (prefers-color-scheme: dark) { text { fill: #dfe4ea } .ours { fill: #6aa9e9 } .other { fill: #66707b } .line { stroke: #9aa4af } }"""


def chart(figures):
    """Bars of CPU a row, SQL by hand being 1."""
    bars, y, told = [], 78, []
    left, unit = 250, 190  # Where 1.0 lies is left + unit.
    for store, accounts, f in figures.found("day"):
        rival = f["set_based"]["cpu_us"]
        bars.append(f'<text x="16" y="{y}" font-weight="600">{store}, {accounts:,} accounts</text>')
        y += 10
        for name, key, kind in (("almoner run", "almoner", "ours"), ("SQL by hand, set-based", "set_based", "other"),
                                ("ready-made rows, copied", "ready_made", "other"), ("a transaction an account", "one_by_one", "other")):
            ratio = f[key]["cpu_us"] / rival
            width = min(ratio, 2.1) * unit
            bars.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end" class="small">{name}</text>')
            bars.append(f'<rect x="{left}" y="{y + 2}" width="{width:.1f}" height="16" class="{kind}"/>')
            if ratio > 2.1:  # A bar that is cut off says so.
                bars.append(f'<path d="M{left + width - 12:.1f} {y + 20} l6 -20 M{left + width - 6:.1f} {y + 20} l6 -20" class="line"/>')
            bars.append(f'<text x="{left + width + 8:.1f}" y="{y + 14}" class="small">{ratio:.2f} ({f[key]["cpu_us"]:.1f} µs)</text>')
            y += 21
        told.append(f"{store} with {accounts:,} accounts: {f['almoner']['cpu_us'] / rival:.2f}")
        y += 26
    height = y + 6
    described = "CPU time for each changed account, as a multiple of hand-written set-based SQL. almoner run, " + "; ".join(told) + "."
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" role="img" aria-labelledby="title desc">
<title id="title">CPU for each changed account, against SQL by hand</title>
<desc id="desc">{described}</desc>
<style>{STYLE}</style>
<text x="16" y="26" class="head">A day that moves 100,000 accounts: CPU for each, SQL by hand = 1</text>
<text x="16" y="46" class="small">Shorter is better. Client and server, audit lines, notes, notices and commands included.</text>
<line x1="{left + unit}" y1="58" x2="{left + unit}" y2="{height - 24}" class="line"/>
{chr(10).join(bars)}
</svg>
"""


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "bench", "results.json")
    with open(path, encoding="utf-8") as file:
        figures = Figures(json.load(file))
    page = os.path.join(ROOT, "docs", "benchmarks.md")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    head, rest = text.split(BEGIN, 1)
    with open(page, "w", encoding="utf-8") as file:
        file.write(f"{head}{BEGIN}\n\n{section(figures)}\n\n{END}{rest.split(END, 1)[1]}")
    if any(figures.found("day")):
        with open(os.path.join(ROOT, "docs", "benchmarks.svg"), "w", encoding="utf-8") as file:
            file.write(chart(figures))


main()
