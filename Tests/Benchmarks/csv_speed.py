"""Bytes per CPU second: our tokenizer alone and `bulk validate`, beside the csv module of Python, on the same clean inventory.

    RSSCTL=…/rssctl python3 csv_speed.py [--rows N] [--rounds N]
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid

from bulk import RSSCTL, inventory, run

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "import csv, sys\nfor row in csv.reader(open(sys.argv[1], newline='', encoding='utf-8')): pass"


def tokenizer(folder):
    """Compiles the tokenizer with what measures it."""
    binary = f"{folder}/tokenizer"
    subprocess.run(["swiftc", "-O", "-wmo", "-parse-as-library", "-swift-version", "6", "-enable-upcoming-feature", "ExistentialAny",
                    "-package-name", "rssctl", "-I", f"{ROOT}/Sources/CByteMask/include", "-I", f"{ROOT}/Sources/CUchardet", *map(str, sorted(ROOT.glob("Sources/CSV/**/*.swift"))),
                    f"{ROOT}/Tests/Benchmarks/TokenizerBenchmark.swift", "-o", binary], check=True)
    return binary


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=int(os.environ.get("BENCH_BULK_ROWS", "1000000")))
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "3")))
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="rssctl-bench-")
    try:
        path = f"{folder}/inventory.csv"
        inventory(path, options.rows, [str(uuid.uuid4()) for _ in range(1000)], [str(uuid.uuid4()) for _ in range(12)])
        size = os.path.getsize(path) / 1e6
        print(subprocess.run([tokenizer(folder), path], check=True, capture_output=True, text=True).stdout.strip() + ", tokenizer alone")
        samples = {"bulk validate": [], "Python csv": []}
        for _ in range(options.rounds):
            samples["bulk validate"].append(run([RSSCTL, "bulk", "validate", "hardware", path, "--quiet"], {}))
            samples["Python csv"].append(run([sys.executable, "-c", PYTHON, path], {}))
        for name, measured in samples.items():
            print(f"{name:14} {size / statistics.median(sample[1] for sample in measured):5.0f} MB per CPU second   "
                  f"{max(sample[2] for sample in measured):3.0f} MB of memory")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
