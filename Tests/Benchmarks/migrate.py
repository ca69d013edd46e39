"""rssctl migrate beside dbmate and sqitch: the same troubles, one table.

RSSCTL names the release binary; BENCH_ROUNDS the rounds of the race (3), BENCH_PARTITION_ROWS the rows of each of twelve
partitions (250000). A tool that is not installed is left out with a line that says so. Nothing here decides over pass or
fail; each figure is of this run.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

RSSCTL = os.environ["RSSCTL"]
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
PARTITION_ROWS = int(os.environ.get("BENCH_PARTITION_ROWS", "250000"))
STATE = tempfile.mkdtemp(prefix="rssctl-bench-")
os.chmod(STATE, 0o755)
ENV = dict(os.environ, RSSCTL_STATE=STATE, RSSCTL_CONFIG="", RSSCTL_PAGER="", SQITCH_FULLNAME="bench",
           SQITCH_EMAIL="bench@example.org", NO_COLOR="1")
PGBENCH = (glob.glob("/usr/lib/postgresql/*/bin/pgbench") or ["pgbench"])[-1]


def psql(sql, database="bench", **options):
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql], env=ENV, text=True,
                          capture_output=True, check=True, **options).stdout.strip()


def in_background(sql, database="bench"):
    """A psql session that runs statements, each in the transaction that they begin and end themselves."""
    process = subprocess.Popen(["psql", "-XAtq", "-d", database], env=ENV, stdin=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.stdin.write(sql)
    process.stdin.close()
    return process


def fresh():
    psql("DROP DATABASE IF EXISTS bench WITH (FORCE)", "postgres")
    psql("CREATE DATABASE bench", "postgres")


def until(condition, seconds=10.0):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


class Rssctl:
    name = "rssctl"

    def prepare(self, sql, transaction=True):
        self.folder = tempfile.mkdtemp(dir=STATE)
        with open(f"{self.folder}/V1__bench.sql", "w", encoding="utf-8") as file:
            file.write(sql)

    def start(self):
        return subprocess.Popen([RSSCTL, "migrate", "--directory", self.folder, "--quiet"], env=dict(ENV, PGDATABASE="bench"),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Dbmate:
    name = "dbmate"

    def prepare(self, sql, transaction=True):
        self.folder = tempfile.mkdtemp(dir=STATE)
        mode = "" if transaction else " transaction:false"
        with open(f"{self.folder}/1_bench.sql", "w", encoding="utf-8") as file:
            file.write(f"-- migrate:up{mode}\n{sql}\n\n-- migrate:down\n")

    def start(self):
        url = f"postgres://{ENV['PGUSER']}:{ENV['PGPASSWORD']}@127.0.0.1:{ENV['PGPORT']}/bench?sslmode=disable"
        return subprocess.Popen(["dbmate", "--no-dump-schema", "--migrations-dir", self.folder, "migrate"],
                                env=dict(ENV, DATABASE_URL=url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Sqitch:
    name = "sqitch"

    def prepare(self, sql, transaction=True):
        self.folder = tempfile.mkdtemp(dir=STATE)
        quiet = {"cwd": self.folder, "env": ENV, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        subprocess.run(["sqitch", "init", "bench", "--engine", "pg"], **quiet)
        subprocess.run(["sqitch", "add", "bench", "-n", "bench"], **quiet)
        with open(f"{self.folder}/deploy/bench.sql", "w", encoding="utf-8") as file:
            file.write(f"BEGIN;\n{sql}\nCOMMIT;\n" if transaction else sql)

    def start(self):
        return subprocess.Popen(["sqitch", "deploy", "db:pg:bench"], cwd=self.folder, env=ENV, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)


def tools():
    found = [Rssctl()]
    for tool, program in ((Dbmate(), "dbmate"), (Sqitch(), "sqitch")):
        if shutil.which(program):
            found.append(tool)
        else:
            print(f"{program} is not installed: left out (make test-all installs it)", flush=True)
    return found


def load(script, clients, seconds, rate=None):
    """Starts pgbench; call the result for the latencies of all its transactions, in milliseconds, sorted."""
    folder = tempfile.mkdtemp(dir=STATE)
    with open(f"{folder}/script.sql", "w", encoding="utf-8") as file:
        file.write(script)
    command = [PGBENCH, "-n", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", f"{folder}/script.sql", "-l",
               "--log-prefix", f"{folder}/log", "bench"] + (["-R", str(rate)] if rate else [])
    process = subprocess.Popen(command, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def latencies():
        process.wait()
        found = []
        for path in glob.glob(f"{folder}/log*"):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    fields = line.split()
                    # The last line of one that was ended early may be cut.
                    if len(fields) < 6 or not line.endswith("\n"):
                        continue
                    # With a rate pgbench counts the wait for its turn as well; that is not the server's.
                    found.append((int(fields[2]) - (int(fields[6]) if rate else 0)) / 1000)
        return sorted(found)

    return latencies


def table(title, header, rows):
    print(f"\n{title}", flush=True)
    widths = [max(len(str(row[i])) for row in [header] + rows) for i in range(len(header))]
    for row in [header] + rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip(), flush=True)


def lock_queue(tools):
    rows = []
    for tool in tools:
        fresh()
        psql("CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT g, g FROM generate_series(1, 10000) g")
        tool.prepare("ALTER TABLE t ADD COLUMN y int;")
        blocker = in_background("BEGIN; SELECT count(*) FROM t; SELECT pg_sleep(6); COMMIT;")
        readers = load("\\set id random(1, 10000)\nSELECT x FROM t WHERE id = :id;\n", 8, 11, rate=400)
        time.sleep(1)
        begun = time.perf_counter()
        process = tool.start()
        blocker.wait()
        ended = time.perf_counter()
        status = process.wait()
        late = time.perf_counter() - ended
        found = readers()
        rows.append([tool.name, status, f"{late:.2f} s", f"{found[-1]:.0f} ms", f"{found[int(len(found) * .99)]:.1f} ms",
                     f"{sum(1 for x in found if x > 50)} of {len(found)}", f"{time.perf_counter() - begun:.0f} s"])
    table("ALTER TABLE ADD COLUMN behind a 6 s reader, 8 readers at 50 queries/s",
          ["tool", "exit", "after the blocker", "longest stall", "p99", "over 50 ms", ""], [row[:6] + [""] for row in rows])


def interrupted_build(tools):
    rows = []
    for tool in tools:
        fresh()
        psql("CREATE TABLE t (id int, x text); INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 1500000) g")
        tool.prepare("CREATE INDEX CONCURRENTLY IF NOT EXISTS t_x ON t (x);", transaction=False)
        process = tool.start()
        until(lambda: psql("SELECT count(*) FROM pg_stat_progress_create_index WHERE phase LIKE 'building index: scan%'") == "1")
        psql("SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index")
        first = process.wait()
        second = tool.start().wait()
        valid = psql("SELECT coalesce((SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_x')), false)")
        rows.append([tool.name, first, second, "valid" if valid == "t" else "INVALID" if second else "INVALID, and recorded as done"])
    table("CREATE INDEX CONCURRENTLY cancelled in the middle, then run again", ["tool", "first exit", "second exit", "index"], rows)


def race(tools):
    rows = []
    for tool in tools:
        double, failed, runs = 0, 0, 0
        for _ in range(ROUNDS):
            fresh()
            psql("CREATE TABLE t (id int, n int); INSERT INTO t VALUES (1, 0)")
            # The VACUUM keeps ours from being one transaction, and the others stand alone already; a concurrent build
            # beside other statements is more than dbmate can run.
            more = "\nVACUUM t;\nCREATE INDEX CONCURRENTLY t_n ON t (n);" if tool.name == "rssctl" else ""
            tool.prepare(f"UPDATE t SET n = n + 1;{more}", transaction=False)
            processes = [tool.start() for _ in range(8)]
            states = [process.wait() for process in processes]
            runs += len(states)
            failed += sum(1 for status in states if status)
            double += psql("SELECT n FROM t") != "1"
        rows.append([tool.name, f"{double} of {ROUNDS}", f"{failed} of {runs}"])
    table("Eight at once, a data change outside a transaction", ["tool", "rounds applied more than once", "runs failed"], rows)


def killed(tools):
    rows = []
    for tool in tools:
        fresh()
        psql("CREATE TABLE t (id int)")
        tool.prepare("LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(12);")
        process = tool.start()
        held = "SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass AND mode = 'AccessExclusiveLock' AND granted"
        until(lambda: psql(held) == "1")
        # sqitch leaves the work to a psql of its own, which dies with its group.
        subprocess.run(["pkill", "-9", "-P", str(process.pid)], check=False)
        process.kill()
        start = time.perf_counter()
        until(lambda: psql(held) == "0", 20)
        rows.append([tool.name, f"{time.perf_counter() - start:.1f} s"])
        process.wait()
    table("kill -9 in the middle of a 12 s statement under ACCESS EXCLUSIVE", ["tool", "lock held on for"], rows)


def racing_build(tools):
    rows = []
    for tool in tools:
        times = []
        for count in (1, 8 if tool.name == "rssctl" else 2):
            fresh()
            psql("CREATE TABLE t (id int, x text); INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 1500000) g")
            tool.prepare("CREATE INDEX CONCURRENTLY t_x ON t (x);", transaction=False)
            start = time.perf_counter()
            processes = [tool.start() for _ in range(count)]
            states = [process.wait() for process in processes]
            together = time.perf_counter() - start
            build = psql("SELECT sum(ms) FROM rssctl.migration_statement") if tool.name == "rssctl" else None
            times.append((count, together, sum(1 for status in states if status), build))
        (_, alone, _, build), (count, together, failed, beside) = times
        rows.append([tool.name, f"{alone:.1f} s", f"{together:.1f} s with {count}", f"{together / alone:.2f}",
                     f"{build} and {beside} ms, {int(beside) / int(build):.2f}" if build else "", f"{failed} of {count}"])
    table("A concurrent build, alone and with others, to the end of the last of them",
          ["tool", "alone", "together", "ratio", "the build itself", "runs failed"], rows)


def partitioned_index():
    rows = []
    for name in ("rssctl migrate", "CREATE INDEX"):
        fresh()
        psql("CREATE TABLE p (id int, d int, x text, PRIMARY KEY (id, d)) PARTITION BY RANGE (d)")
        for i in range(12):
            psql(f"CREATE TABLE p{i} PARTITION OF p FOR VALUES FROM ({i}) TO ({i + 1});"
                 f"INSERT INTO p SELECT g, {i}, md5(g::text) FROM generate_series(1, {PARTITION_ROWS}) g")
        psql("VACUUM ANALYZE p")
        writers = load(f"\\set id random(1, {PARTITION_ROWS})\n\\set d random(0, 11)\n"
                       "UPDATE p SET x = x || 'y' WHERE id = :id AND d = :d;\n", 4, 45)
        time.sleep(1)
        tool = Rssctl()
        tool.prepare("CREATE INDEX CONCURRENTLY p_x ON p (left(x, 20));")
        start = time.perf_counter()
        if name == "CREATE INDEX":
            psql("CREATE INDEX p_x ON p (left(x, 20))")
        elif tool.start().wait():
            sys.exit("rssctl migrate failed")
        seconds = time.perf_counter() - start
        valid = psql("SELECT indisvalid FROM pg_index WHERE indexrelid = 'p_x'::regclass")
        subprocess.run(["pkill", "-INT", "-f", f"{PGBENCH} .*{STATE}"], check=False)
        found = writers()
        rows.append([name, f"{seconds:.1f} s", f"{found[-1]:.0f} ms", f"{found[int(len(found) * .99)]:.1f} ms", valid])
    table(f"An index on 12 partitions of {PARTITION_ROWS:,} rows under 4 writers",
          ["by", "took", "longest write", "p99", "valid"], rows)


def measured(command):
    """Runs a command; its exit status, its seconds and its peak memory in MB."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=dict(ENV, PGDATABASE="bench"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, time.perf_counter() - begun, usage.ru_maxrss / 1024


def many_small(_):
    """A thousand files of one table each, beside psql that is started once for each of the same files."""
    folder = tempfile.mkdtemp(dir=STATE)
    for i in range(1, 1001):
        with open(f"{folder}/V{i}__t{i}.sql", "w", encoding="utf-8") as file:
            file.write(f"CREATE TABLE public.t{i} (id bigint PRIMARY KEY, name text NOT NULL);\n")
    rows = []
    for round_ in range(ROUNDS):
        fresh()
        begun = time.perf_counter()
        for i in range(1, 1001):
            subprocess.run(["psql", "-XAtq", "-d", "bench", "-f", f"{folder}/V{i}__t{i}.sql"], env=ENV, check=True)
        psql_seconds = time.perf_counter() - begun
        fresh()
        status, seconds, memory = measured([RSSCTL, "migrate", "--directory", folder, "--quiet"])
        found, again, _ = measured([RSSCTL, "migrate", "status", "--directory", folder])
        rows.append([round_ + 1, f"{psql_seconds:.1f} s", f"{seconds:.1f} s", f"{seconds / psql_seconds:.2f}", f"{memory:.0f} MB",
                     f"{again:.2f} s", f"{status}, {found}"])
    table("1,000 migrations of one table each", ["round", "psql -f, one by one", "rssctl migrate", "ratio", "peak memory",
                                                 "status after it", "exits"], rows)


def large_file(_):
    """One file of 50 MB of INSERT statements, and the status of it before and after."""
    folder = tempfile.mkdtemp(dir=STATE)
    with open(f"{folder}/V1__rows.sql", "w", encoding="utf-8") as file:
        file.write("CREATE TABLE public.t (id int, name text);\n")
        row = 0
        while file.tell() < 50_000_000:
            file.write(f"INSERT INTO public.t VALUES ({row}, 'a text that''s as long as that of a device, number {row}');\n")
            row += 1
    rows = []
    for round_ in range(ROUNDS):
        fresh()
        _, psql_seconds, _ = measured(["psql", "-XAtq", "-1", "-d", "bench", "-f", f"{folder}/V1__rows.sql"])
        fresh()
        status, seconds, memory = measured([RSSCTL, "migrate", "--directory", folder, "--quiet"])
        found, again, small = measured([RSSCTL, "migrate", "status", "--directory", folder])
        rows.append([round_ + 1, f"{psql_seconds:.1f} s", f"{seconds:.1f} s", f"{memory:.0f} MB", f"{again:.2f} s", f"{small:.0f} MB",
                     f"{status}, {found}"])
    table(f"A file of 50 MB, {row:,} INSERT statements", ["round", "psql -1 -f", "rssctl migrate", "peak memory", "status after it",
                                                          "peak memory", "exits"], rows)


SCENARIOS = {"queue": lock_queue, "interrupted": interrupted_build, "race": race, "killed": killed, "build": racing_build, "small": many_small,
             "large": large_file}
try:
    subprocess.run([RSSCTL, "sandbox", "up", "--quiet"], env=ENV, check=True, stdout=subprocess.DEVNULL)
    for line in subprocess.run([RSSCTL, "sandbox", "env"], env=ENV, capture_output=True, text=True).stdout.splitlines():
        found = re.match(r"export (\w+)='(.*)'", line.strip())
        if found:
            ENV[found.group(1)] = found.group(2)
    if "PGPASSWORD" not in ENV:
        with open(ENV["PGPASSFILE"], encoding="utf-8") as file:
            ENV["PGPASSWORD"] = file.readline().strip().split(":")[4]
    # `migrate.py --alone race build` leaves the peers out.
    chosen = [name for name in sys.argv[1:] if name != "--alone"] or [*SCENARIOS, "partitioned"]
    present = [Rssctl()] if "--alone" in sys.argv else tools()
    for name in chosen:
        if name == "partitioned":
            partitioned_index()
        else:
            SCENARIOS[name](present)
finally:
    subprocess.run([RSSCTL, "sandbox", "destroy", "--yes", "--quiet"], env=ENV, stdout=subprocess.DEVNULL)
    shutil.rmtree(STATE, ignore_errors=True)
