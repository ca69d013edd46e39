"""rssctl partition beside pg_partman and pg-partsmith, on tables that an application is working on.

    RSSCTL=path/to/rssctl partition.py [--alone] [--rows N] [--rounds N] [--json FILE] [SCENARIO...]

Without RSSCTL the peers are measured alone. The application and its ledger are those of ledger.py: what it says of lost
rows is exact. "stall" is the longest statement of the application while the tool was at work; beside it what a commit took
at most that has nothing to do with the table: the noise of this machine. Nothing here decides over pass or fail.
"""
import argparse
import json
import os
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time

import failures
import peers
from datasets import month_start, opened
from ledger import Server, Workload, execute, load_default, load_monolith, load_partitioned, load_plain
from peers import STATE, Rssctl, drop_after, partitions, tools

HEADER = ["tool", "exit", "took", "stall", "p99", "noise", "app errors", "invisible", "lost", "missed", "other", "counts",
          "remarks"]
RESULTS = {}


def table(title, header, rows):
    print(f"\n{title}", flush=True)
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]
    for row in [header] + rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)
    RESULTS[title] = [dict(zip(header, row)) for row in rows]


def under_load(name, server, database, work, table="events", remark=None, **options):
    """One row of figures: `work` returns the outcome of a tool, while the application goes on."""
    load = Workload(server.dsn(database), table, holder=True, **options)
    result = load.around(work)
    outcome, ledger = load.returned, result["ledger"]
    lost = sum(number for key, number in ledger.items() if key.endswith("lost"))
    missed = ledger["missed_updates"] + ledger["missed_deletes"]
    other = {key: number for key, number in ledger.items() if number and not key.endswith("lost") and "missed" not in key}
    writes = sorted(ms for _, ms, kind in load.samples() if kind not in ("count", "control"))
    remarks = "; ".join(filter(None, [remark() if remark else "", outcome.complaint, *result["crashes"]]))
    RESULTS.setdefault("runs", []).append(dict(result, tool=name, database=database))
    return [name, outcome.exit, f"{outcome.seconds:.1f} s", f"{result['longest_in_action']:.0f} ms",
            f"{writes[int(len(writes) * .99)]:.0f} ms", f"{result['control_longest_ms']:.0f} ms",
            " ".join(f"{number}x{state}" for state, number in result["errors"].items()) or 0, result["invisible"],
            lost, missed, " ".join(f"{key} {number}" for key, number in other.items()) or 0, result["reads"]["counts"], remarks]


def default_rows(server, database):
    """What a drain left behind."""
    if execute(server.dsn(database), "SELECT to_regclass('events_default')")[0][0] is None:
        return "no default"
    return f"{execute(server.dsn(database), 'SELECT count(*) FROM ONLY events_default')[0][0]} rows left in default"


def maintain(server, options):
    """Four partitions made, two retired, of 27 months."""
    rows, since = [], month_start(-24)
    for name in ("visit_reports", "events"):
        base = server.database(f"base_{name}")
        load_partitioned(base, partitions=27, rows=options.rows // 4, table=name, ahead=0)
        column = "visit_date" if name == "visit_reports" else "day"
        for tool in tools(server, "maintain", options.alone):
            if name == "visit_reports" and not isinstance(tool, Rssctl):
                continue
            server.database("bench", f"base_{name}")
            tool.adopt(server, "bench", name, "month", 4, column, retention="24 months")
            had = partitions(server, "bench", name)
            rows.append(under_load(f"{tool.name}, {name}", server, "bench", lambda: tool.maintain(server, "bench", name), name,
                                   lambda: f"{had} partitions before, {partitions(server, 'bench', name)} after", since=since))
        server.database("bench", f"base_{name}")
        plain = [f"CREATE TABLE plain_{i} PARTITION OF {name} FOR VALUES FROM ('{month_start(i)}') TO ('{month_start(i + 1)}')"
                 for i in range(1, 5)]
        plain += [f"ALTER TABLE {name} DETACH PARTITION {name}_{month_start(-i):%Y_%m}" for i in (26, 25)]
        rows.append(under_load(f"PARTITION OF and DETACH, {name}", server, "bench", lambda: statements(server, plain), name,
                               since=since))
    table(f"maintain: 4 made and 2 retired of 27 months, {options.rows // 4:,} rows", HEADER, rows)


def statements(server, sql):
    begun = time.perf_counter()
    execute(server.dsn("bench"), *sql)
    return peers.Outcome(0, time.perf_counter() - begun)


def drain(server, options):
    load_default(server.database("base"), options.rows)
    rows = []
    for tool in tools(server, "drain", options.alone):
        server.database("bench", "base")
        tool.prepare_drain(server, "bench", "events")
        rows.append(under_load(tool.name, server, "bench", lambda: tool.drain(server, "bench", "events"),
                               remark=lambda: default_rows(server, "bench")))
    table(f"drain: {options.rows:,} rows of 35 months in the DEFAULT partition", HEADER, rows)


def split(server, options):
    load_monolith(server.database("base"), options.rows)
    rows = []
    for tool in tools(server, "split", True):
        server.database("bench", "base")
        rows.append(under_load(tool.name, server, "bench", lambda: tool.call("split", "bench", partition="events_all"),
                               remark=lambda: f"{partitions(server, 'bench', 'events')} partitions"))
    table(f"split: {options.rows:,} rows in one partition, into months", HEADER, rows)


class LockWatch:
    """How long somebody had a table for himself at most, seen every few milliseconds."""

    def __init__(self, dsn, name):
        self.dsn, self.relation = dsn, execute(dsn, f"SELECT '{name}'::regclass::oid")[0][0]
        self.done, self.longest = threading.Event(), 0.0
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        held = None
        with opened(self.dsn) as cursor:
            while not self.done.wait(0.004):
                cursor.execute("SELECT FROM pg_locks WHERE relation = %s AND mode = 'AccessExclusiveLock' AND granted",
                               (self.relation,))
                now = time.perf_counter()
                if not cursor.rowcount:
                    held = None
                    continue
                held = held or now
                self.longest = max(self.longest, now - held)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()


def convert(server, options):
    """The live table with all that hangs on it; no peer does this with incoming foreign keys."""
    load_plain(server.database("base"), options.rows)
    rows = []
    for tool in tools(server, "convert", True):
        for mode in ("zero-copy", "copy"):
            server.database("bench", "base")
            with LockWatch(server.dsn("bench"), "visit_reports") as watch:
                rows.append(under_load(
                    f"{tool.name} --{mode}", server, "bench",
                    lambda: tool.call("convert", "bench", table="visit_reports", column="visit_date", mode=mode), "visit_reports",
                    lambda: f"{partitions(server, 'bench', 'visit_reports')} partitions, "
                            f"table locked {watch.longest * 1000:.0f} ms at most"))
    table(f"convert: {options.rows:,} reports, {options.rows * 13 // 10:,} children", HEADER, rows)


def index(server, options):
    load_partitioned(server.database("base"), partitions=36, rows=options.rows, ahead=2)
    definition, rows = "CREATE INDEX visit_reports_purpose ON visit_reports (left(visit_purpose, 20), created_at)", []

    def valid():
        found = execute(server.dsn("bench"), "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('visit_reports_purpose')")
        return "valid" if found == [(True,)] else "INVALID" if found else "no index"

    for tool in tools(server, "index", True):
        server.database("bench", "base")
        rows.append(under_load(tool.name, server, "bench", lambda: tool.call("index", "bench", table="visit_reports",
                                                                             definition=definition), "visit_reports", valid))
    server.database("bench", "base")
    rows.append(under_load("CREATE INDEX", server, "bench", lambda: statements(server, [definition]), "visit_reports", valid))
    table(f"index: over 36 partitions, {options.rows:,} rows", HEADER, rows)


def speed(server, options):
    """The whole process, as cron starts it: nothing to do, and four partitions to make."""
    rows = []
    for count, interval in ((12, "month"), (120, "month"), (1000, "day")):
        present = tools(server, "speed", options.alone)
        last = {}
        for i, tool in enumerate(present):
            load_partitioned(server.database(f"speed{i}"), partitions=count, interval=interval, table="events", ahead=0)
            tool.adopt(server, f"speed{i}", "events", interval, 4)
            last[tool] = execute(server.dsn(f"speed{i}"), "SELECT current_date")[0][0]
            if tool.maintain(server, f"speed{i}", "events").exit:
                raise SystemExit(f"{tool.name}: the first run failed: {tool.maintain(server, f'speed{i}', 'events').text}")
        idle, four = {tool: [] for tool in present}, {tool: [] for tool in present}
        for _ in range(options.rounds):
            for i, tool in enumerate(present):
                idle[tool].append(tool.maintain(server, f"speed{i}", "events").seconds * 1000)
            for i, tool in enumerate(present):
                execute(server.dsn(f"speed{i}"), *drop_after(server, f"speed{i}", "events", last[tool]))
                before = partitions(server, f"speed{i}", "events")
                four[tool].append(tool.maintain(server, f"speed{i}", "events").seconds * 1000)
                made = partitions(server, f"speed{i}", "events") - before
                if made != 4:
                    print(f"{tool.name} made {made} partitions, not 4", flush=True)
        for tool in present:
            ours = [statistics.median(figures[present[0]]) for figures in (idle, four)]
            rows.append([count, tool.name, *(f"{statistics.median(f[tool]):.0f} ({min(f[tool]):.0f}) ms" for f in (idle, four)),
                         *(f"{statistics.median(f[tool]) / our:.1f}" for f, our in zip((idle, four), ours))])
    table(f"speed: whole process, median (least) of {options.rounds}", ["partitions", "tool", "nothing to do", "four to make",
                                                                       "ratio", "ratio "], rows)


def archive(server, options):
    dsn = server.database("bench")
    load_monolith(dsn, options.rows)
    execute(dsn, f"CREATE TABLE events_next PARTITION OF events FOR VALUES FROM ('{month_start(3)}') TO ('{month_start(4)}')")
    environment = dict(os.environ, **server.environment("bench"))
    samples = {}
    present = tools(server, "archive", True)
    for _ in range(options.rounds):
        for name in [tool.name for tool in present] + ["pg_dump -Fc"]:
            folder = tempfile.mkdtemp(dir=STATE)
            if name == "rssctl":
                outcome = present[0].call("archive", "bench", partition="events_all", folder=folder)
            else:
                outcome = peers.run(["pg_dump", "-Fc", "-t", "events_all", "-f", f"{folder}/dump"], environment)
            size = sum(os.path.getsize(f"{place}/{file}") for place, _, files in os.walk(folder) for file in files)
            samples.setdefault(name, []).append((outcome.seconds, size, outcome))
            shutil.rmtree(folder)
    seconds, size = (statistics.median(sample[i] for sample in samples["pg_dump -Fc"]) for i in (0, 1))
    rows = []
    for name, found in samples.items():
        took, bytes = (statistics.median(sample[i] for sample in found) for i in (0, 1))
        rows.append([name, found[-1][2].exit, f"{took:.1f} s", f"{bytes / 1e6:.1f} MB", f"{seconds / took:.2f}",
                     f"{bytes / size:.0%}", found[-1][2].complaint])
    table(f"archive: a partition of {options.rows:,} rows", ["tool", "exit", "took", "size", "times as fast", "of its size", ""], rows)


def registry(server, options):
    """What the registry costs: 20,000 devices, 5,000 reports, 2,000 deletions at a time."""
    load_plain(server.database("plain"), 100_000)
    load_partitioned(server.database("partitioned"), partitions=36, rows=100_000, ahead=2)
    jobs = {"20,000 hardware rows": """
        INSERT INTO hardware_inventory (visit_report_id, category_id, device_name, serial_number)
        SELECT md5('report ' || 1 + g * 7 % 100000)::uuid, c.id, 'Device ' || g, 'B-' || g
        FROM generate_series(1, 20000) g, (SELECT id FROM categories WHERE name = 'Laptop') c""", "5,000 reports": """
        INSERT INTO visit_reports (report_number, organization_id, visit_date, visit_type)
        SELECT 'B-' || g, md5('organization 1')::uuid, current_date - g % 600, 'bench' FROM generate_series(1, 5000) g""",
            "2,000 of them deleted": """
        DELETE FROM visit_reports WHERE visit_type = 'bench' AND report_number IN (SELECT 'B-' || g FROM generate_series(1, 2000) g)"""}
    samples = {(job, name): [] for job in jobs for name in ("plain", "partitioned")}
    for _ in range(max(9, options.rounds)):
        for name in random.sample(("plain", "partitioned"), 2):
            with opened(server.dsn(name)) as cursor:
                for job, sql in jobs.items():
                    begun = time.perf_counter()
                    cursor.execute(sql)
                    samples[job, name].append((time.perf_counter() - begun) * 1000)
                cursor.execute("DELETE FROM hardware_inventory WHERE serial_number LIKE 'B-%'")
                cursor.execute("DELETE FROM visit_reports WHERE visit_type = 'bench'")
                cursor.execute("VACUUM hardware_inventory, visit_reports")
                cursor.execute("CHECKPOINT")
    rows = []
    for job in jobs:
        plain, ours = (statistics.median(samples[job, name]) for name in ("plain", "partitioned"))
        rows.append([job, f"{plain:.0f} ms", f"{ours:.0f} ms", f"{ours / plain:.2f}"])
    table("registry: one statement, median", ["", "plain", "36 months, registry", "ratio"], rows)


def pg_partman_failures(server, options):
    failures.run(server, options.alone, table)


SCENARIOS = {"maintain": maintain, "drain": drain, "split": split, "convert": convert, "index": index, "speed": speed,
             "archive": archive, "registry": registry, "failures": pg_partman_failures}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_PARTITION_ROWS", "1000000")))
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "5")))
    parser.add_argument("--json", help="write all findings to this file")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    failed = 0
    try:
        with Server() as server:
            for name in options.scenarios or SCENARIOS:
                try:
                    SCENARIOS[name](server, options)
                except (Exception, SystemExit) as error:  # the others are still worth their time
                    failed = 1
                    print(f"\n{name} could not be measured: {str(error).strip() or repr(error)}", flush=True)
    finally:
        if options.json:
            with open(options.json, "w", encoding="utf-8") as file:
                json.dump(RESULTS, file, indent=2, default=str)
        shutil.rmtree(STATE, ignore_errors=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
