"""The tools that the partition scenarios drive: rssctl, pg_partman and pg-partsmith, each by its own command line.

A tool carries out a job of a scenario on a table and says how it ended. What a tool cannot do at all it does not have.
"""
import glob
import json
import os
import shutil
import subprocess
import tempfile
import time

from ledger import execute

STATE = tempfile.mkdtemp(prefix="rssctl-bench-")
os.chmod(STATE, 0o755)
RSSCTL = os.environ.get("RSSCTL")
# How rssctl is called, all in one place. Words in braces are filled in.
COMMANDS = {
    "policy": "partition policy set {table} --interval {interval} --premake {premake} --yes",
    "retention": "partition policy set {table} --interval {interval} --premake {premake} --retention {retention} --yes",
    "maintain": "partition maintain {table} --yes --quiet",
    "drain": "partition drain {table} --yes --quiet",
    "split": "partition split {partition} --into month --yes --quiet",
    "convert": "partition convert {table} --by {column} --interval month --{mode} --global-unique id,report_number --yes --quiet",
    "archive": "partition archive {partition} --to {folder} --yes --quiet",
    "index": "partition index create {definition} --yes --quiet",
}


class Outcome:
    """How a run of a tool ended."""

    def __init__(self, exit, seconds, text=""):
        self.exit, self.seconds, self.text = exit, seconds, text.strip()

    @property
    def complaint(self):
        """The line that says why it failed."""
        lines = self.text.splitlines() if self.exit else []
        return next((line for line in lines if "error" in line.lower()), (lines or [""])[-1])[:120]


def run(command, environment):
    begun = time.perf_counter()
    done = subprocess.run(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return Outcome(done.returncode, time.perf_counter() - begun, done.stdout)


class Rssctl:
    name = "rssctl"
    # From a default partition or a wide one, into months; and whatever else the others have not got.
    jobs = ("maintain", "drain", "split", "convert", "index", "archive", "failures", "speed")

    def __init__(self, server):
        self.environment = dict(os.environ, RSSCTL_STATE=STATE, RSSCTL_CONFIG="", RSSCTL_PAGER="", NO_COLOR="1",
                                **server.environment())

    @staticmethod
    def missing():
        return None if RSSCTL else "RSSCTL does not name a binary"

    def call(self, job, database, **words):
        arguments = [word.format(**words) for word in COMMANDS[job].split(" ")]
        return run([RSSCTL, *filter(None, arguments)], dict(self.environment, PGDATABASE=database))

    def must(self, job, database, **words):
        outcome = self.call(job, database, **words)
        if outcome.exit:
            raise SystemExit(f"rssctl, {job}: exit {outcome.exit}\n{outcome.text}")

    def adopt(self, server, database, table, interval, premake, column="day", retention=None):
        if retention:
            self.must("retention", database, table=table, interval=interval, premake=premake, retention=retention)
        else:
            self.must("policy", database, table=table, interval=interval, premake=premake)

    def maintain(self, server, database, *tables):
        outcomes = [self.call("maintain", database, table=table) for table in tables] if tables else [
            self.call("maintain", database, table="")]
        return Outcome(max(o.exit for o in outcomes), sum(o.seconds for o in outcomes), outcomes[-1].text)

    def prepare_drain(self, server, database, table, column="day"):
        self.adopt(server, database, table, "month", 2, column)

    def drain(self, server, database, table):
        return self.call("drain", database, table=table)


class Partman:
    """4.7.2 of Debian, through psql as cron would call it."""
    name = "pg_partman"
    jobs = ("maintain", "drain", "failures", "speed")
    # A whole month is moved by each call; those that fail are tried again, as the procedure around it would.
    DRAIN_CALLS = 15

    def __init__(self, server):
        self.environment = dict(os.environ, **server.environment())

    @staticmethod
    def missing():
        found = glob.glob("/usr/share/postgresql/*/extension/pg_partman.control")
        return None if found else "postgresql-15-partman is not installed"

    def psql(self, database, sql):
        return run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql], dict(self.environment, PGDATABASE=database))

    def must(self, database, sql):
        outcome = self.psql(database, sql)
        if outcome.exit:
            raise SystemExit(f"pg_partman: {outcome.text}\n{sql}")
        return outcome.text

    def extension(self, database):
        self.must(database, "CREATE SCHEMA IF NOT EXISTS partman")
        self.must(database, "CREATE EXTENSION IF NOT EXISTS pg_partman SCHEMA partman")

    def adopt(self, server, database, table, interval, premake, column="day", retention=None):
        """Gives the partitions the names that it goes by, and itself the rest. It needs a DEFAULT partition of its own."""
        self.extension(database)
        pattern = {"month": "YYYY_MM", "day": "YYYY_MM_DD"}[interval]
        execute(server.dsn(database), f"""
            DO $$ DECLARE leaf record; BEGIN
                FOR leaf IN SELECT c.oid::regclass AS name, to_char(split_part(pg_get_expr(relpartbound, c.oid), '''', 2)::date,
                        '{pattern}') AS month FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
                        WHERE inhparent = '{table}'::regclass AND pg_get_expr(relpartbound, c.oid) <> 'DEFAULT' LOOP
                    EXECUTE format('ALTER TABLE %s RENAME TO %I', leaf.name, '{table}_p' || leaf.month);
                END LOOP;
            END $$""")
        last = execute(server.dsn(database), f"SELECT max(split_part(pg_get_expr(relpartbound, c.oid), '''', 2)::date) FROM "
                       f"pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '{table}'::regclass")[0][0]
        # From the last partition that there is; what it makes ahead of it at once is taken away again by the scenarios.
        start = f", p_start_partition := '{last}'" if last else ""
        self.must(database, f"SELECT partman.create_parent('public.{table}', '{column}', 'native', "
                  f"'{dict(month='monthly', day='daily', hour='hourly')[interval]}', p_premake := {premake}{start})")
        # By the clock, as the others do. It then makes one more than it is told to.
        self.must(database, f"UPDATE partman.part_config SET infinite_time_partitions = true, premake = {premake - 1}"
                  + (f", retention = '{retention}', retention_keep_table = true" if retention else ""))
        if last:
            execute(server.dsn(database), *drop_after(server, database, table, last))

    def maintain(self, server, database, *tables):
        return self.psql(database, ";".join(f"SELECT partman.run_maintenance('public.{table}')" for table in tables)
                         or "SELECT partman.run_maintenance()")

    def prepare_drain(self, server, database, table, column="day"):
        """As its howto says: the full table becomes the DEFAULT partition of a set that it made."""
        self.extension(database)
        dsn = server.dsn(database)
        execute(dsn, f"ALTER TABLE {table} DETACH PARTITION {table}_default",
                f"ALTER TABLE {table}_default RENAME TO {table}_full")
        self.must(database, f"SELECT partman.create_parent('public.{table}', '{column}', 'native', 'monthly', p_premake := 1, "
                  f"p_start_partition := ((SELECT max({column}) FROM {table}_full) + interval '1 month')::text)")
        execute(dsn, f"DROP TABLE {table}_default", f"ALTER TABLE {table}_full RENAME TO {table}_default",
                f"ALTER TABLE {table} ATTACH PARTITION {table}_default DEFAULT")

    def drain(self, server, database, table):
        begun, failures, message = time.perf_counter(), 0, ""
        for _ in range(self.DRAIN_CALLS):
            outcome = self.psql(database, f"SELECT partman.partition_data_time('public.{table}', p_batch_count := 1)")
            if outcome.exit:
                failures += 1
                message = next((line for line in outcome.text.splitlines() if "ERROR" in line), outcome.text)
        return Outcome(int(failures > 0), time.perf_counter() - begun,
                       f"{failures} of {self.DRAIN_CALLS} calls failed; {message}"[:200])


class Partsmith:
    """1.10.0 of PyPI, with a document for each table."""
    name = "pg-partsmith"
    jobs = ("maintain", "drain", "speed")

    def __init__(self, server):
        self.server = server

    @staticmethod
    def missing():
        return None if shutil.which("pg-partsmith") else "pg-partsmith is not installed"

    def adopt(self, server, database, table, interval, premake, column="day", retention=None):
        # Both of its numbers count the partition of now.
        keep = int(retention.split()[0]) + 1 if retention else 1500
        document = {"version": 1, "dsn": f"postgresql+asyncpg://postgres@127.0.0.1:{server.port}/{database}",
                    "tables": [{"table_name": table, "partition_column": column, "granularity": interval,
                                "create_ahead_count": premake + 1, "retention_count": keep}]}
        with open(f"{STATE}/{database}.json", "w", encoding="utf-8") as file:
            json.dump(document, file)

    def call(self, database, *arguments):
        return run(["pg-partsmith", *arguments, "-c", f"{STATE}/{database}.json"], dict(os.environ))

    def maintain(self, server, database, *tables):
        return self.call(database, "apply", "--allow-destructive")

    def prepare_drain(self, server, database, table, column="day"):
        self.adopt(server, database, table, "month", 2, column)

    def drain(self, server, database, table):
        return self.call(database, "backfill")


def drop_after(server, database, table, last):
    """Statements that remove the partitions that begin after a day."""
    found = execute(server.dsn(database), f"""
        SELECT c.oid::regclass FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '{table}'::regclass
        AND pg_get_expr(relpartbound, c.oid) <> 'DEFAULT' AND split_part(pg_get_expr(relpartbound, c.oid), '''', 2)::date > '{last}'
        """)
    # Detached first: a table that others reference does not drop its partitions.
    return [sql for name, in found for sql in (f"ALTER TABLE {table} DETACH PARTITION {name}", f"DROP TABLE {name}")] or ["SELECT 1"]


def partitions(server, database, table):
    """How many partitions a table has, the DEFAULT partition not counted."""
    return execute(server.dsn(database), "SELECT count(*) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid "
                   f"WHERE inhparent = '{table}'::regclass AND pg_get_expr(relpartbound, c.oid) <> 'DEFAULT'")[0][0]


def tools(server, job, alone):
    """The tools that have a job and are there; of each that is not, a line says so."""
    found = []
    for kind in (Rssctl, Partman, Partsmith):
        if job not in kind.jobs or (alone and kind is not Rssctl):
            continue
        missing = kind.missing()
        if missing:
            print(f"{kind.name} is left out: {missing}", flush=True)
        else:
            found.append(kind(server))
    return found
