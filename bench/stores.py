"""The two databases as the benches see them: copies of a store, SQL by hand, and the CPU that a piece of work took."""
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from common import call, say


class Measured:
    """CPU and wall seconds of what is done inside `with`; for PostgreSQL with the server's processes."""

    def __init__(self, store):
        self.store, self.cpu, self.wall = store, 0.0, 0.0

    def _now(self):
        own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        used = sum(usage.ru_utime + usage.ru_stime for usage in (own, children))
        return used + self.store.server_cpu(), time.monotonic()

    def __enter__(self):
        self.store.settle()
        self._cpu, self._wall = self._now()
        return self

    def __exit__(self, *_):
        self.wall = time.monotonic() - self._wall
        self.store.settle()  # What the work left in memory is written, and that is counted: CPU, not time.
        self.cpu = self._now()[0] - self._cpu


class Sqlite:
    """Files in a folder. Settings are those of Almoner's connections; durability as there: WAL, synchronous FULL."""

    name = "sqlite"
    text_day, text_at = "date({} * 86400, 'unixepoch')", "strftime('%Y-%m-%dT%H:%M:%SZ', {}, 'unixepoch')"
    SETTINGS = """PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
        PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON; PRAGMA temp_store = MEMORY;
        PRAGMA wal_autocheckpoint = 4000;"""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, f"{name}.db")

    def url(self, name):
        return f"sqlite:{self.path(name)}"

    def exists(self, name):
        return os.path.exists(self.path(name))

    def drop(self, name):
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.path(name) + end):
                os.remove(self.path(name) + end)

    def make(self, name):
        self.drop(name)

    def clone(self, source, target):
        self.drop(target)
        shutil.copy(self.path(source), self.path(target))
        os.sync()

    def rename(self, old, new):
        os.rename(self.path(old), self.path(new))

    def connect(self, name):
        db = sqlite3.connect(self.path(name), isolation_level=None)
        db.executescript(self.SETTINGS)
        return db

    def tidy(self, name):
        """After much was changed."""

    def sql(self, name, script):
        """Runs statements; the rows of the last one."""
        db = self.connect(name)
        rows = []
        for statement in statements(script):
            rows = db.execute(statement).fetchall()
        db.close()
        return [tuple(row) for row in rows]

    def stage(self, done, name, tables):
        """Puts rows of one store into tables of another, ready to be copied from there."""
        db = self.connect(name)
        db.execute(f"ATTACH '{self.path(done)}' AS done")
        for table, key, query in tables:
            db.execute(f"CREATE TABLE ready_{table} AS {query.replace('{done}', 'done.')}")
            db.execute(f"CREATE UNIQUE INDEX ready_{table}_key ON ready_{table} ({key})")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()

    def compare(self, one, other, query):
        """Rows of two stores: how many are in both, and in one only."""
        first, second = set(self.sql(one, query)), set(self.sql(other, query))
        return len(first & second), len(first ^ second)

    def one_by_one(self, name, kinds, rows):
        """A transaction for each row: statements by kind, their parameters by row."""
        db = self.connect(name)
        with Measured(self) as measured:
            for row in rows:
                db.execute("BEGIN IMMEDIATE")
                for kind, values in row:
                    db.execute(kinds[kind], values)
                db.execute("COMMIT")
            db.close()
        return measured

    def server_cpu(self):
        return 0.0

    def settle(self):
        """Nothing is left to a server."""

    def version(self):
        return f"SQLite {sqlite3.sqlite_version} (the rival's)"

    def close(self):
        """No server to stop."""


class Postgres:
    """A cluster of our own, in the folder of the stores: fsync and everything else that protects data as the server ships it; a larger
    cache, no autovacuum and no checkpoint by time, so that neither falls on one contestant by chance."""

    name = "postgres"
    text_day = "(DATE '1970-01-01' + ({})::int)::text"
    text_at = "to_char(to_timestamp({}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    OPTIONS = ("shared_buffers=1GB max_wal_size=8GB checkpoint_timeout=1d autovacuum=off max_connections=50"
               " work_mem=64MB maintenance_work_mem=512MB").split()

    def __init__(self, folder):
        found = sorted(path for path in os.listdir("/usr/lib/postgresql") if path.isdigit())
        self.bin = f"/usr/lib/postgresql/{found[-1]}/bin" if found else sys.exit("PostgreSQL is missing")
        self.folder = os.path.join(folder, "postgres")
        self.port = random.randrange(20000, 32000)
        if not os.path.exists(self.folder):
            os.mkdir(self.folder)
            if os.geteuid() == 0:
                os.chmod(folder, 0o755)
                shutil.chown(self.folder, "postgres")
            self._as_owner("initdb", f"--pgdata={self.folder}/data", "--username=postgres", "--auth=trust", "--no-sync",
                           "--encoding=UTF8", "--locale=C.UTF-8")
        options = " ".join(f"-c {option}" for option in self.OPTIONS)
        self._as_owner("pg_ctl", f"--pgdata={self.folder}/data", f"--log={self.folder}/log", "--wait", "--silent", "-o",
                       f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='{self.folder}' {options}",
                       "start")
        self.pid = int(open(f"{self.folder}/data/postmaster.pid").readline())

    def _as_owner(self, program, *arguments):
        command = [f"{self.bin}/{program}", *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        # The server would hold a pipe open for good, hence none.
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f"{program} failed; see {self.folder}/log")

    def url(self, name):
        return f"postgres://postgres@127.0.0.1:{self.port}/{name.replace('-', '_')}"

    def psql(self, name, script):
        """Runs a script by psql: what it printed."""
        with tempfile.TemporaryFile() as given:
            given.write(script.encode())
            given.seek(0)
            code, _, _, _, text, errors = call("psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d",
                                               self.url(name).replace("postgres:", "postgresql:"), given=given)
        if code != 0:
            sys.exit(f"psql: {errors}")
        return text

    def exists(self, name):
        return bool(self.psql("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name.replace('-', '_')}'"))

    def drop(self, name):
        self.psql("postgres", f"DROP DATABASE IF EXISTS {name.replace('-', '_')}")

    def make(self, name):
        self.drop(name)
        self.psql("postgres", f"CREATE DATABASE {name.replace('-', '_')} TEMPLATE template0 LOCALE 'C.UTF-8' ENCODING 'UTF8'")

    def clone(self, source, target):
        self.drop(target)
        self.psql("postgres", f"CREATE DATABASE {target.replace('-', '_')} TEMPLATE {source.replace('-', '_')} STRATEGY file_copy")
        os.sync()

    def rename(self, old, new):
        self.psql("postgres", f"ALTER DATABASE {old.replace('-', '_')} RENAME TO {new.replace('-', '_')}")

    def tidy(self, name):
        self.psql(name, "VACUUM ANALYZE;")

    def sql(self, name, script):
        """Runs statements; the rows of the last one."""
        return [tuple(line.split("\t")) for line in self.psql(name, script).splitlines()]

    def stage(self, done, name, tables):
        path = os.path.join(self.folder, "rows")
        for table, key, query in tables:
            query = " ".join(query.replace("{done}", "").split())
            columns = self.psql(done, f"CREATE TEMP VIEW shape AS {query};"
                                " SELECT string_agg(attname || ' ' || format_type(atttypid, -1), ', ' ORDER BY attnum)"
                                " FROM pg_attribute WHERE attrelid = 'shape'::regclass").strip()
            self.psql(done, f"\\copy ({query}) TO '{path}'\n")
            self.psql(name, f"CREATE TABLE ready_{table} ({columns});\n\\copy ready_{table} FROM '{path}'\n"
                            f"CREATE UNIQUE INDEX ready_{table}_key ON ready_{table} ({key}); VACUUM ANALYZE ready_{table};")
            os.remove(path)

    def compare(self, one, other, query):
        first, second = set(self.sql(one, query)), set(self.sql(other, query))
        return len(first & second), len(first ^ second)

    def one_by_one(self, name, kinds, rows):
        lines, known = [], set()
        for row in rows:
            lines.append("BEGIN;")
            for kind, values in row:
                if kind not in known:
                    known.add(kind)
                    text = kinds[kind]
                    for at in range(len(values)):
                        text = text.replace("?", f"${at + 1}", 1)
                    lines.insert(0, f"PREPARE {kind} AS {text};")
                lines.append(f"EXECUTE {kind}({', '.join(literal(value) for value in values)});")
            lines.append("COMMIT;")
        script = "\n".join(lines)
        with Measured(self) as measured:
            self.psql(name, script)
        return measured

    def server_cpu(self):
        """Seconds of the postmaster, of its living children, and of those that have ended."""
        ticks = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(pid) == self.pid:
                ticks += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.pid:
                ticks += sum(map(int, fields[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def settle(self):
        self.psql("postgres", "CHECKPOINT")
        time.sleep(0.3)

    def version(self):
        return "PostgreSQL " + self.psql("postgres", "SHOW server_version").strip()

    def close(self):
        self._as_owner("pg_ctl", f"--pgdata={self.folder}/data", "--mode=fast", "--wait", "--silent", "stop")


def literal(value):
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def statements(script):
    return [part.strip() for part in script.split(";") if part.strip()]


def open_stores(asked, folder):
    """The stores that were asked for; a cluster is started only for who wants it."""
    if asked in ("sqlite", "both"):
        yield Sqlite(folder)
    if asked in ("postgres", "both"):
        say("starting a PostgreSQL of our own")
        yield Postgres(folder)
