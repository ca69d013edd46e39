"""Benchmarks of rssctl beside its peers: medians, ratios and peak memory, all from this run.

RSSCTL names the release binary; BENCH_ROWS the rows of the import (100000 unless set), BENCH_ROUNDS the rounds (3).
Nothing here decides over pass or fail: a shared machine is noisy, a ratio within one run is not.
"""
import os
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

RSSCTL = os.environ["RSSCTL"]
ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
STATE = tempfile.mkdtemp(prefix="rssctl-bench-")
os.chmod(STATE, 0o755)
ENV = dict(os.environ, RSSCTL_STATE=STATE, RSSCTL_CONFIG="", RSSCTL_PAGER="")


def run(*command, allowed=(0,), **options):
    """Runs a command; returns its seconds and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)
    _, errors = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode not in allowed:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {errors.decode()}")
    return seconds


def peak(*command):
    """Peak memory of a command in MB, by GNU time's way: wait4 of the child."""
    pid = os.posix_spawnp(command[0], command, ENV, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
                                                                 (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_maxrss / 1024


def rssctl(*arguments, **options):
    return run(RSSCTL, *arguments, **options)


def median(samples):
    return statistics.median(samples)


def report(name, ours, unit="ms", peer=None, peer_name="", note=""):
    factor = 1000 if unit == "ms" else 1
    text = f"{name:46} {median(ours) * factor:9.1f} {unit}"
    if peer:
        text += f"   {peer_name}: {median(peer) * factor:9.1f} {unit}   ratio {median(ours) / median(peer):5.2f}"
    print(text + (f"   {note}" if note else ""), flush=True)


def startup():
    report("rssctl --help (median of 20)", [rssctl("--help") for _ in range(20)], note=f"{peak(RSSCTL, '--help'):.0f} MB")
    rssctl("sandbox", "down")
    path = f"{STATE}/journal.sqlite"
    with sqlite3.connect(path) as journal:
        rows = [(f"01900000-0000-7000-8000-{i:012d}", "cache warm", "[]", "h", "u", 1, 0, "0", None, 1_700_000_000_000 + i,
                 1_700_000_000_500 + i, "done", 0, '{"written":39}', None) for i in range(10_000)]
        journal.executemany("INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", rows)
    report("rssctl runs list, 10,000 runs (median of 20)", [rssctl("runs", "list") for _ in range(20)],
           note=f"{peak(RSSCTL, 'runs', 'list'):.0f} MB")


def sandbox():
    report("sandbox up, first time", [rssctl("sandbox", "up")], "s")
    report("sandbox up, all running", [rssctl("sandbox", "up") for _ in range(5)])
    for line in subprocess.run([RSSCTL, "sandbox", "env"], env=ENV, capture_output=True, text=True).stdout.splitlines():
        found = re.match(r"export (\w+)='(.*)'", line.strip())
        if found:
            ENV[found.group(1)] = found.group(2)
    rssctl("migrate")
    report("sandbox seed, 20,000 visits", [rssctl("sandbox", "seed", "--visits", "20000")], "s")
    rssctl("partition", "maintain")


def cron():
    report("partition maintain, nothing to do", [rssctl("partition", "maintain", "--quiet") for _ in range(10)])
    report("analyze performance", [rssctl("analyze", "performance", allowed=(0, 2)) for _ in range(10)])
    report("report query, newest page and total", [rssctl("report", "query") for _ in range(10)])
    report("cache warm", [rssctl("cache", "warm") for _ in range(10)])


def inventory(path, visit, category):
    random.seed(7)
    with open(path, "w", encoding="utf-8") as file, open(path + ".copy", "w", encoding="utf-8") as copy:
        file.write("category,device_name,manufacturer,model,serial_number,asset_tag,ip_address,mac_address,status,"
                   "condition_rating,location_building,location_floor,location_room,warranty_expiry,specifications\n")
        for i in range(ROWS):
            mac = ":".join(f"{random.randrange(256):02x}" for _ in range(6))
            rest = (f"ThinkPad T14 {i},Lenovo,T14,BENCH{i:09d},AT{i:09d},10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255},{mac},active,"
                    f"{1 + i % 5},A,{i % 9},{100 + i % 80},2028-01-{1 + i % 28:02d},\"{{\"\"ram_gb\"\": {8 << i % 4}}}\"\n")
            file.write(f"Laptop,{rest}")
            copy.write(f"{visit},{category},{rest}")


def bulk():
    def query(sql):
        return subprocess.run(["psql", "-XAtc", sql], env=ENV, capture_output=True, text=True, check=True).stdout.strip()

    path = f"{STATE}/bench.csv"
    visit = query("SELECT id FROM visit_report_keys LIMIT 1")
    inventory(path, visit, query("SELECT id FROM categories WHERE name = 'Laptop'"))
    columns = ("visit_report_id,category_id,device_name,manufacturer,model,serial_number,asset_tag,ip_address,mac_address,"
               "status,condition_rating,location_building,location_floor,location_room,warranty_expiry,specifications")
    ours, peers, again = [], [], []
    for _ in range(ROUNDS):
        for first in ("ours", "peer"):
            query("DELETE FROM hardware_inventory WHERE serial_number LIKE 'BENCH%'")
            query("VACUUM hardware_inventory")
            if first == "ours":
                ours.append(rssctl("bulk", "import", "hardware", path, "--visit", visit))
                again.append(rssctl("bulk", "import", "hardware", path, "--visit", visit))
            else:
                peers.append(run("psql", "-Xqc", f"\\copy hardware_inventory ({columns}) FROM '{path}.copy' CSV"))
    report(f"bulk import hardware, {ROWS:,} new rows", ours, "s", peers, "psql \\copy")
    report(f"bulk import hardware, {ROWS:,} unchanged rows", again, "s", peers, "psql \\copy",
           note=f"{peak(RSSCTL, 'bulk', 'import', 'hardware', path, '--visit', visit):.0f} MB")


try:
    startup()
    sandbox()
    cron()
    bulk()
finally:
    subprocess.run([RSSCTL, "sandbox", "destroy", "--yes", "--quiet"], env=ENV, stdout=subprocess.DEVNULL)
    shutil.rmtree(STATE, ignore_errors=True)
