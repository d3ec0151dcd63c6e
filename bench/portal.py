#!/usr/bin/env python3
"""The portal under load: what 50 people at once wait for, and what strangers at the door can do.

    bench/portal.py [--accounts 200000] [--store sqlite|postgres] [--seconds 10] [--only pages,timing,guesses,storm]

Needs the released program, wrk (Debian's package), and for PostgreSQL its server's programs. It starts the portal on a free
port of the loopback address, with a demonstration of its own, and prints a table. Rival of the pages: the sign-in page of
the same program, which asks the database for nothing.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse

from common import ALMONER, machine, need_release, run, say
from stores import open_stores
from visitor import PASSWORD, Visitor

NOW = "2018-11-01"
AT_ONCE = 50


class Portal:
    """The program as a server."""

    def __init__(self, url):
        self.at = ("--store", url, "--quiet", "--now", NOW)
        self.child = subprocess.Popen([ALMONER, *self.at, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)
        self.port = next(int(found.group(1)) for line in self.child.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        threading.Thread(target=self.child.stdout.read, daemon=True).start()

    def password(self, address):
        text = run(*self.at, "--json", "password", address)[3]
        return re.search(r'"password": ?"([^"]+)"', text).group(1)

    def peak_mib(self):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def close(self):
        self.child.terminate()
        self.child.wait()


def wrk(portal, path, cookies, seconds):
    """Requests a second and the 50th and 99th percentile in milliseconds, of so many people at once."""
    header = "Cookie: " + "; ".join(f"{k}={v}" for k, v in cookies.items())
    asked = ["wrk", "-t1", f"-c{AT_ONCE}", f"-d{seconds}s", "--latency", "--timeout", "30s", "-H", header,
             f"http://127.0.0.1:{portal.port}{path}"]
    text = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"{path}: not every answer was a page\n{text}")
    unit = {"us": 1e-3, "ms": 1, "s": 1e3}
    of = lambda percent: next(float(v) * unit[u] for v, u in re.findall(rf"{percent}%\s+([\d.]+)(us|ms|s)", text))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), of(50), of(99)


def pages(portal, store, name, seconds):
    """What an administrator opens all day, by 50 at once, while another process reads the whole store."""
    admin, code, other = store.sql(name, """
        SELECT a.address, g.scope_of, (SELECT MIN(b.address) FROM account b WHERE b.organisation = g.scope_of
         AND b.kind = 'user' AND b.status = 'active')
        FROM role_grant g JOIN account a ON a.id = g.account_id
        WHERE g.role = 'local_admin' AND g.scope = 'organisation' AND g.ended_at IS NULL AND a.status = 'active'
        ORDER BY g.id LIMIT 1""")[0]
    visitor = Visitor(portal.port).sign_in(admin, portal.password(admin))
    busy = subprocess.Popen(["sh", "-c", 'while :; do "$@"; done', "sh", ALMONER, *portal.at, "run", "--preview"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    quoted = urllib.parse.quote(other)
    asked = {"sign-in page": "/sign-in", "search": f"/accounts?q={quoted.split('.')[0][:4]}", "account": f"/accounts/{quoted}",
             "forecast": f"/forecast?organisation={code}"}
    try:
        for what, path in asked.items():
            rate, median, worst = wrk(portal, path, visitor.cookies, seconds)
            yield f"{what}, p99 of {AT_ONCE} at once", f"{worst:.0f} ms", f"median {median:.0f} ms, {rate:.0f} a second"
    finally:
        os.killpg(busy.pid, 9)
        busy.wait()


def tried(visitor, address):
    begun = time.perf_counter()
    status, _, _ = visitor.post("/sign-in", address=address, password="not the password")
    return (time.perf_counter() - begun) * 1e3, status


def timing(portal, store, name, tries=1000):
    """Wrong passwords for addresses that exist and that do not, in turn; a source tries no more than it may."""
    known = [row[0] for row in store.sql(name, "SELECT address FROM account WHERE kind = 'user' AND status = 'active'"
                                               f" ORDER BY (id * 7919) % 1000003 LIMIT {tries}")]
    times = ([], [])
    for at, address in enumerate(known):
        visitor = Visitor(portal.port, f"127.0.2.{at // 40 + 1}")
        for which, asked in enumerate((address, f"x{address}")):
            times[which].append(tried(visitor, asked)[0])
    real, unreal = map(statistics.median, times)
    yield ("wrong password, address known or not: difference of medians", f"{abs(real - unreal):.2f} ms",
           f"{real:.2f} and {unreal:.2f} ms, {tries} tries of each")


def guesses(portal, store, name, count=10_000, sources=50):
    """Guesses from many sources at one account, whose person signs in meanwhile from a browser that is known."""
    address = store.sql(name, "SELECT address FROM account WHERE kind = 'user' AND status = 'active' AND id NOT IN"
                              " (SELECT account_id FROM role_grant) ORDER BY id LIMIT 1")[0][0]
    person = Visitor(portal.port).sign_in(address, portal.password(address))
    statuses, lock = {}, threading.Lock()

    def guess(source):
        visitor = Visitor(portal.port, f"127.0.3.{source}")
        for _ in range(count // sources):
            _, status = tried(visitor, address)
            with lock:
                statuses[status] = statuses.get(status, 0) + 1

    begun = time.monotonic()
    guessers = [threading.Thread(target=guess, args=(source,)) for source in range(1, sources + 1)]
    for guesser in guessers:
        guesser.start()
    waits = []
    while any(guesser.is_alive() for guesser in guessers):
        time.sleep(1)
        again = Visitor(portal.port)
        again.cookies = {k: v for k, v in person.cookies.items() if "device" in k}
        at = time.perf_counter()
        status, goes_to, _ = again.post("/sign-in", address=address, password=PASSWORD)
        if status != 303:
            raise SystemExit(f"the person on a known device was refused: {status} {goes_to}")
        waits.append((time.perf_counter() - at) * 1e3)
    stranger = Visitor(portal.port, "127.0.3.99").post("/sign-in", address=address, password=PASSWORD)[0]
    yield (f"{count:,} wrong passwords from {sources} addresses: the person on a known device", f"signed in {len(waits)} times of {len(waits)}",
           f"waited {statistics.median(waits):.0f} ms (median); {time.monotonic() - begun:.0f} s in all; a stranger with the right"
           f" password: {'refused' if stranger != 303 else 'LET IN'}; answers {dict(sorted(statuses.items()))}")


def storm(portal, store, name, seconds):
    """Sign-ins by 50 at once, and what whoever is in waits for a page."""
    address = store.sql(name, "SELECT address FROM account WHERE kind = 'user' AND status = 'active' AND id NOT IN"
                              " (SELECT account_id FROM role_grant) ORDER BY id DESC LIMIT 1")[0][0]
    person = Visitor(portal.port).sign_in(address, portal.password(address))
    quiet = sorted(timed(person) for _ in range(200))
    over = threading.Event()

    def knock(source):
        visitor, number = Visitor(portal.port, f"127.0.4.{source}"), 0
        while not over.is_set():
            number += 1
            tried(visitor, f"nobody{source}.{number}@mail.example")

    knockers = [threading.Thread(target=knock, args=(source,)) for source in range(1, AT_ONCE + 1)]
    for knocker in knockers:
        knocker.start()
    time.sleep(1)
    times, ends = [], time.monotonic() + seconds
    while time.monotonic() < ends:
        times.append(timed(person))
    over.set()
    for knocker in knockers:
        knocker.join()
    times.sort()
    of = lambda all_, part: all_[min(len(all_) - 1, int(len(all_) * part))]
    yield (f"first page while {AT_ONCE} sign in at once, p99", f"{of(times, .99):.0f} ms",
           f"median {of(times, .5):.0f} ms; undisturbed {of(quiet, .5):.0f} and {of(quiet, .99):.0f} ms")


def timed(person):
    begun = time.perf_counter()
    status, _, _ = person.get("/")
    if status != 200:
        raise SystemExit(f"the first page answers {status}")
    return (time.perf_counter() - begun) * 1e3


def main():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--accounts", type=int, default=200_000)
    wanted.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    wanted.add_argument("--seconds", type=int, default=10)
    wanted.add_argument("--only", default="pages,timing,guesses,storm")
    asked = wanted.parse_args()
    need_release()
    folder = tempfile.mkdtemp(prefix="almoner-portal-")
    store = next(iter(open_stores(asked.store, folder)))
    rows = []
    try:
        store.make("portal")
        say(f"a demonstration of {asked.accounts:,} accounts")
        run("--store", store.url("portal"), "--quiet", "--now", NOW, "demo", "--accounts", str(asked.accounts), "--no-run")
        store.tidy("portal")
        portal = Portal(store.url("portal"))
        try:
            parts = {"pages": lambda: pages(portal, store, "portal", asked.seconds), "timing": lambda: timing(portal, store, "portal"),
                     "guesses": lambda: guesses(portal, store, "portal"), "storm": lambda: storm(portal, store, "portal", asked.seconds)}
            for part in asked.only.split(","):
                say(part)
                rows.extend(parts[part]())
            rows.append(("memory of the program, peak", f"{portal.peak_mib():.0f} MiB", ""))
        finally:
            portal.close()
    finally:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Machine: {machine()}; {asked.accounts:,} accounts, {asked.store}\n\n| what | figure | more |\n|---|---|---|")
    for row in rows:
        print(f"| {' | '.join(row)} |")


main()
