#!/usr/bin/env python3
"""What mail servers wait for: the start, a look into the maps, a change that is known, and the memory that holds the accounts.

    bench/mail.py [--accounts 200000] [--store sqlite|postgres] [--looks 200000] [--keep FOLDER]

Needs root, the released program, Postfix and Dovecot, and for PostgreSQL its server's programs. `almoner mail start` runs with
both of them, on free ports of the loopback address; the looks go to its socket as Postfix sends them, from one connection, the
next when the last is answered. Rival of a look: the same over the same socket for a map that does not exist, which is refused
without a look.
"""
import argparse
import os
import random
import shutil
import tempfile
import time

from common import machine, need_release, run, say
from engine import NOW, Mail
from stores import open_stores

def look(stream, name, key):
    """One look: the answer, and microseconds until it was there."""
    asked = f"{name} {key}".encode()
    begun = time.perf_counter_ns()
    stream.sendall(b"%d:%s," % (len(asked), asked))
    answer = stream.recv(65536)
    return answer, (time.perf_counter_ns() - begun) / 1e3


def told(times):
    times.sort()
    of = lambda part: times[min(len(times) - 1, int(len(times) * part))]
    return f"p99 {of(.99):.0f} µs", f"median {of(.5):.0f} µs, p99.9 {of(.999):.0f} µs, {len(times):,} looks"


def looks(mail, addresses, count):
    stream, chance = mail.ask(), random.Random(7)
    for name, right in (("none", b"PERM"), ("recipients", b"OK"), ("aliases", b"NOTFOUND"), ("senders", b"OK")):
        times = []
        for _ in range(count):
            answer, took = look(stream, name, chance.choice(addresses))
            if right not in answer:
                raise SystemExit(f"{name}: {answer!r}")
            times.append(took)
        which = "no such map (rival)" if name == "none" else name
        yield (f"a look into {which}", *told(times))


def changes(mail, addresses, count=20):
    """Milliseconds from the end of the command that changed something to the answer that knows of it."""
    stream, waits = mail.ask(), []
    for address in random.Random(11).sample(addresses, count):
        run(*mail.at, "delete", address, "--reason", "duplicate")
        begun = time.perf_counter()
        while b"NOTFOUND" not in look(stream, "recipients", address)[0]:
            pass
        waits.append((time.perf_counter() - begun) * 1e3)
    waits.sort()
    yield "a deletion is known after", f"{waits[-1]:.0f} ms at most", f"median {waits[len(waits) // 2]:.0f} ms, {count} changes"


def main():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--accounts", type=int, default=200_000)
    wanted.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    wanted.add_argument("--looks", type=int, default=200_000)
    wanted.add_argument("--keep", help="a folder in which the store stays for another time")
    asked = wanted.parse_args()
    need_release()
    folder = asked.keep or tempfile.mkdtemp(prefix="almoner-mail-")
    os.makedirs(folder, exist_ok=True)
    store = next(iter(open_stores(asked.store, folder)))
    print(f"Machine: {machine()}; {asked.accounts:,} accounts, {asked.store}\n\n| what | figure | more |\n|---|---|---|", flush=True)
    mail = None
    try:
        if not store.exists("mail"):
            store.make("mail")
            say(f"a demonstration of {asked.accounts:,} accounts")
            run("--store", store.url("mail"), "--quiet", "--now", NOW, "demo", "--accounts", str(asked.accounts), "--no-run")
            store.tidy("mail")
        rows = store.sql("mail", "SELECT address FROM account WHERE kind = 'user' AND status = 'active'"
                                 " AND id NOT IN (SELECT account_id FROM role_grant)")
        addresses = [row[0] for row in rows]
        mail = Mail(store.url("mail"))
        print(f"| from `mail start` until every port greets | {mail.took:.1f} s | |", flush=True)
        for part in (looks(mail, addresses, asked.looks), changes(mail, addresses)):
            for row in part:
                print(f"| {' | '.join(row)} |", flush=True)
        print(f"| memory of the process that answers | {mail.mib('VmRSS'):.0f} MiB | peak {mail.mib('VmHWM'):.0f} MiB |", flush=True)
    finally:
        if mail:
            mail.close()
        store.close()
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


main()
