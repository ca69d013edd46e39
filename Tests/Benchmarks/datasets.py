"""Throwaway servers and big tables for the measurements of partitions; `ledger.py` offers all of it.

The schema is taken from the shipped migrations. One row in twenty is "owned" (visit_type of a report, kind of an event):
a workload may change it. All others are "fixed": nobody touches them, so that they must be there at every moment.
"""
import contextlib
import datetime
import glob
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
import threading

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
MIGRATIONS = os.path.join(HERE, "../../Sources/RSSMigrate/SQL/Migrations")
ORGANIZATIONS = 20


class Server:
    """A PostgreSQL cluster of its own, durable (fsync on), ended and removed with `with`."""

    def __init__(self, **settings):
        self.folder = tempfile.mkdtemp(prefix="rssctl-ledger-")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        debian = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]))
        programs = debian[-1] if debian else os.path.dirname(shutil.which("initdb"))
        self.pg_ctl = f"{programs}/pg_ctl"
        self.as_owner = {}
        if os.geteuid() == 0:  # initdb refuses root
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": self.folder}
        os.chmod(self.folder, 0o755)
        self.run(f"{programs}/initdb", "-D", f"{self.folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        chosen = {"port": self.port, "unix_socket_directories": self.folder, "listen_addresses": "127.0.0.1",
                  "shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min", "max_connections": 100,
                  "max_locks_per_transaction": 1024, "log_lock_waits": "on", "deadlock_timeout": "1s", **settings}
        with open(f"{self.folder}/data/postgresql.auto.conf", "a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in chosen.items())
        self.start()

    def start(self):
        self.run(self.pg_ctl, "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log", "start")

    def crash(self):
        """As after a power cut: everything stops at once, and comes back from the log."""
        self.run(self.pg_ctl, "-D", f"{self.folder}/data", "-m", "immediate", "stop")
        self.start()

    def run(self, *command):
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **self.as_owner)

    def dsn(self, database="postgres"):
        return f"host={self.folder} port={self.port} user=postgres dbname={database}"

    def environment(self, database="postgres"):
        """What psql, rssctl and pg_dump read."""
        return {"PGHOST": self.folder, "PGPORT": str(self.port), "PGUSER": "postgres", "PGDATABASE": database}

    def database(self, name, template=None):
        """A fresh database, empty or a copy of another one; returns its DSN."""
        execute(self.dsn(), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        execute(self.dsn(), f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return self.dsn(name)

    def close(self):
        subprocess.run([self.pg_ctl, "-D", f"{self.folder}/data", "-m", "immediate", "stop"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.as_owner)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def connect(dsn):
    connection = psycopg2.connect(dsn, application_name="ledger")
    connection.autocommit = True
    return connection


@contextlib.contextmanager
def opened(dsn):
    """A cursor of a session of its own, each statement a transaction. (`with connection` of psycopg2 would begin one.)"""
    connection = connect(dsn)
    try:
        yield connection.cursor()
    finally:
        connection.close()


def execute(dsn, *statements):
    """Runs statements in a session of their own; returns the rows of the last."""
    with opened(dsn) as cursor:
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def in_parallel(*tasks):
    failures = []

    def guarded(task):
        try:
            task()
        except Exception as error:  # handed to the caller below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def migration(number):
    name = next(n for n in os.listdir(MIGRATIONS) if n.startswith(f"V{number:04d}__") and not n.endswith(".down.sql"))
    with open(f"{MIGRATIONS}/{name}", encoding="utf-8") as file:
        return file.read()


def replaced(text, old, new):
    if old not in text:
        raise SystemExit(f"the migrations no longer contain: {old}")
    return text.replace(old, new)


def split_indexes(sql):
    """The text without its CREATE INDEX statements, and those: an index is cheaper to build on a full table."""
    pattern = re.compile(r"^CREATE (?:UNIQUE )?INDEX .*?;$", re.MULTILINE | re.DOTALL)
    return pattern.sub("", sql), pattern.findall(sql)


def shipped_schema():
    return split_indexes("\n".join(migration(number) for number in range(1, 6)))


def plain_schema():
    """The shipped schema with one plain visit_reports that its children reference directly."""
    reports = migration(3)
    reports = reports[reports.index("CREATE TABLE visit_reports ("):reports.index("CREATE TABLE visit_report_keys")]
    reports = replaced(reports, ") PARTITION BY RANGE (visit_date);", ");")
    reports = replaced(reports, "PRIMARY KEY (id, visit_date)",
                       "PRIMARY KEY (id),\n    CONSTRAINT visit_reports_report_number_key UNIQUE (report_number)")
    children = "\n".join(replaced(migration(n), "visit_report_keys (id)", "visit_reports (id)") for n in (4, 5))
    extras = """
        COMMENT ON TABLE visit_reports IS 'One visit of a technician at an office.';
        COMMENT ON COLUMN visit_reports.updated_at IS 'Kept by a trigger.';
        CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.updated_at = clock_timestamp(); RETURN NEW; END $$;
        CREATE TRIGGER visit_reports_set_updated_at BEFORE UPDATE ON visit_reports
            FOR EACH ROW EXECUTE FUNCTION set_updated_at();
        CREATE VIEW open_visit_reports AS SELECT id, report_number, visit_date, status FROM visit_reports
            WHERE status NOT IN ('completed', 'approved', 'rejected', 'cancelled', 'archived');
        DO $$ BEGIN CREATE ROLE report_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        GRANT SELECT ON visit_reports, open_visit_reports TO report_reader;
        """
    return split_indexes("\n".join([migration(1), migration(2), reports, children, extras]))


def month_start(months_from_now=0):
    today = datetime.date.today()
    month = today.year * 12 + today.month - 1 + months_from_now
    return datetime.date(month // 12, month % 12 + 1, 1)


def bounds(partitions, interval, ahead):
    """The ranges of `partitions` months or days; the last one is `ahead` intervals after today's."""
    if interval == "month":
        starts = [month_start(i) for i in range(ahead - partitions + 1, ahead + 2)]
    elif interval == "day":
        today = datetime.date.today()
        starts = [today + datetime.timedelta(days=i) for i in range(ahead - partitions + 1, ahead + 2)]
    else:
        raise SystemExit(f"no interval {interval}: month or day")
    return list(zip(starts, starts[1:]))


def partition_of(table, first, interval):
    return f"{table}_{first:%Y_%m}" + (f"_{first:%d}" if interval == "day" else "")


PEOPLE = f"""
    INSERT INTO organizations (id, name)
        SELECT md5('organization ' || n)::uuid, 'Organization ' || n FROM generate_series(0, {ORGANIZATIONS - 1}) n;
    INSERT INTO offices (id, organization_id, name)
        SELECT md5('office ' || n)::uuid, md5('organization ' || n % {ORGANIZATIONS})::uuid, 'Office ' || n
        FROM generate_series(0, {2 * ORGANIZATIONS - 1}) n;
    INSERT INTO users (id, first_name, email)
        SELECT md5('user ' || n)::uuid, 'User ' || n, 'user' || n || '@example.org' FROM generate_series(0, 19) n;
    """
# 7919 and 31337 are primes: neighbours in the heap lie in different months, as rows of many writers do.
REPORTS = """
    INSERT INTO visit_reports (id, report_number, organization_id, office_id, technician_id, visit_date, visit_type,
                               visit_purpose, summary_description, status, completion_percentage, created_at, updated_at)
    SELECT md5('report ' || g)::uuid, 'R-' || g, md5('organization ' || g %% {organizations})::uuid,
           md5('office ' || g %% {organizations})::uuid, md5('user ' || g %% 20)::uuid,
           %(first)s::date + (g * 7919 %% %(days)s)::int, CASE WHEN g %% 20 = 0 THEN 'owned' ELSE 'fixed' END,
           'Purpose ' || g %% 100, 'Cabling and monitors of floor ' || g %% 9,
           CASE WHEN g %% 3 = 0 THEN 'draft' ELSE 'completed' END, g %% 101, v, v
    FROM (SELECT g, %(first)s::timestamptz + g %% 31337 * interval '1 minute' AS v
          FROM generate_series(1::bigint, %(rows)s) g) AS generated
    """.replace("{organizations}", str(ORGANIZATIONS))
CHILDREN = ["""
    INSERT INTO hardware_inventory (id, visit_report_id, category_id, device_name, manufacturer, serial_number, condition_rating)
    SELECT md5('hardware ' || g)::uuid, md5('report ' || g)::uuid, category, 'Device ' || g % 1000,
           CASE WHEN g % 20 = 0 THEN 'owned' ELSE 'fixed' END, 'S-' || g, 1 + g % 5
    FROM generate_series(1::bigint, {rows}) g, (SELECT id AS category FROM categories WHERE name = 'Laptop') AS c
    """, """
    INSERT INTO recycling_records (id, visit_report_id, category_id, item_description, quantity, recycler_name)
    SELECT md5('recycling ' || g)::uuid, md5('report ' || g)::uuid, category, 'Item ' || g % 1000, 1 + g % 5,
           CASE WHEN g % 20 = 0 THEN 'owned' ELSE 'fixed' END
    FROM generate_series(10::bigint, {rows}, 10) g, (SELECT id AS category FROM categories WHERE name = 'Monitor') AS c
    """, """
    INSERT INTO files.file_attachments (id, visit_report_id, uploaded_by, file_name, file_type, file_size)
    SELECT md5('file ' || g)::uuid, md5('report ' || g)::uuid, md5('user 1')::uuid, 'photo' || g || '.jpg',
           CASE WHEN g % 20 = 0 THEN 'owned' ELSE 'fixed' END, g % 9999
    FROM generate_series(5::bigint, {rows}, 5) g
    """]
UNCHECKED = "SET session_replication_role = replica"  # the rows are right by construction; neither triggers nor checks


def fill_reports(dsn, rows, first, end, registry):
    def reports():
        with opened(dsn) as cursor:
            cursor.execute(UNCHECKED)
            cursor.execute(REPORTS, {"first": first, "days": (end - first).days, "rows": rows})
            if registry:
                cursor.execute("INSERT INTO visit_report_keys SELECT id, report_number, visit_date FROM visit_reports")

    in_parallel(reports, lambda: execute(dsn, UNCHECKED, *(sql.replace("{rows}", str(rows)) for sql in CHILDREN)))


def build(dsn, indexes):
    half = [index for i, index in enumerate(indexes) if "gin" in index.lower()]
    rest = [index for index in indexes if index not in half]
    memory = "SET maintenance_work_mem = '256MB'"
    in_parallel(lambda: execute(dsn, memory, *half[::2]), lambda: execute(dsn, memory, *half[1::2], *rest))
    execute(dsn, "VACUUM (ANALYZE)")


def load_plain(dsn, rows=1_000_000, months=35):
    """A plain visit_reports with hardware (as many), recycling (a tenth), attachments (a fifth), and what hangs on it."""
    schema, indexes = plain_schema()
    span = bounds(months, "month", 2)
    execute(dsn, schema, PEOPLE)
    fill_reports(dsn, rows, span[0][0], span[-1][1], registry=False)
    build(dsn, indexes)


def load_partitioned(dsn, partitions=12, interval="month", rows=0, table="visit_reports", ahead=3):
    """visit_reports as shipped, with its registry, or a simple table `events`, with that many partitions and no DEFAULT."""
    span = bounds(partitions, interval, ahead)
    made = [f"CREATE TABLE {partition_of(table, lo, interval)} PARTITION OF {table} FOR VALUES FROM ('{lo}') TO ('{hi}')"
            for lo, hi in span]
    if table == "events":
        events_table(dsn, rows, span[0][0], span[-1][1], made)
        return
    schema, indexes = shipped_schema()
    execute(dsn, schema, PEOPLE, *made)
    fill_reports(dsn, rows, span[0][0], span[-1][1], registry=True)
    build(dsn, indexes)


def events_table(dsn, rows, first, end, partitions):
    execute(dsn, """
        CREATE TABLE events (id bigint NOT NULL, day date NOT NULL, kind text NOT NULL, value int NOT NULL DEFAULT 0,
                             note text, made timestamptz NOT NULL DEFAULT now(),
                             CONSTRAINT events_pkey PRIMARY KEY (id, day)) PARTITION BY RANGE (day)
        """, *partitions, f"""
        INSERT INTO events (id, day, kind, value, note, made)
        SELECT g, '{first}'::date + (g * 7919 % {(end - first).days})::int,
               CASE WHEN g % 20 = 0 THEN 'owned' ELSE 'fixed' END, g % 1000,
               md5(g::text) || ' cabling, monitors and the printer of floor ' || g % 9 || ', to be looked at again',
               '{first}'::timestamptz + g % 31337 * interval '1 minute'
        FROM generate_series(1::bigint, {rows}) g
        """)
    build(dsn, ["CREATE INDEX events_day_kind ON events (day, kind)", "CREATE INDEX events_kind_value ON events (kind, value)"])


def load_default(dsn, rows=1_000_000, months=35):
    """A partitioned `events` whose rows of that many months are all in its DEFAULT partition."""
    span = bounds(months, "month", 2)
    events_table(dsn, rows, span[0][0], span[-1][1], ["CREATE TABLE events_default PARTITION OF events DEFAULT"])


def load_monolith(dsn, rows=1_000_000, months=35):
    """The same with the rows in one wide partition, `events_all`."""
    span = bounds(months, "month", 2)
    events_table(dsn, rows, span[0][0], span[-1][1],
                 [f"CREATE TABLE events_all PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('{span[-1][1]}')"])
