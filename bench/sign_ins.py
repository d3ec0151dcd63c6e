#!/usr/bin/env python3
"""Sign-ins a second by IMAP: Dovecot that asks Almoner, and Dovecot that asks PostgreSQL by SQL.

    bench/sign_ins.py [--accounts 20000] [--seconds 20] [--rounds 3] [--people 16]

Needs root, the released program, PostgreSQL, and Debian's dovecot-imapd and dovecot-pgsql. Both Dovecots read the same accounts of the
same database: the one through Almoner, with its waits, locks, networks and signals, the other by one SELECT for the hash and nothing
else. The hash is Almoner's own (argon2id, 19 MiB, two passes) in both. A sign-in is a connection, LOGIN, LOGOUT; `people` of them
go on at once, each time as one of 500 accounts.
"""
import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from common import machine, need_release, run, say
from engine import NOW, Mail, free_ports
from stores import open_stores

SQL = ("SELECT a.address AS user, c.hash AS password FROM credential c JOIN account a ON a.id = c.account_id"
       " WHERE a.address = '%u' AND a.status IN ('active', 'inactive')")


class Plain:
    """A Dovecot of its own, with SQL in the place of Almoner."""

    def __init__(self, url):
        self.folder = tempfile.mkdtemp(prefix="alm-", dir="/tmp")
        os.chmod(self.folder, 0o755)
        (self.port,) = free_ports(1)
        at, to = self.folder, urllib.parse.urlparse(url)
        os.mkdir(f"{at}/mail")
        os.chown(f"{at}/mail", 8850, 8850)
        with open(f"{at}/sql.conf", "w", encoding="ascii") as file:
            file.write(f"driver = pgsql\nconnect = host={to.hostname} port={to.port} dbname={to.path[1:]} user={to.username}\n"
                       f"default_pass_scheme = ARGON2ID\npassword_query = {SQL}\n")
        with open(f"{at}/dovecot.conf", "w", encoding="ascii") as file:
            file.write(f"""instance_name = bench
base_dir = {at}/run
state_dir = {at}/state
log_path = {at}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
first_valid_uid = 8850
mail_location = sdbox:~/mail
passdb {{
  driver = sql
  args = {at}/sql.conf
}}
userdb {{
  driver = static
  args = uid=8850 gid=8850 home={at}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = 0
  }}
  service_count = 0
  process_min_avail = 2
  process_limit = 4
}}
service imap {{
  process_limit = 5000
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
""")
        self.child = subprocess.Popen(["dovecot", "-F", "-c", f"{at}/dovecot.conf"])

    def close(self):
        self.child.terminate()
        self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def sign_in(port, who, password):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as stream:
        file = stream.makefile("rwb")
        file.readline()
        file.write(f'a LOGIN "{who}" "{password}"\r\n'.encode())
        file.flush()
        answer = file.readline()
        while answer.startswith(b"*"):
            answer = file.readline()
        file.write(b"b LOGOUT\r\n")
        file.flush()
        return answer.startswith(b"a OK")


def rate(port, people, password, at_once, seconds):
    done, failed = [0] * at_once, [0] * at_once
    until = time.monotonic() + seconds

    def one(number):
        chance = random.Random(number)
        while time.monotonic() < until:
            if sign_in(port, chance.choice(people), password):
                done[number] += 1
            else:
                failed[number] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if sum(failed):
        sys.exit(f"{sum(failed)} of {sum(done) + sum(failed)} sign-ins failed")
    return sum(done) / seconds


def main():
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--accounts", type=int, default=20_000)
    wanted.add_argument("--seconds", type=int, default=20)
    wanted.add_argument("--rounds", type=int, default=3)
    wanted.add_argument("--people", type=int, default=16)
    asked = wanted.parse_args()
    need_release()
    folder = tempfile.mkdtemp(prefix="almoner-signins-", dir="/tmp")
    os.chmod(folder, 0o755)
    store = next(iter(open_stores("postgres", folder)))
    mail = plain = None
    try:
        store.make("signins")
        url = store.url("signins")
        at = ("--store", url, "--quiet", "--now", NOW)
        run(*at, "demo", "--accounts", str(asked.accounts), "--no-run")
        people = [row[0] for row in store.sql("signins", "SELECT address FROM account WHERE kind = 'user' AND status = 'active'"
                                                         " AND id NOT IN (SELECT account_id FROM role_grant) ORDER BY id LIMIT 500")]
        # One password for all, whose hash Almoner made.
        password = next(word for word in run(*at, "password", people[0])[3].split() if word.count("-") == 3)
        store.sql("signins", "INSERT INTO credential (account_id, hash, set_at, temporary, past, totp, totp_step, recovery, version)"
                             " SELECT a.id, c.hash, c.set_at, FALSE, '', '', 0, '', 1 FROM account a, credential c WHERE a.address IN ("
                             + ", ".join(f"'{one}'" for one in people[1:]) + ") ON CONFLICT (account_id) DO NOTHING;"
                             " UPDATE credential SET temporary = FALSE")
        mail, plain = Mail(url, more=("--plain-on-loopback", "true")), Plain(url)
        ports = {"almoner": mail.ports["imap"], "sql": plain.port}
        time.sleep(1)
        rates = {name: [] for name in ports}
        for name, port in ports.items():
            rate(port, people, password, asked.people, 3)
        for turn in range(asked.rounds):
            for name, port in ports.items():
                rates[name].append(rate(port, people, password, asked.people, asked.seconds))
                say(f"round {turn + 1}: {name} {rates[name][-1]:.1f} sign-ins a second")
        base = statistics.median(rates["sql"])
        print(f"Machine: {machine()}; PostgreSQL, {asked.accounts:,} accounts, {asked.people} at once\n\n"
              "| who is asked | sign-ins a second | of SQL |\n|---|---|---|")
        for name, all_of_it in rates.items():
            middle = statistics.median(all_of_it)
            print(f"| {name} | {middle:.1f} ({min(all_of_it):.1f} to {max(all_of_it):.1f}) | {middle / base:.2f} |")
    finally:
        for one in (mail, plain):
            if one:
                one.close()
        store.close()
        shutil.rmtree(folder, ignore_errors=True)


main()
