"""What an import costs beside the peers, in alternation in one run: medians, ratios, peak memory.

    RSSCTL=…/rssctl python3 bulk.py [--rows N] [--rounds N] [SCENARIO…]
"""
import argparse
import datetime
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from ledger import Server, execute

RSSCTL = os.environ.get("RSSCTL")
STATE = tempfile.mkdtemp(prefix="rssctl-bench-")
os.chmod(STATE, 0o755)
COLUMNS = ("visit_report_id,category_id,device_name,manufacturer,model,serial_number,asset_tag,ip_address,mac_address,status,"
           "condition_rating,location_building,location_floor,location_room,warranty_expiry,specifications")
MAKERS = [("Lenovo", "ThinkPad T14 Gen 4"), ("Dell", "Latitude 7440"), ("HP", "EliteBook 840 G10"), ("Apple", "MacBook Pro 14"),
          ("Fujitsu", "Lifebook U9313X"), ("Cisco", "Catalyst 9300-48P"), ("Brother", "HL-L6410DN"), ("APC", "Smart-UPS 1500")]
STATES = ["active"] * 7 + ["inactive", "maintenance", "in_storage", "retired"]
EXTRA = ["idx_hardware_inventory_composite", "idx_hardware_inventory_location", "idx_hardware_inventory_search",
         "idx_hardware_inventory_category_id"]
RESULTS = []


def inventory(path, rows, visits, categories, prefix="S", changed=lambda i: False):
    """A clean inventory of 16 columns, about 300 bytes a row."""
    dice = random.Random(7)
    with open(path, "w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        for i in range(rows):
            maker, model = MAKERS[dice.randrange(len(MAKERS))]
            mac = ":".join(f"{dice.randrange(256):02x}" for _ in range(6))
            name = f"{model.split(' ')[0].lower()}-{dice.randrange(10 ** 8):08d}.office-{i % 997}.example.com"
            room = f"{dice.randrange(5)}.{dice.randrange(400):03d}" + ("x" if changed(i) else "")
            file.write(
                f"{visits[i * len(visits) // rows]},{categories[dice.randrange(len(categories))]},{name},{maker},{model},"
                f"{prefix}{dice.randrange(16 ** 6):06X}{i:08d},IT-{dice.randrange(10 ** 6):06d},10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255},"
                f"{mac},{STATES[dice.randrange(len(STATES))]},{1 + dice.randrange(5)},Building {i % 23},Floor {i % 9},{room},"
                f"{datetime.date(2027, 1, 1) + datetime.timedelta(dice.randrange(1000))},"
                f"\"{{\"\"ram_gb\"\": {8 << dice.randrange(4)}, \"\"cpu\"\": \"\"i{3 + 2 * dice.randrange(4)}-{dice.randrange(10 ** 4):04d}U\"\"}}\"\n")


def prepare(server, name, indexes):
    """A database with the shipped schema and a thousand reports; `keys` is without the indexes for queries, `bare` without any."""
    dsn = server.database(name)
    run([RSSCTL, "migrate", "--yes", "--quiet"], server.environment(name))
    run([RSSCTL, "partition", "maintain", "--yes", "--quiet"], server.environment(name))
    execute(dsn, "INSERT INTO organizations (id, name) VALUES (md5('o')::uuid, 'Bench')",
            "INSERT INTO visit_reports (report_number, organization_id, visit_date) "
            "SELECT 'B-' || g, md5('o')::uuid, current_date FROM generate_series(1, 1000) g")
    if indexes != "all":
        execute(dsn, *[f"DROP INDEX {index}" for index in EXTRA])
    if indexes == "bare":
        execute(dsn, "ALTER TABLE hardware_inventory DROP CONSTRAINT hardware_inventory_pkey, "
                "DROP CONSTRAINT hardware_inventory_serial_number_key, DROP CONSTRAINT hardware_inventory_visit_report_id_fkey, "
                "DROP CONSTRAINT hardware_inventory_category_id_fkey, DROP CONSTRAINT hardware_inventory_status_check, "
                "DROP CONSTRAINT hardware_inventory_condition_rating_check")
    visits = [row[0] for row in execute(dsn, "SELECT id::text FROM visit_report_keys ORDER BY report_number")]
    categories = [row[0] for row in execute(dsn, "SELECT id::text FROM categories ORDER BY name")]
    return dsn, visits, categories


def run(command, environment, allowed=(0,)):
    """Runs a command; its seconds, its CPU seconds and its peak memory in MB."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=dict(os.environ, RSSCTL_STATE=STATE, RSSCTL_CONFIG="", **environment),
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {errors.decode()}")
    return time.perf_counter() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def clear(dsn):
    execute(dsn, "TRUNCATE hardware_inventory", "CHECKPOINT")


def ours(path, *more):
    return [RSSCTL, "bulk", "import", "hardware", path, "--quiet", *more]


def psql(path):
    return ["psql", "-Xqc", f"\\copy hardware_inventory ({COLUMNS}) FROM '{path}' CSV HEADER"]


def line(what, mine, peer, name="\\copy"):
    took, against = (statistics.median(sample[0] for sample in samples) for samples in (mine, peer))
    RESULTS.append((what, took, against))
    print(f"{what:44} {took:6.2f} s   {name} {against:6.2f} s   ratio {took / against:5.2f}   "
          f"CPU {statistics.median(sample[1] for sample in mine):5.2f} s   {max(sample[2] for sample in mine):4.0f} MB", flush=True)


def new(server, options):
    for indexes in options.indexes:
        dsn, visits, categories = prepare(server, f"new_{indexes}", indexes)
        path = f"{STATE}/{indexes}.csv"
        inventory(path, options.rows, visits, categories)
        mine, peer = [], []
        for _ in range(options.rounds):
            clear(dsn)
            peer.append(run(psql(path), server.environment(f"new_{indexes}")))
            clear(dsn)
            execute(dsn, "DROP SCHEMA IF EXISTS rssctl CASCADE")
            more = ["--key", "serial_number"] if indexes == "bare" else []
            mine.append(run(ours(path, *more), server.environment(f"new_{indexes}")))
        line(f"{options.rows:,} new rows, {indexes}", mine, peer)
        os.unlink(path)


def again(server, options):
    dsn, visits, categories = prepare(server, "again", "keys")
    path, half = f"{STATE}/again.csv", f"{STATE}/half.csv"
    inventory(path, options.rows, visits, categories)
    with open(path, encoding="utf-8") as source, open(half, "w", encoding="utf-8") as file:
        for i, text in enumerate(source):
            file.write(text if i == 0 or i % 2 else text.replace(",S", ",N", 1))
    peer, same, mixed = [], [], []
    for _ in range(options.rounds):
        clear(dsn)
        peer.append(run(psql(path), server.environment("again")))
        execute(dsn, "VACUUM ANALYZE hardware_inventory", "CHECKPOINT")
        same.append(run(ours(path), server.environment("again")))
        mixed.append(run(ours(half), server.environment("again")))
    line(f"{options.rows:,} unchanged rows", same, peer)
    line("half new, half unchanged", mixed, peer)


def undo(server, options):
    dsn, visits, categories = prepare(server, "undo", "keys")
    path, half = f"{STATE}/undo.csv", f"{STATE}/changed.csv"
    inventory(path, options.rows, visits, categories)
    with open(path, encoding="utf-8") as source, open(half, "w", encoding="utf-8") as file:
        for i, text in enumerate(source):
            file.write(text if i == 0 else text.replace(",S", ",N", 1) if i % 2 else text.replace(",Floor", ",Etage", 1))
    digest = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM hardware_inventory t"
    forth, back = [], []
    for _ in range(options.rounds):
        clear(dsn)
        run(psql(path), server.environment("undo"))
        execute(dsn, "VACUUM ANALYZE hardware_inventory", "CHECKPOINT")
        before = execute(dsn, digest)
        forth.append(run(ours(half), server.environment("undo")))
        last = execute(dsn, "SELECT run_id::text FROM rssctl.bulk_run ORDER BY started_at DESC LIMIT 1")[0][0]
        back.append(run([RSSCTL, "bulk", "undo", last, "--yes", "--quiet"], server.environment("undo")))
        if execute(dsn, digest) != before:
            sys.exit("the table is not as it was before the import")
    line("undo of half inserts, half updates", back, forth, "the import")


def insert(path, dsn):
    """The multi-row INSERT of a web application: 16 parameters a row, a thousand rows a statement."""
    code = ("import csv, itertools, sys, psycopg2\n"
            "connection = psycopg2.connect(sys.argv[2])\n"
            "cursor, rows = connection.cursor(), csv.reader(open(sys.argv[1], newline='', encoding='utf-8'))\n"
            "columns = next(rows)\n"
            "row = '(' + ','.join(['%s'] * len(columns)) + ')'\n"
            "while batch := list(itertools.islice(rows, 1000)):\n"
            "    cursor.execute(f\"INSERT INTO hardware_inventory ({','.join(columns)}) VALUES \" + ','.join([row] * len(batch)) + ' RETURNING *',\n"
            "                   [value for one in batch for value in one])\n"
            "    cursor.fetchall()\n"
            "connection.commit()\n")
    return [sys.executable, "-c", code, path, dsn]


def pgloader(path, environment):
    """A load file with the options that are usual for a clean file with a header."""
    target = f"{path}.load"
    with open(target, "w", encoding="utf-8") as file:
        file.write(f"LOAD CSV FROM '{path}' HAVING FIELDS ({COLUMNS}) "
                   f"INTO postgresql://{environment['PGUSER']}@unix:{environment['PGHOST']}:{environment['PGPORT']}/{environment['PGDATABASE']}"
                   f"?tablename=hardware_inventory TARGET COLUMNS ({COLUMNS}) "
                   "WITH skip header = 1, fields optionally enclosed by '\"', fields escaped by double-quote, fields terminated by ',';\n")
    return ["pgloader", "--quiet", target]


def peers(server, options):
    """A fifth of the rows: both take their time."""
    rows = options.rows // 5
    dsn, visits, categories = prepare(server, "peers", "keys")
    environment = server.environment("peers")
    path = f"{STATE}/peers.csv"
    inventory(path, rows, visits, categories)
    commands = {"": ours(path), "INSERT": insert(path, dsn)}
    if shutil.which("pgloader"):
        commands["pgloader"] = pgloader(path, environment)
    else:
        print("pgloader is not installed: passed over (make test-all installs it)")
    samples = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            clear(dsn)
            if not name:
                execute(dsn, "DROP SCHEMA IF EXISTS rssctl CASCADE")
            samples[name].append(run(command, environment))
            loaded = execute(dsn, "SELECT count(*) FROM hardware_inventory")[0][0]
            if loaded != rows:
                sys.exit(f"{name or 'rssctl'} loaded {loaded} of {rows} rows")
    for name in list(commands)[1:]:
        line(f"{rows:,} new rows, keys", samples[""], samples[name], name)


SCENARIOS = {"new": new, "again": again, "undo": undo, "peers": peers}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_BULK_ROWS", "1000000")))
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "3")))
    parser.add_argument("--indexes", nargs="+", default=["keys", "bare", "all"], choices=["keys", "bare", "all"],
                        help="of the table that new rows go into: key, unique serial and foreign keys; none; all that are shipped")
    options = parser.parse_args()
    try:
        with Server() as server:
            for name in options.scenarios or SCENARIOS:
                SCENARIOS[name](server, options)
    finally:
        shutil.rmtree(STATE, ignore_errors=True)


if __name__ == "__main__":
    main()
