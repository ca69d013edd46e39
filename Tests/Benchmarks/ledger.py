"""An application at work on a table, and an exact ledger of every write that was acknowledged to it.

Four writers (each on rows that no other one touches), two readers, a control that touches nothing of the table, and if
wanted a holder that keeps a transaction open for 3 s, again and again. Whatever is done to the table meanwhile: afterwards
each row must be as the last acknowledged write left it, and at no moment may a row have been missing.

    from ledger import Server, load_plain, Workload
    with Server() as server:
        dsn = server.database("app")
        load_plain(dsn)
        result = Workload(dsn, "visit_reports", holder=True).around(lambda: subprocess.run([...]))

    ledger.py load plain|default|monolith|partitioned --dsn DSN [--rows N] ...
    ledger.py run --dsn DSN [--table visit_reports|events] [--holder] [--seconds N | -- COMMAND...]
    ledger.py server

`run` prints its findings as JSON: without a command for --seconds, or until SIGINT, SIGTERM or the end of its standard
input with --until-eof. It exits with 0 if nothing is wrong and no statement failed, else with 2.
"""
import argparse
import collections
import json
import random
import signal
import subprocess
import sys
import threading
import time

import psycopg2
import psycopg2.extras

from application import Session, Writer
from datasets import (Server, execute, load_default, load_monolith,  # noqa: F401 (offered to others)
                      load_partitioned, load_plain, opened)
from shapes import SHAPES

psycopg2.extras.register_uuid()
# A thread that wakes up must not wait for its turn: latencies are what is measured here.
sys.setswitchinterval(0.0005)
# A new session reads the catalog first, which for many partitions takes its time: not measured.
WARM_UP = 1.0
# Long by nature, or beside the point: left out of the longest statement.
APART = ("count", "control")


class Workload:
    """All clients together. `start`, then `stop`, which returns the findings; or `around` something, or `for_seconds`.

    rate: operations a second of each writer, and reads of each reader. since: ignore rows dated before it (a retention
    will take them). count_interval: seconds between two counts of all fixed rows, each a scan of the whole table.
    """

    def __init__(self, dsn, table="visit_reports", writers=4, readers=2, holder=False, rate=50, count_interval=0.5,
                 since=None, seed=1, hold=3.0):
        self.dsn, self.shape = dsn, SHAPES[table]
        self.rate, self.count_interval, self.since, self.seed, self.hold = rate, count_interval, since, seed, hold
        self.writers = [Writer(self, number) for number in range(writers)]
        self.readers, self.holder = readers, holder
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.sessions, self.errors, self.messages, self.crashes = [], collections.Counter(), [], []
        self.reads = collections.Counter()
        self.lowest = None
        self.marks = []

    def where(self, condition):
        return condition + (f" AND {self.shape.date} >= '{self.since}'" if self.since else "")

    def session(self):
        session = Session(self)
        with self.lock:
            self.sessions.append(session)
        return session

    def failed(self, kind, error):
        state = error.pgcode or "connection"
        with self.lock:
            self.errors[state] += 1
            if len(self.messages) < 20:
                self.messages.append({"at": round(time.perf_counter() - self.begun, 2), "statement": kind, "sqlstate": state,
                                      "message": str(error).strip()})

    def turns(self, rate):
        """Paces a client: no burst makes up for a stall, or the load would depend on what is measured."""
        turn = time.perf_counter() + random.random() / rate
        while not self.stopping.is_set():
            wait = turn - time.perf_counter()
            if wait > 0 and self.stopping.wait(wait):
                return
            yield
            turn = max(turn + 1 / rate, time.perf_counter())

    def prepare(self):
        """Reads how everything is before the first write; nothing else may write to the table from here on."""
        shape = self.shape
        with opened(self.dsn) as cursor:
            cursor.execute(f"SELECT min({shape.date}), max({shape.date}) FROM {shape.table} WHERE {self.where('true')}")
            self.days = cursor.fetchone()
            if self.days[0] is None:
                raise SystemExit(f"{shape.table} has no rows: load some first")
            cursor.execute(f"SELECT {shape.key}, {', '.join(shape.columns)} FROM {shape.table} "
                           f"WHERE {self.where(shape.owned)} ORDER BY {shape.key}")
            owner = {}
            for i, row in enumerate(cursor.fetchall()):
                writer = owner[row[0]] = self.writers[i % len(self.writers)]
                writer.adopt(row[0], row[1:])
            for group, table, marker, value, _ in shape.children:
                cursor.execute(f"SELECT id, visit_report_id, {value} FROM {table} WHERE {marker} = 'owned'")
                for key, parent, number in cursor.fetchall():
                    if parent in owner or parent is None:
                        owner.get(parent, self.writers[0]).adopt_child(group, key, parent, number)
            cursor.execute(f"SELECT {shape.key}, {shape.columns[0]} FROM {shape.table} WHERE {self.where(shape.fixed)} "
                           f"AND hashtext({shape.key}::text) % 100 = 0")
            self.stable = cursor.fetchall()
            self.stable_hardware = {}
            if shape.children:
                cursor.execute("SELECT visit_report_id, count(*) FROM hardware_inventory WHERE visit_report_id = ANY(%s) "
                               "GROUP BY 1", ([key for key, _ in self.stable],))
                self.stable_hardware = dict(cursor.fetchall())
            self.before = self.fixed(cursor)

    def fixed(self, cursor):
        """Number, number of different keys and digest of everything that nobody touches."""
        shape, digest = self.shape, "sum(hashtextextended(ROW({})::text, 0)::numeric)"
        cursor.execute(f"SELECT count(*), count(DISTINCT {shape.key}), {digest.format(shape.fixed_columns)} "
                       f"FROM {shape.table} WHERE {self.where(shape.fixed)}")
        found = {"rows": cursor.fetchone()}
        for group, table, marker, value, _ in shape.children:
            reports = (f" AND visit_report_id IN (SELECT id FROM visit_reports WHERE {self.where('true')})"
                       if self.since else "")
            cursor.execute(f"SELECT count(*), count(DISTINCT id), {digest.format(f'id, visit_report_id, {value}')} "
                           f"FROM {table} WHERE {marker} = 'fixed'{reports}")
            found[group] = cursor.fetchone()
        return found

    def read_points(self):
        session, rng, shape = self.session(), random.Random(self.seed), self.shape
        for turn in self.counted(self.rate):
            try:
                if turn % 20 == 0:
                    session.run("list", shape.list, (rng.randrange(20),))
                    continue
                key, value = rng.choice(self.stable)
                if shape.children and turn % 4 == 0:
                    session.run("join", "SELECT count(h.id) FROM visit_reports r LEFT JOIN hardware_inventory h "
                                "ON h.visit_report_id = r.id WHERE r.id = %s", (key,))
                    self.reads["joins"] += 1
                    self.reads["joins wrong"] += session.cursor.fetchone()[0] != self.stable_hardware.get(key, 0)
                    continue
                session.execute_prepared("point", "point", (key,))
                rows = session.cursor.fetchall()
                self.reads["points"] += 1
                self.reads["points invisible"] += not rows
                self.reads["points wrong"] += bool(rows) and rows != [(value,)]
            except psycopg2.Error as error:
                session.recover(error)

    def read_counts(self):
        session, rng, shape = self.session(), random.Random(self.seed + 1), self.shape
        due = time.perf_counter()
        expected = self.before["rows"][0]
        for _ in self.counted(self.rate / 2):
            try:
                if time.perf_counter() >= due:
                    begun = time.perf_counter()
                    session.run("count", f"SELECT count(*) FROM {shape.table} WHERE {self.where(shape.fixed)}")
                    count = session.cursor.fetchone()[0]
                    # At most a third of the time is spent counting.
                    due = time.perf_counter() + max(self.count_interval, 2 * (time.perf_counter() - begun))
                    self.reads["counts"] += 1
                    self.reads["counts off"] += count != expected
                    self.lowest = count if self.lowest is None else min(count, self.lowest)
                    continue
                keys = [key for key, _ in rng.sample(self.stable, min(50, len(self.stable)))]
                session.run("sample", f"SELECT count(*) FROM {shape.table} WHERE {shape.key} = ANY(%s::{shape.array})", (keys,))
                count = session.cursor.fetchone()[0]
                self.reads["samples"] += 1
                self.reads["samples off"] += count != len(keys)
            except psycopg2.Error as error:
                session.recover(error)

    def counted(self, rate):
        yield from (number for number, _ in enumerate(self.turns(rate)))

    def hold_transactions(self):
        session, rng = self.session(), random.Random(self.seed + 2)
        while not self.stopping.wait(0.25):
            try:
                session.run("begin", "BEGIN")
                session.execute_prepared("hold", "point", (rng.choice(self.stable)[0],))
                self.stopping.wait(self.hold)
                session.run("commit", "COMMIT")
                self.reads["held"] += 1
            except psycopg2.Error as error:
                session.recover(error)

    def control(self):
        """What a small commit takes here that has nothing to do with the table: the noise of disk and machine."""
        session = self.session()
        for _ in self.turns(20):
            try:
                session.run("control", "SELECT pg_logical_emit_message(true, 'ledger', '')")
            except psycopg2.Error as error:
                session.recover(error)

    def start(self):
        self.prepare()
        self.begun = time.perf_counter()
        jobs = [writer.work for writer in self.writers] + [self.control]
        jobs += [(self.read_points, self.read_counts)[i % 2] for i in range(self.readers)]
        jobs += [self.hold_transactions] if self.holder else []
        self.threads = [threading.Thread(target=self.guarded, args=(job,), daemon=True) for job in jobs]
        for thread in self.threads:
            thread.start()
        return self

    def guarded(self, job):
        try:
            job()
        except Exception as error:  # a client that ended early makes the whole run worthless: said in the findings
            self.crashes.append(f"{job.__name__}: {error!r}")

    def mark(self, name):
        self.marks.append((time.perf_counter(), name))

    def around(self, action, lead=2.0, tail=2.0):
        """Runs `action` under the load, which begins before it and goes on after it; the findings, with its seconds."""
        self.start()
        try:
            time.sleep(lead)
            begun = time.perf_counter()
            self.returned = action()
            ended = time.perf_counter()
            time.sleep(tail)
        except BaseException:
            self.end()
            raise
        return dict(self.stop(), action_seconds=round(ended - begun, 3), longest_in_action=self.longest(begun, ended))

    def for_seconds(self, seconds):
        self.start()
        time.sleep(seconds)
        return self.stop()

    def end(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.seconds = time.perf_counter() - self.begun
        for session in self.sessions:
            session.connection.close()

    def stop(self):
        self.end()
        with opened(self.dsn) as cursor:
            return self.findings(cursor)

    def samples(self, begun=0.0, ended=float("inf")):
        """All statements that were under way in a span of time (perf_counter)."""
        return [sample for session in self.sessions for sample in session.samples
                if sample[0] + sample[1] / 1000 >= begun and sample[0] <= ended and sample[0] >= self.begun + WARM_UP]

    def longest(self, begun=0.0, ended=float("inf")):
        """The longest statement of the application in a span, in milliseconds; counts of everything are not among them."""
        return round(max((ms for _, ms, kind in self.samples(begun, ended) if kind not in APART), default=0), 1)

    def findings(self, cursor):
        ledger = self.compare(cursor)
        kinds = collections.defaultdict(list)
        for _, ms, kind in self.samples():
            kinds[kind].append(ms)
        latency = {}
        for kind, values in sorted(kinds.items()):
            values.sort()
            latency[kind] = {"number": len(values), "median": round(values[len(values) // 2], 2),
                             "p99": round(values[int(len(values) * .99)], 2), "longest": round(values[-1], 1)}
        slowest = sorted((s for s in self.samples() if s[2] not in APART), key=lambda sample: -sample[1])[:10]
        reads = {name: self.reads[name] for name in (
            "points", "points invisible", "points wrong", "joins", "joins wrong", "samples", "samples off", "counts",
            "counts off", "held")}
        wrong_reads = sum(number for name, number in reads.items() if name.split()[-1] in ("invisible", "wrong", "off"))
        errors = {state: number for state, number in self.errors.items() if number}
        return {
            "table": self.shape.table, "seconds": round(self.seconds, 1), "statements": sum(map(len, kinds.values())),
            "longest_ms": self.longest(), "control_longest_ms": latency.get("control", {}).get("longest", 0),
            "errors": errors, "invisible": wrong_reads, "ledger": ledger, "reads": reads,
            "count_expected": self.before["rows"][0], "count_lowest": self.lowest, "latency": latency,
            "slowest": [{"at": round(at - self.begun, 2), "ms": round(ms, 1), "statement": kind} for at, ms, kind in slowest],
            "marks": [{"at": round(at - self.begun, 2), "name": name} for at, name in self.marks],
            "writes": dict(sum((writer.counts for writer in self.writers), collections.Counter())),
            "messages": self.messages, "crashes": self.crashes,
            "all_zero": not any(ledger.values()) and not wrong_reads and not errors and not self.crashes,
        }

    def compare(self, cursor):
        """The ledger against the table: each figure must be 0."""
        shape, counts = self.shape, sum((writer.counts for writer in self.writers), collections.Counter())
        ledger = dict.fromkeys(("lost", "wrong", "resurrected", "duplicated", "unexpected"), 0)
        ledger["missed_updates"] = counts["update touched none"] + counts["move touched none"]
        ledger["missed_deletes"] = counts["delete touched none"] + counts["delete child touched none"]
        ledger["doubled_writes"] = sum(number for name, number in counts.items() if name.endswith("touched several"))
        cursor.execute(f"SELECT {shape.key}, {', '.join(shape.columns)} FROM {shape.table} WHERE {self.where(shape.owned)}")
        self.judge(ledger, "", cursor, [writer.rows for writer in self.writers], [writer.gone for writer in self.writers])
        after = self.fixed(cursor)
        ledger["fixed_lost"] = self.before["rows"][1] - after["rows"][1]
        ledger["fixed_duplicated"] = after["rows"][0] - after["rows"][1]
        ledger["fixed_wrong"] = int(not ledger["fixed_lost"] and self.before["rows"][2] != after["rows"][2])
        if not shape.children:
            return ledger
        for name in ("lost", "wrong", "resurrected", "duplicated", "unexpected"):
            ledger[f"children_{name}"] = 0
        ledger["orphans"] = 0
        dated = self.registry_dates(cursor)
        # A report that was retired but can still come back is in the registry, and its children wait for it.
        waiting = (f" AND NOT EXISTS (SELECT FROM visit_report_keys k WHERE k.id = c.visit_report_id "
                   f"AND k.visit_date < '{self.since}')" if self.since and dated else "")
        for group, table, marker, value, _ in shape.children:
            cursor.execute(f"SELECT id, visit_report_id, {value} FROM {table} WHERE {marker} = 'owned'")
            rows = [writer.children[group] for writer in self.writers]
            self.judge(ledger, "children_", cursor, rows, [writer.children_gone[group] for writer in self.writers])
            ledger["children_lost"] += self.before[group][1] - after[group][1]
            ledger["children_wrong"] += int(self.before[group][1] == after[group][1] and self.before[group][2] != after[group][2])
            cursor.execute(f"SELECT count(*) FROM {table} c WHERE visit_report_id IS NOT NULL "
                           f"AND NOT EXISTS (SELECT FROM visit_reports r WHERE r.id = c.visit_report_id){waiting}")
            ledger["orphans"] += cursor.fetchone()[0]
        if dated is not None:
            date = ", visit_date" if dated else ""
            retired = f" AND NOT (r.id IS NULL AND k.visit_date < '{self.since}')" if self.since and dated else ""
            cursor.execute(f"SELECT count(*) FROM visit_report_keys k FULL JOIN visit_reports r USING (id, report_number{date}) "
                           f"WHERE (k.id IS NULL OR r.id IS NULL){retired}")
            ledger["registry_off"] = cursor.fetchone()[0]
        return ledger

    @staticmethod
    def registry_dates(cursor):
        """Whether the registry knows the dates of the reports; None if there is no registry."""
        cursor.execute("SELECT to_regclass('visit_report_keys'), (SELECT count(*) FROM pg_attribute WHERE attname = 'visit_date' "
                       "AND NOT attisdropped AND attrelid = to_regclass('visit_report_keys'))")
        name, dated = cursor.fetchone()
        return bool(dated) if name else None

    def judge(self, ledger, prefix, cursor, expected, gone):
        expected = {key: row for rows in expected for key, row in rows.items()}
        gone = set().union(*gone)
        seen = set()
        for key, *row in cursor:
            if key in seen:
                ledger[f"{prefix}duplicated"] += 1
            elif key in expected:
                ledger[f"{prefix}wrong"] += expected[key] != tuple(row)
            elif key in gone:
                ledger[f"{prefix}resurrected"] += 1
            elif not self.since or not prefix:
                ledger[f"{prefix}unexpected"] += 1
            seen.add(key)
        ledger[f"{prefix}lost"] += len(expected.keys() - seen)


def report(result, file=sys.stdout):
    json.dump(result, file, indent=2, default=str)
    print(file=file, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    load = verbs.add_parser("load", help="create and fill the tables in an empty database")
    load.add_argument("shape", choices=("plain", "default", "monolith", "partitioned"))
    load.add_argument("--dsn", required=True)
    load.add_argument("--rows", type=int)
    load.add_argument("--months", type=int, default=35, help="months that the rows are spread over (not for partitioned)")
    load.add_argument("--partitions", type=int, default=12)
    load.add_argument("--interval", choices=("month", "day"), default="month")
    load.add_argument("--ahead", type=int, default=3, help="the last partition is so many intervals after today's")
    load.add_argument("--table", choices=sorted(SHAPES), default="visit_reports")
    run = verbs.add_parser("run", help="work on the tables, then print the findings as JSON")
    run.add_argument("--dsn", required=True)
    run.add_argument("--table", choices=sorted(SHAPES), default="visit_reports")
    run.add_argument("--writers", type=int, default=4)
    run.add_argument("--readers", type=int, default=2)
    run.add_argument("--rate", type=float, default=50, help="operations a second of each client")
    run.add_argument("--holder", action="store_true", help="a reader more, which holds transactions of 3 s")
    run.add_argument("--count-interval", type=float, default=0.5)
    run.add_argument("--since", help="leave rows dated before this day alone")
    run.add_argument("--seed", type=int, default=1)
    run.add_argument("--seconds", type=float)
    run.add_argument("--until-eof", action="store_true", help="until standard input ends; prints `started` when at work")
    run.add_argument("command", nargs="*", help="after --: run under the load")
    verbs.add_parser("server", help="a throwaway server until standard input ends; prints its DSN")
    options = parser.parse_args()

    if options.verb == "server":
        with Server() as server:
            print(server.dsn(), flush=True)
            sys.stdin.read()
    elif options.verb == "load":
        if options.shape == "partitioned":
            load_partitioned(options.dsn, options.partitions, options.interval, options.rows or 0, options.table, options.ahead)
        else:
            loader = {"plain": load_plain, "default": load_default, "monolith": load_monolith}[options.shape]
            loader(options.dsn, options.rows or 1_000_000, options.months)
    else:
        workload = Workload(options.dsn, options.table, options.writers, options.readers, options.holder, options.rate,
                            options.count_interval, options.since, options.seed)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: workload.stopping.set())
        if options.command:
            result = workload.around(lambda: subprocess.run(options.command, stdout=sys.stderr, check=False).returncode)
            result["command_exit"] = workload.returned
        else:
            workload.start()
            print("started", file=sys.stderr, flush=True)
            if options.until_eof:
                sys.stdin.read()
            else:
                workload.stopping.wait(options.seconds)
            result = workload.stop()
        report(result)
        sys.exit(0 if result["all_zero"] else 2)


if __name__ == "__main__":
    main()
