"""A day that moves 100,000 accounts: by `almoner run`, by hand-written set-based SQL, and by a transaction an account.

The population is the demonstration's. Facts of 100,000 active people, spread over all, are shifted in SQL so that on the
bench's day 60,000 of them become inactive (LC-01), 30,000 are told of their deletion (NTC-01) and 10,000 are deleted
(LC-04). Then the day before is run, under a policy with caps and brakes that let the day pass: every stored date is
computed anew from the facts, and the forecast is made. What else the demonstration has due on that day is put off. Each
contestant begins with a copy of this store.
"""
import hashlib
import multiprocessing
import os
import re

from common import ROOT, knows, run, say
from stores import Measured

SHIPPED = os.path.join(ROOT, "policy", "2018-09.toml")
TODAY = 17837  # 2 November 2018, as days since 1970.
DATES = ("2018-11-01", "2018-11-02")
NOW = TODAY * 86400 + 43200  # Its noon, which is what `--now DATE` means here.
MOVED = 100_000
ONE_BY_ONE = 3_000

# The day's work as somebody writes it who knows that three things are due. The JSON has the same bytes as Almoner's.
KNOWN = "next_on <= {today} AND kind = 'user' AND next_work IN ('inactivate', 'notify', 'delete')"

AUDIT = """
INSERT INTO event (id, at, actor, grant_id, object_type, object, account_id, organisation, action, rule, detail, run_id)
SELECT (SELECT next FROM sequence WHERE name = 'event') + ROW_NUMBER() OVER (ORDER BY next_on, id), {now}, 'system', NULL,
 kind, address, id, organisation,
 CASE next_work WHEN 'inactivate' THEN 'inactivated' WHEN 'notify' THEN 'deletion_announced' ELSE 'deleted' END,
 CASE WHEN next_work = 'notify' THEN 'NTC-01' WHEN status = 'pending' THEN 'LC-13' WHEN status = 'active' THEN 'LC-01'
  WHEN status = 'leaver' THEN 'LC-06' WHEN status = 'disabled' THEN 'LC-07' ELSE 'LC-04' END,
 CASE next_work
 WHEN 'inactivate' THEN '{{"before":{{"status":"' || status || '","since":"' || {since}
  || '"}},"after":{{"status":"inactive","since":"' || {now_text} || '","inactive_rule":"'
  || CASE status WHEN 'pending' THEN 'LC-13' ELSE 'LC-01' END || '"}},"note":"' || {note} || '"}}'
 WHEN 'notify' THEN '{{"before":{{}},"after":{{"announced_on":"' || {today_text} || '","announced_for":"' || {told_text} || '"}}}}'
 ELSE '{{"before":{{"status":"inactive","since":"' || {since} || '","inactive_rule":"' || inactive_rule
  || '","announced_on":"' || {announced_on} || '","announced_for":"' || {announced_for_on}
  || '","reminded":"' || reminded_days || '"}},"after":{{"status":"deleted","since":"' || {now_text}
  || '","cause":"idle","inactive_rule":null,"announced_on":null,"announced_for":null,"reminded":null}},"note":"' || {note} || '"}}'
 END,
 2
FROM account WHERE {known};

INSERT INTO notice (id, account_id, organisation, kind, rule, recipient_id, about_on, made_at, run_id, state)
SELECT (SELECT next FROM sequence WHERE name = 'notice') + ROW_NUMBER() OVER (ORDER BY next_on, id), id, organisation,
 'deletion_announced', CASE status WHEN 'leaver' THEN 'LC-06' WHEN 'disabled' THEN 'LC-07' ELSE 'LC-04' END, id,
 {today} + 14, {now}, 2, 'queued'
FROM account WHERE {known} AND next_work = 'notify';

INSERT INTO outbox (id, account_id, command, payload, made_at, run_id, attempts)
SELECT (SELECT next FROM sequence WHERE name = 'outbox') + ROW_NUMBER() OVER (ORDER BY next_on, id), id, 'status',
 CASE next_work WHEN 'delete' THEN 'deleted' ELSE 'inactive' END, {now}, 2, 0
FROM account WHERE {known} AND next_work <> 'notify';

UPDATE account SET
 status = CASE next_work WHEN 'inactivate' THEN 'inactive' WHEN 'delete' THEN 'deleted' ELSE status END,
 since_at = CASE next_work WHEN 'notify' THEN since_at ELSE {now} END,
 inactive_rule = CASE next_work WHEN 'delete' THEN NULL WHEN 'notify' THEN inactive_rule
  ELSE CASE status WHEN 'pending' THEN 'LC-13' ELSE 'LC-01' END END,
 cause = CASE next_work WHEN 'delete' THEN 'idle' ELSE cause END,
 announced_on = CASE next_work WHEN 'notify' THEN {today} ELSE NULL END,
 announced_for_on = CASE next_work WHEN 'notify' THEN {today} + 14 ELSE NULL END,
 reminded_days = NULL,
 next_on = {today} + CASE next_work WHEN 'inactivate' THEN 76 WHEN 'notify' THEN 7 ELSE 173 END,
 next_work = CASE next_work WHEN 'inactivate' THEN 'notify' ELSE 'remind' END,
 version = version + 1
WHERE {known}
"""

NOTE = """{today_text} || ' ' || status || CASE WHEN next_work = 'delete' THEN ' -> deleted by LC-04'
 WHEN status = 'pending' THEN ' -> inactive by LC-13' ELSE ' -> inactive by LC-01' END"""

# What must be the same in both stores afterwards, numbers of lines aside.
SAME = {
    "event": "SELECT at, actor, object_type, object, account_id, organisation, action, rule, detail FROM event"
             f" WHERE at = {NOW} AND action IN ('inactivated', 'deletion_announced', 'deleted')",
    "notice": "SELECT account_id, organisation, kind, rule, recipient_id, about_on, made_at, state FROM notice"
              f" WHERE made_at = {NOW} AND kind = 'deletion_announced'",
    "outbox": "SELECT account_id, command, payload, made_at, attempts FROM outbox"
              f" WHERE made_at = {NOW} AND command = 'status'",
    "account": f"SELECT a.* FROM account a JOIN event e ON e.account_id = a.id WHERE e.at = {NOW}"
               " AND e.action IN ('inactivated', 'deletion_announced', 'deleted')",
}

FACTS = ("status since_at inactive_rule cause announced_on announced_for_on reminded_days held_at refused_on asked_on"
         " confirmed_at disabled_at next_on next_work version").split()


LATER = {"since_at": 432000, "confirmed_at": 432000, "disabled_at": 432000, "asked_on": 5, "announced_on": 5,
         "announced_for_on": 5}


def by_hand(store):
    """The rival's statements for one database."""
    day, at = store.text_day.format, store.text_at.format
    return AUDIT.replace("{note}", NOTE).format(
        known=KNOWN.format(today=TODAY), today=TODAY, now=NOW, now_text="'2018-11-02T12:00:00Z'",
        today_text="'2018-11-02'", told_text="'2018-11-16'", since=at("since_at"), announced_on=day("announced_on"),
        announced_for_on=day("announced_for_on"))


def craft():
    """Makes 100,000 accounts due on the day, by their facts."""
    noon = lambda before: (TODAY - before) * 86400 + 43200
    no_later = lambda column, before: f"{column} = CASE WHEN {column} > {noon(before)} THEN {noon(before)} ELSE {column} END"
    mixed = "(id * 7919) % 1000003, id"
    return f"""
CREATE TEMP TABLE craft AS SELECT id, ROW_NUMBER() OVER (ORDER BY {mixed}) % 10 AS part FROM (SELECT id FROM account
 WHERE kind = 'user' AND status = 'active' AND next_work = 'inactivate' AND next_on > {TODAY - 1} AND held_at IS NULL
 AND id NOT IN (SELECT account_id FROM role_grant) ORDER BY {mixed} LIMIT {MOVED}) chosen;
CREATE UNIQUE INDEX craft_id ON craft (id);
UPDATE account SET {', '.join(no_later(c, 90) for c in ('since_at', 'created_at', 'terms_at', 'password_change_at',
 'mailbox_login_at'))}, mail_sent_at = {noon(90)}, next_on = {TODAY},
 signal_sources = SUBSTR(signal_sources, 1, 1) || 'd' || SUBSTR(signal_sources, 3)
 WHERE id IN (SELECT id FROM craft WHERE part < 6);
UPDATE account SET status = 'inactive', inactive_rule = 'LC-01', since_at = {noon(76)}, {no_later('created_at', 200)},
 next_on = {TODAY}, next_work = 'notify' WHERE id IN (SELECT id FROM craft WHERE part IN (6, 7, 8));
UPDATE account SET status = 'inactive', inactive_rule = 'LC-01', since_at = {noon(90)}, {no_later('created_at', 200)},
 announced_on = {TODAY - 14}, announced_for_on = {TODAY}, reminded_days = 1, next_on = {TODAY}, next_work = 'delete'
 WHERE id IN (SELECT id FROM craft WHERE part = 9);
DROP TABLE craft"""


def put_off():
    """What else is due on the day happens five days later, by its facts: the rival does not know it."""
    return f"""
UPDATE account SET {', '.join(f"{column} = {column} + {later}" for column, later in LATER.items())}, next_on = {TODAY + 5}
 WHERE next_on = {TODAY} AND NOT (kind = 'user' AND next_work IN ('inactivate', 'notify', 'delete'))"""


def policy(folder):
    """The shipped policy with caps, and brakes where it has them, that let the day pass."""
    with open(SHIPPED, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"(?m)^name = .*$", 'name = "bench"', text)
    text = re.sub(r'(?m)^from = "[^"]*"', f'from = "{DATES[0]}"', text, count=1)
    text = re.sub(r"(?m)^(deletions_per\w*) = \d+", r"\1 = 4000000", text)
    for key, most in (("floor", 1_000_000), ("share_percent", 100), ("forecast_percent", 10_000)):
        text = re.sub(rf"(?m)^{key} = \d+", f"{key} = {most}", text)
    path = os.path.join(folder, "bench.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def schema():
    """Changes with what a kept store depends on, so that none is opened by a newer schema while it is measured."""
    digest = hashlib.sha256()
    migrations = os.path.join(ROOT, "crates", "store", "migrations")
    for path in [os.path.join(migrations, name) for name in sorted(os.listdir(migrations))] + [SHIPPED, __file__]:
        with open(path, "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:8]


def prepare(store, accounts):
    """The demonstration as it was made, and the store from which each contestant begins. They are made once."""
    plain, name = (f"{what}-{accounts}-{schema()}" for what in ("demo", "day"))
    if store.exists(name):
        return plain, name
    say(f"{store.name}: a demonstration of {accounts:,} accounts")
    store.make("making")
    at = ("--store", store.url("making"), "--quiet", "--now", DATES[0])
    run(*at, "demo", "--accounts", str(accounts), "--no-run")
    say(f"{store.name}: {MOVED:,} of them are made due; the day before is run")
    store.tidy("making")
    store.clone("making", plain)
    store.sql("making", craft())
    run(*at, "policy", "adopt", policy(store.folder))
    run(*at, "run")
    store.sql("making", put_off())
    store.tidy("making")
    due = int(store.sql("making", f"SELECT COUNT(*) FROM account WHERE next_on = {TODAY}")[0][0])
    if due < MOVED:
        raise SystemExit(f"only {due:,} accounts are due: this policy or this day does not fit the bench any more")
    store.rename("making", name)
    return plain, name


def almoner(store, source, target="by-almoner", workers=0):
    """The run. Says what it measured and how many accounts it changed."""
    store.clone(source, target)
    more = ("--workers", str(workers)) if workers else ()
    with Measured(store) as measured:
        run("--store", store.url(target), "--quiet", "--now", DATES[1], "run", *more)
    changed = f"SELECT COUNT(DISTINCT account_id) FROM event WHERE at = {NOW}"
    return measured, int(store.sql(target, changed)[0][0])


def set_based(store, source, target="by-hand"):
    """The rival: the day in one transaction of five statements."""
    store.clone(source, target)
    script = f"BEGIN;{by_hand(store)};COMMIT"
    with Measured(store) as measured:
        store.sql(target, script)
    return measured, int(store.sql(target, f"SELECT COUNT(*) FROM event WHERE at = {NOW}")[0][0])


def differences(store, done="by-almoner", rival="by-hand"):
    """How many rows the two left that are the same, and how many that are not, by table. In a process of its own: the
    peak memory of a program that is started later would be no less than ours."""
    with multiprocessing.get_context("fork").Pool(1) as aside:
        return aside.apply(compare, (store, done, rival))


def compare(store, done, rival):
    found = {}
    for table, query in SAME.items():
        query = query.replace("CHR(10)", "CHAR(10)") if store.name == "sqlite" else query
        found[table] = store.compare(done, rival, query)
    return found


def ready_made(store, source, done="by-almoner", target="by-copy"):
    """The floor: the rows that Almoner wrote, ready-made in tables of the same database, are only copied."""
    store.clone(source, target)
    newest = {table: store.sql(source, f"SELECT MAX(id) FROM {table}")[0][0] for table in ("event", "notice", "outbox")}
    ready = [(table, "id", f"SELECT * FROM {{done}}{table} WHERE id > {last}") for table, last in newest.items()]
    changed = f"(SELECT account_id FROM {{done}}event WHERE at = {NOW})"
    ready.append(("account", "id", f"SELECT * FROM {{done}}account WHERE id IN {changed}"))
    store.stage(done, target, ready)
    store.drop(done)
    values = ", ".join(f"{column} = r.{column}" for column in FACTS)
    script = f"""BEGIN;
        UPDATE account SET {values} FROM ready_account r WHERE r.id = account.id;
        INSERT INTO event SELECT * FROM ready_event; INSERT INTO notice SELECT * FROM ready_notice;
        INSERT INTO outbox SELECT * FROM ready_outbox;
        COMMIT"""
    with Measured(store) as measured:
        store.sql(target, script)
    return measured, int(store.sql(target, "SELECT COUNT(*) FROM ready_account")[0][0])


def one_by_one(store, source, copied="by-copy", target="by-row"):
    """The other rival: the same rows ready-made, prepared statements, a transaction for each account."""
    integer = lambda value: value if value is None or isinstance(value, int) else int(value) if value != "" else None
    text = lambda value: None if value in (None, "") else str(value)
    chosen = f"SELECT id FROM ready_account ORDER BY (id * 7919) % 1000003, id LIMIT {ONE_BY_ONE}"
    words = {"status", "inactive_rule", "cause", "next_work"}
    rows = {}

    def add(kind, query, readers, key=0):
        for row in store.sql(copied, query):
            values = [read(value) for read, value in zip(readers, row)]
            rows.setdefault(values[key], []).append((kind, values))

    add("account", f"SELECT {', '.join(FACTS)}, id FROM ready_account WHERE id IN ({chosen})",
        [text if column in words else integer for column in FACTS] + [integer], len(FACTS))
    line = "id, at, actor, object_type, object, account_id, organisation, action, rule, detail, run_id"
    add("event", f"SELECT {line} FROM ready_event WHERE account_id IN ({chosen})",
        [integer, integer, text, text, text, integer, text, text, text, text, integer], 5)
    told = "id, account_id, organisation, kind, rule, recipient_id, about_on, made_at, run_id, state"
    add("notice", f"SELECT {told} FROM ready_notice WHERE account_id IN ({chosen})",
        [integer, integer, text, text, text, integer, integer, integer, integer, text], 1)
    sent = "id, account_id, command, payload, made_at, run_id, attempts"
    add("outbox", f"SELECT {sent} FROM ready_outbox WHERE account_id IN ({chosen})",
        [integer, integer, text, lambda value: value or "", integer, integer, integer], 1)
    insert = lambda table, columns: f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(columns.split(',')))})"
    kinds = {
        "account": f"UPDATE account SET {', '.join(f'{column} = ?' for column in FACTS)} WHERE id = ?",
        "event": insert("event", line), "notice": insert("notice", told), "outbox": insert("outbox", sent),
    }
    store.clone(source, target)
    measured = store.one_by_one(target, kinds, rows.values())
    return measured, len(rows)


def has_workers():
    return knows("run", "--workers")
