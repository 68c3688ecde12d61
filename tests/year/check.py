#!/usr/bin/env python3
"""A year of 28 centres: the program's quarters against figures of the tickets themselves.

usage: check.py RINDA [--seed N] [--centres N] [--tickets N] [--jobs N] [--keep DIR]

From a seed it makes the tickets of a year as another system would hand them over, one CSV a centre,
lets RINDA take each over and report every quarter of every centre and of all of them together, and
compares every figure, to the second, with those that figures.py makes of the same CSV. Standard
library only; shares no code with the program.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import figures
import generate

DIFFERENCES_MAX = 20


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    return done.stdout


def differences(expected, found, path=""):
    """Where `found` differs from `expected`; what only `found` has is not looked at."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if key in found:
                yield from differences(value, found[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}: missing"
    elif isinstance(expected, list) and isinstance(found, list):
        if len(expected) != len(found):
            yield f"{path}: {len(found)} entries, expected {len(expected)}"
        for place, (one, other) in enumerate(zip(expected, found)):
            yield from differences(one, other, f"{path}[{place}]")
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield f"{path}: {found!r}, expected {expected!r}"


def leaves(expected):
    if isinstance(expected, dict):
        return sum(map(leaves, expected.values()))
    if isinstance(expected, list):
        return sum(map(leaves, expected))
    return 1


def compare(name, expected, report):
    """How many figures were compared, and the differences."""
    found = [f"{name}{text}" for text in differences(expected, report)]
    return leaves(expected), found


def comparison(kind, number, quarters):
    """A quarter beside which another is told; nothing is known of the year before."""
    if kind == "year_before":
        return {"kind": kind, "total": None, "services": []}
    if number == 1:
        return {"kind": kind, "quarter": f"{generate.YEAR - 1}-Q4", "total": None, "services": []}
    beside = quarters[number - 1]
    return {
        "kind": kind,
        "quarter": beside["quarter"],
        "completeness": beside["completeness"],
        "total": beside["total"]["quarter"],
        "services": [
            {"service": of["service"], "name": of["name"], "figures": of["quarter"]}
            for of in beside["services"]
        ],
    }


def with_comparisons(quarters):
    for number, quarter in quarters.items():
        kinds = ["previous_quarter", "year_before"]
        quarter["comparisons"] = [comparison(kind, number, quarters) for kind in kinds]


def by_quarter(tickets):
    parted = {1: [], 2: [], 3: [], 4: []}
    for ticket in tickets:
        parted[(ticket.date.month + 2) // 3].append(ticket)
    return parted


def one_centre(job):
    """Makes, imports and compares a centre; its tickets by quarter, for all together."""
    options, folder, place = job
    centre = generate.Centre(options.seed, place, options.tickets_of[place])
    data = os.path.join(folder, f"{place + 1:02}")
    os.mkdir(data)
    config, table = os.path.join(data, "centre.toml"), f"{data}.csv"
    with open(config, "w", encoding="utf-8") as file:
        file.write(centre.configuration())
    centre.write(table)
    started = time.monotonic()
    run(options.rinda, "import", "--tickets", table, "--data", data, "--config", config)
    seconds = time.monotonic() - started
    parted = by_quarter(figures.read(table, centre.name))
    expected = {
        number: figures.quarter(tickets, [centre], generate.YEAR, number)
        for number, tickets in parted.items()
    }
    with_comparisons(expected)
    compared, found = 0, []
    for number, quarter in expected.items():
        name = f"{generate.YEAR}-Q{number}"
        for desk in quarter["desks"]:
            del desk["centre"]
        report = json.loads(
            run(options.rinda, "report", "--quarter", name, "--format", "json", "--data", data,
                "--config", config)
        )
        quarter["centre"] = centre.name
        count, differs = compare(f"{centre.name} {name}", quarter, report)
        compared, found = compared + count, found + differs
    if not options.keep:
        os.remove(table)
    summary = {
        number: {
            "name": centre.name,
            "completeness": quarter["completeness"],
            "figures": quarter["total"]["quarter"],
        }
        for number, quarter in expected.items()
    }
    return centre, parted, summary, compared, found, seconds


ALL = {}


def together(number):
    return figures.quarter(ALL[number], ALL["centres"], generate.YEAR, number)


def all_centres(options, folder, pool_of, done):
    """The quarters of all centres together."""
    ALL["centres"] = [centre for centre, *_ in done]
    for number in range(1, 5):
        ALL[number] = [ticket for _, parted, *_ in done for ticket in parted[number]]
    with pool_of() as pool:
        expected = dict(zip(range(1, 5), pool.map(together, range(1, 5), chunksize=1)))
    with_comparisons(expected)
    paths = [os.path.join(folder, f"{centre.place + 1:02}") for centre in ALL["centres"]]
    compared, found = 0, []
    for number, quarter in expected.items():
        quarter["centres"] = [summary[number] for _, _, summary, *_ in done]
        name = f"{generate.YEAR}-Q{number}"
        report = json.loads(
            run(options.rinda, "report", "--quarter", name, "--format", "json", *paths)
        )
        count, differs = compare(f"all centres {name}", quarter, report)
        compared, found = compared + count, found + differs
    return compared, found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rinda")
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--centres", type=int, default=28)
    parser.add_argument("--tickets", type=int, default=704_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep")
    options = parser.parse_args()
    # Small and large centres.
    weights = [1 + 3 * (place % 7) / 6 for place in range(options.centres)]
    options.tickets_of = [int(options.tickets * w / sum(weights)) for w in weights]
    context = multiprocessing.get_context("fork")

    def pool_of():
        return context.Pool(options.jobs)

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rinda-year-") as temporary:
        folder = options.keep or temporary
        jobs = [(options, folder, place) for place in range(options.centres)]
        with pool_of() as pool:
            done = pool.map(one_centre, jobs, chunksize=1)
        compared, found = all_centres(options, folder, pool_of, done)
    compared += sum(result[3] for result in done)
    found = [text for result in done for text in result[4]] + found
    tickets = sum(len(of) for _, parted, *_ in done for of in parted.values())
    seconds = sum(result[5] for result in done)
    for text in found[:DIFFERENCES_MAX]:
        print(text)
    print(
        f"year of {options.centres} centres, seed {options.seed}: {tickets} tickets imported at "
        f"{tickets / seconds:.0f} a second, {compared} figures compared, {len(found)} differ; "
        f"{time.monotonic() - started:.0f} s"
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
