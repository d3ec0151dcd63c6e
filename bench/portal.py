#!/usr/bin/env python3
"""The portal under load: what 50 people at once wait for, and what strangers at the door can do.

    bench/portal.py [--accounts 200000] [--store sqlite|postgres] [--seconds 10] [--only pages,report,timing,guesses,storm] [--keep FOLDER]

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

    # Everybody's requests come from this machine and an account is asked for faster than by a person.
    FREELY = {f"ALMONER_LIMITS_{name}": "100000" for name in ("SOURCE_PER_SECOND", "SOURCE_BURST", "ACCOUNT_BURST")} | {
        "ALMONER_LIMITS_ACCOUNT_PER_SECOND": "10000"}

    def __init__(self, url, key, freely):
        self.at = ("--store", url, "--quiet", "--now", NOW)
        self.child = subprocess.Popen([ALMONER, *self.at, "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True,
                                      env=os.environ | {"ALMONER_KEY_FILE": key} | (self.FREELY if freely else {}))
        self.port = next(int(found.group(1)) for line in self.child.stdout if (found := re.search(r"127\.0\.0\.1:(\d+)", line)))
        threading.Thread(target=self._keep, daemon=True).start()

    def _keep(self):
        """What went wrong is told when it happens; that a page was made is no news."""
        for line in self.child.stdout:
            if " info " not in line:
                say(line.strip())

    def password(self, address):
        text = run(*self.at, "--json", "password", address)[3]
        return re.search(r'"password": ?"([^"]+)"', text).group(1)

    def _mib(self, word):
        with open(f"/proc/{self.child.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(word)) / 1024

    def peak_mib(self):
        return self._mib("VmHWM")

    def now_mib(self):
        return self._mib("VmRSS")

    def close(self):
        self.child.terminate()
        self.child.wait()


LUA = """
local asked = { %s }
local at = 0
math.randomseed(7)
function request()
  at = at %% #asked + 1
  return wrk.format("GET", asked[at].path, { Cookie = asked[at].cookie })
end
"""
PAUSE = "function delay() return math.random(500, 1500) end\n"


def wrk(portal, people, path, seconds, pause):
    """Requests a second and the 50th and 99th percentile in milliseconds of people who ask for their pages; without a pause each
    asks for the next page as soon as one is there."""
    each = ", ".join('{ path = "%s", cookie = "%s" }' % (path(person), person.cookie()) for person in people)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % each + (PAUSE if pause else ""))
        script.flush()
        asked = ["wrk", "-t1", f"-c{AT_ONCE}", f"-d{seconds}s", "--latency", "--timeout", "30s", "-s", script.name,
                 f"http://127.0.0.1:{portal.port}/"]
        text = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"not every answer was a page\n{text}")
    unit = {"us": 1e-3, "ms": 1, "s": 1e3}
    of = lambda percent: next(float(v) * unit[u] for v, u in re.findall(rf"{percent}%\s+([\d.]+)(us|ms|s)", text))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), of(50), of(99)


def administrators(portal, store, name):
    """One local administrator of each of the largest organisations, signed in, with somebody to look at."""
    found = store.sql(name, f"""
        SELECT MIN(a.address), g.scope_of, o.size, o.first FROM role_grant g JOIN account a ON a.id = g.account_id
        JOIN (SELECT organisation, COUNT(*) AS size, MIN(address) AS first FROM account WHERE kind = 'user' AND status = 'active'
              GROUP BY organisation ORDER BY size DESC LIMIT {2 * AT_ONCE}) o ON o.organisation = g.scope_of
        WHERE g.role = 'local_admin' AND g.scope = 'organisation' AND g.ended_at IS NULL AND a.status = 'active'
        GROUP BY g.scope_of, o.size, o.first ORDER BY o.size DESC LIMIT {AT_ONCE}""")
    people = []
    for address, code, size, other in found:
        visitor = Visitor(portal.port).sign_in(address, portal.password(address))
        visitor.code, visitor.size, visitor.other = code, int(size), other
        people.append(visitor)
    return people


def misspelt(address):
    """A family name with two letters swapped."""
    family = address.split("@")[0].split(".")[-1].rstrip("0123456789")
    return family[:2] + family[3:4] + family[2:3] + family[4:]


PAGES = {
    "sign-in page (rival: asks the store for nothing)": lambda one: "/sign-in",
    "own account": lambda one: "/",
    "search, a name begins so": lambda one: f"/accounts?q={one.other.split('.')[0][:4]}",
    "search, a name misspelt": lambda one: f"/accounts?q={misspelt(one.other)}",
    "account": lambda one: f"/accounts/{urllib.parse.quote(one.other)}",
    "forecast": lambda one: f"/forecast?organisation={one.code}",
    "report, its page": lambda one: f"/reports/mailbox?organisation={one.code}",
}


def pages(portal, store, name, seconds):
    """What administrators of large organisations open all day, by 50 at once, while another process reads the whole store."""
    people = administrators(portal, store, name)
    busy = subprocess.Popen(["sh", "-c", 'while :; do "$@"; done', "sh", ALMONER, *portal.at, "run", "--preview"],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        # Everybody has looked at each page once before.
        for person in people:
            for path in PAGES.values():
                person.get(path(person))
        for what, path in PAGES.items():
            _, calm, late = wrk(portal, people, path, seconds, pause=True)
            rate, median, worst = wrk(portal, people, path, seconds, pause=False)
            yield (f"{what}: {len(people)} people, a click a second, p99", f"{late:.0f} ms",
                   f"median {calm:.1f} ms; without a pause {median:.0f} ms, p99 {worst:.0f} ms, {rate:.0f} a second")
        yield "accounts of their organisations", f"{people[-1].size:,} to {people[0].size:,}", f"{len(people)} administrators"
    finally:
        os.killpg(busy.pid, 9)
        busy.wait()


def report(portal, store, name):
    """All mailboxes as a file, by the operator who sees the federation."""
    address = store.sql(name, "SELECT MIN(address) FROM account WHERE kind = 'user' AND status = 'active' AND id NOT IN"
                              " (SELECT account_id FROM role_grant)")[0][0]
    run(*portal.at, "grant", "add", address, "--role", "operator", "--federation")
    person = Visitor(portal.port).sign_in(address, portal.password(address))
    before, begun, first, lines, size = portal.now_mib(), time.monotonic(), None, 0, 0
    for piece in person.stream("/reports/mailbox/csv"):
        first = first or time.monotonic() - begun
        lines, size = lines + piece.count(b"\n"), size + len(piece)
    took = time.monotonic() - begun
    yield (f"report of {lines - 1:,} lines: first byte", f"{first * 1e3:.0f} ms",
           f"{took:.0f} s in all, {lines / took:,.0f} lines a second, {size / 2**20:.0f} MiB; memory before {before:.0f} MiB,"
           f" after {portal.now_mib():.0f} MiB")


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
    wanted.add_argument("--only", default="pages,report,timing,guesses,storm")
    wanted.add_argument("--keep", help="a folder in which the store stays for another time")
    asked = wanted.parse_args()
    need_release()
    folder = asked.keep or tempfile.mkdtemp(prefix="almoner-portal-")
    os.makedirs(folder, exist_ok=True)
    store = next(iter(open_stores(asked.store, folder)))
    print(f"Machine: {machine()}; {asked.accounts:,} accounts, {asked.store}\n\n| what | figure | more |\n|---|---|---|")
    try:
        if not store.exists("portal"):
            store.make("portal")
            say(f"a demonstration of {asked.accounts:,} accounts")
            run("--store", store.url("portal"), "--quiet", "--now", NOW, "demo", "--accounts", str(asked.accounts), "--no-run")
            store.tidy("portal")
            if asked.keep:
                store.clone("portal", "fresh")
        elif asked.keep:
            store.clone("fresh", "portal")
        parts = {"pages": lambda portal: pages(portal, store, "portal", asked.seconds), "report": lambda portal: report(portal, store, "portal"),
                 "timing": lambda portal: timing(portal, store, "portal"), "guesses": lambda portal: guesses(portal, store, "portal"),
                 "storm": lambda portal: storm(portal, store, "portal", asked.seconds)}
        for part in asked.only.split(","):
            say(part)
            portal = Portal(store.url("portal"), os.path.join(folder, "portal.key"), freely=part in ("pages", "storm"))
            try:
                for row in parts[part](portal):
                    print(f"| {' | '.join(row)} |", flush=True)
                print(f"| memory of the program, peak ({part}) | {portal.peak_mib():.0f} MiB | |", flush=True)
            finally:
                portal.close()
    finally:
        store.close()
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


main()
