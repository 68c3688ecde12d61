"""Desks by half-hour and mischief from the journal, independently of the program.

usage: recompute_floor.py QUARTER AS_OF SETUP.json JOURNAL.ndjson...

As recompute.py, whose reading of the journal it shares; SETUP names target_percent, too.
"""

import collections
import datetime
import json
import math
import sys
import zoneinfo

import recompute
from recompute import length, second, share_of

HALF_HOUR = 1800
ALLOWANCE = 1.15


class Floor(recompute.Centre):
    """The centre, with what mischief needs to be known of tickets and presses."""

    def __init__(self, zone):
        super().__init__(zone)
        self.presses = collections.defaultdict(collections.Counter)
        self.series = collections.defaultdict(list)

    def happen(self, event, ns):
        kind = event["type"]
        if kind == "press_suppressed":
            self.presses[self.date][event["why"]] += 1
        if kind == "day_began" and self.date is not None:
            self.series[self.date] = series_of(list(self.today.values()))
        super().happen(event, ns)
        if kind == "ticket_issued":
            self.today[event["ticket"]]["kiosk"] = event["origin"].get("kiosk")
        if kind == "ticket_no_show":
            self.today[event["ticket"]]["gone"] = ns


def left_behind(ticket):
    over = ticket["place"] == "no_show" or (
        ticket["place"] == "cancelled" and not ticket["unserved"]
    )
    came = any(leg["arrived"] is not None for leg in ticket["legs"])
    return over and not came and not ticket["reinstated"]


def is_ghost(ticket):
    return ticket["place"] == "no_show" and left_behind(ticket)


def waited_for(ticket):
    return length(ticket["legs"][-1]["called"], ticket["gone"])


def series_of(tickets):
    """(tickets, left behind) of each series, kiosk by kiosk in order of issue."""
    found = []
    for kiosk in {t["kiosk"] for t in tickets if t["kiosk"] is not None}:
        row = [t for t in tickets if t["kiosk"] == kiosk]
        start = 0
        while start < len(row):
            end, kept = start, 0
            while end < len(row):
                kept += not left_behind(row[end])
                since = row[end]["issued"] - row[start]["issued"]
                if kept > 1 or not 0 <= since <= 60 * 10**9:
                    break
                end += 1
            if end - start >= 3:
                found.append((end - start, sum(map(left_behind, row[start:end]))))
                start = end
            else:
                start += 1
    return found


def desk_time(ticket):
    """Seconds at desks of a ticket that was called and is over with an end time, or None."""
    over = {"finished": ticket["ended"] is not None, "cancelled": True, "no_show": True}
    if not ticket["legs"] or not over.get(ticket["place"], False):
        return None
    stays = [leg for leg in ticket["legs"] if leg["finished"] is not None]
    total = sum(length(leg["called"], leg["finished"]) for leg in stays)
    return total + (waited_for(ticket) if ticket["place"] == "no_show" else 0)


def half_hour_of(epoch_second, zone):
    local = datetime.datetime.fromtimestamp(epoch_second, zone)
    return local.hour * 2 + local.minute // 30


def label(half_hour):
    return f"{half_hour // 2}.{half_hour % 2 * 30:02}"


def reception(date, setup, zone):
    """Half-hours since 1970 with reception, with their local names."""
    intervals = setup["exceptions"].get(str(date), setup["week"][date.weekday()])
    slots = {}
    for interval in intervals:
        start, end = (
            int(datetime.datetime.combine(date, datetime.time(*map(int, at.split(":"))), zone).timestamp())
            for at in interval.split("-")
        )
        for slot in range(start // HALF_HOUR, (end - 1) // HALF_HOUR + 1):
            slots[slot] = half_hour_of(slot * HALF_HOUR, zone)
    return slots


def within(load, desks, aht, target):
    """Share called within the target by Erlang C, by its sum of factorials."""
    if load >= desks:
        return 0.0
    full = load**desks / math.factorial(desks) * desks / (desks - load)
    wait = full / (sum(load**k / math.factorial(k) for k in range(desks)) + full)
    return 1 - wait * math.exp(-(desks - load) * target / aht)


def rounded(value, parts):
    return None if value is None else math.floor(value * parts + 0.5) / parts


def advice(line, means, overall, setup):
    tickets = sum(line["arrivals"].values())
    arrivals = tickets / line["measured"]
    desks = line["open"] / (HALF_HOUR * line["measured"])
    aht = overall
    if overall is not None and tickets:
        aht = sum(n * (means[s] or overall) for s, n in sorted(line["arrivals"].items())) / tickets
    load = required = level = None
    if aht is not None:
        load, required = arrivals * aht / HALF_HOUR, 0
        busy, target = ALLOWANCE * load, setup["target_s"]
        if tickets:
            while within(busy, required, aht, target) < setup["target_percent"] / 100:
                required += 1
            low, high = (within(busy, f(desks), aht, target) for f in (math.floor, math.ceil))
            level = low + (high - low) * (desks - math.floor(desks))
    return {
        "measured": line["measured"],
        "tickets": tickets,
        "mean_arrivals": rounded(arrivals, 100.0),
        "handling_s": rounded(aht, 10.0),
        "load": rounded(load, 100.0),
        "desks_required": required,
        "open_s": line["open"],
        "desks_open": rounded(desks, 100.0),
        "service_level": rounded(level, 10_000.0),
        "small_sample": tickets < 20,
    }


def measure(days, by_date, running, setup, zone, as_of):
    lines = collections.defaultdict(
        lambda: {"measured": 0, "open": 0, "arrivals": collections.Counter()}
    )
    for date, day in days.items():
        stretches = [s for desk in day.open.values() for s in desk] + running.get(date, [])
        slots = reception(date, setup, zone)
        over = set()
        for slot, name in slots.items():
            start, end = slot * HALF_HOUR, (slot + 1) * HALF_HOUR
            if end > as_of:
                continue
            over.add(name)
            line = lines[date.isoweekday(), name]
            line["measured"] += 1
            line["open"] += sum(max(0, min(e, end) - max(s, start)) for s, e in stretches)
        names = sorted(set(slots.values()))
        for ticket in by_date.get(date, []):
            issued = half_hour_of(second(ticket["issued"]), zone)
            name = next((name for name in names if name >= issued), names[-1] if names else None)
            if name in over:
                lines[date.isoweekday(), name]["arrivals"][ticket["service"]] += 1
    return lines


def staffing(days, by_date, running, setup, zone, as_of):
    lines = measure(days, by_date, running, setup, zone, as_of)
    tickets = [t for date in days for t in by_date.get(date, [])]
    times = {
        service: [x for t in tickets if t["service"] == service for x in [desk_time(t)] if x is not None]
        for service in sorted(map(int, setup["services"]))
    }
    means = {service: sum(of) / len(of) if of else None for service, of in times.items()}
    known = [x for of in times.values() for x in of]
    overall = sum(known) / len(known) if known else None
    weekdays = sorted({weekday for weekday, _ in lines})
    return {
        "share": setup["target_percent"] / 100,
        "target_s": setup["target_s"],
        "allowance": ALLOWANCE,
        "services": [
            {
                "service": service,
                "tickets": len(of),
                "mean_s": rounded(means[service], 10.0),
                "small_sample": len(of) < 20,
            }
            for service, of in times.items()
        ],
        "weekdays": [
            {
                "weekday": weekday,
                "half_hours": [
                    {"half_hour": name, "label": label(name)}
                    | advice(lines[weekday, name], means, overall, setup)
                    for day, name in sorted(lines)
                    if day == weekday
                ],
            }
            for weekday in weekdays
        ],
    }


def mischief_counts(centre, dates):
    presses = sum((centre.presses[date] for date in dates), collections.Counter())
    series = [one for date in dates for one in centre.series[date]]
    return {
        "presses_resting": presses["resting"],
        "presses_burst": presses["burst"],
        "presses_stale": presses["stale"],
        "presses_closed": presses["closed"],
        "series": len(series),
        "series_tickets": sum(size for size, _ in series),
        "series_left": sum(left for _, left in series),
    }


def ghosts_of(tickets):
    ghosts = [t for t in tickets if is_ghost(t)]
    return share_of(len(ghosts), len(tickets)), sum(map(waited_for, ghosts))


def mischief(centre, days, by_date, setup, zone):
    tickets = [t for date in days for t in by_date.get(date, [])]
    share, ghost_s = ghosts_of(tickets)
    by_half_hour = collections.defaultdict(list)
    for ticket in tickets:
        by_half_hour[half_hour_of(second(ticket["issued"]), zone)].append(ticket)
    services = []
    for digit, name in sorted(setup["services"].items()):
        own, own_s = ghosts_of([t for t in tickets if t["service"] == int(digit)])
        services.append({"service": int(digit), "name": name, "ghosts": own, "ghost_s": own_s})
    lines = []
    for date in sorted(days):
        own, own_s = ghosts_of(by_date.get(date, []))
        line = {"date": str(date), "ghosts": own["n"], "ghost_s": own_s}
        lines.append(line | mischief_counts(centre, [date]))
    return mischief_counts(centre, days) | {
        "ghosts": share,
        "ghost_s": ghost_s,
        "services": services,
        "half_hours": [
            {"half_hour": at, "label": label(at), "ghosts": ghosts_of(of)[0]}
            for at, of in sorted(by_half_hour.items())
        ],
        "days": lines,
    }


def main(quarter, as_of, setup_path, *paths):
    with open(setup_path, encoding="utf-8") as file:
        setup = json.load(file)
    zone = zoneinfo.ZoneInfo(setup["timezone"])
    as_of = second(recompute.nanoseconds(as_of))
    centre, tickets = recompute.read(paths, zone, Floor)
    by_date = collections.defaultdict(list)
    for ticket in tickets:
        by_date[ticket["date"]].append(ticket)
    inside = lambda date: f"{date.year}-Q{(date.month + 2) // 3}" == quarter
    days = {date: day for date, day in centre.days.items() if inside(date)}
    open_now = [desk for desk in centre.desks.values() if desk.state == "open"]
    running = {centre.date: [[desk.opened, as_of] for desk in open_now]}
    floor = {
        "staffing": staffing(days, by_date, running, setup, zone, as_of),
        "mischief": mischief(centre, days, by_date, setup, zone),
    }
    json.dump(floor, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
