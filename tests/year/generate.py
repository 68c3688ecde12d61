"""A year of another system's tickets from a seed, as one CSV and one configuration per centre.

Nothing here knows a figure: a day is desks that take customers, with all that can go wrong. On the
nights when clocks change and around the ends of quarters some customers come at night.
"""

import csv
import datetime
import heapq
import random
import zoneinfo

YEAR = 2025
ZONE = zoneinfo.ZoneInfo("Europe/Riga")
UTC = datetime.timezone.utc
COLUMNS = """ticket number service issued_at called_at arrived_at finished_at desk outcome
out_of_turn""".split()
WEEKS = [
    [["08:30", "18:00"]] + [["08:30", "17:00"]] * 3 + [["08:30", "15:00"]],
    [["09:00", "17:00"]] * 5,
    [["08:00", "12:00", "12:30", "19:00"]] + [["08:00", "16:30"]] * 4,
]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
# Ends of quarters, 23 hours, 25 hours.
NIGHTS = ["01-01", "03-30", "03-31", "04-01", "06-30", "07-01", "09-30", "10-01", "10-26", "12-31"]
DAY_S = 24 * 3600


class Centre:
    """What a centre is like; the same for the same seed and place."""

    def __init__(self, seed, place, tickets):
        self.chance = random.Random(f"{seed}/{place}")
        self.place = place
        self.name = f"{place + 1}. klientu apkalpošanas centrs"
        self.week = WEEKS[place % len(WEEKS)]
        self.tickets = tickets
        self.desks = max(2, tickets // 11_000)
        dates = [datetime.date(YEAR, 1, 1) + datetime.timedelta(n) for n in range(365)]
        working = [date for date in dates if date.weekday() < 5]
        self.closed = set(self.chance.sample(working, 6))
        self.silent = set(self.chance.sample(working, 2)) - self.closed
        # The report finds tickets on a date without hours.
        self.extra = set(self.chance.sample([d for d in dates if d.weekday() == 5], 2))
        self.served = [d for d in working if d not in self.closed | self.silent]

    def hours(self, date):
        """Intervals of reception as pairs of local "HH:MM"."""
        if date.weekday() > 4 or date in self.closed:
            return []
        times = self.week[date.weekday()]
        return list(zip(times[::2], times[1::2]))

    def configuration(self):
        lines = [
            "[centre]",
            f'id = "centrs-{self.place + 1}"',
            f'name = "{self.name}"',
            'timezone = "Europe/Riga"',
            "[calendar]",
            "public_holidays = false",
            "before_holiday_minutes = 0",
            "[hours]",
        ]
        for name, times in zip(WEEKDAYS, self.week):
            spans = ", ".join(f'"{a}-{b}"' for a, b in zip(times[::2], times[1::2]))
            lines.append(f"{name} = [{spans}]")
        for date in sorted(self.closed):
            lines += ["[[exception]]", f"date = {date}", "hours = []", 'reason = "slēgts"']
        for number in range(1, self.desks + 1):
            lines += ["[[desk]]", f"number = {number}", "services = [1, 2, 3]"]
        return "\n".join(lines) + "\n"

    def write(self, path):
        with open(path, "w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\r\n")
            out.writeheader()
            days = {date: self.tickets // len(self.served) + 1 for date in self.served}
            days |= {date: 12 for date in self.extra}
            nights = {datetime.date.fromisoformat(f"{YEAR}-{night}") for night in NIGHTS}
            for date in sorted(set(days) | nights):
                arrivals = self.arrivals(date, days.get(date, 0), date in nights)
                out.writerows(Day(self, date).rows(arrivals))

    def arrivals(self, date, count, at_night):
        """Seconds since 1970, in order."""
        opens = midnight(date) + 8 * 3600 + 1800
        spread = [int(self.chance.triangular(0, 8 * 3600, 2 * 3600)) for _ in range(count)]
        arrivals = [opens + second for second in spread]
        if at_night:
            start, end = midnight(date), midnight(date + datetime.timedelta(1))
            arrivals += [self.chance.randrange(start, end) for _ in range(6)]
            # The first and the last minute, and the hour that is skipped or repeated.
            arrivals += [start, start + 59, end - 900, end - 30, end - 1]
            arrivals += [start + 2 * 3600 + 600 * step for step in range(1, 17)]
        return sorted(arrivals)


def midnight(date):
    return int(datetime.datetime(date.year, date.month, date.day, tzinfo=ZONE).timestamp())


class Day:
    """The customers of one date, each with the lines the other system has of them."""

    def __init__(self, centre, date):
        self.centre, self.chance, self.date = centre, centre.chance, date
        self.end = midnight(date + datetime.timedelta(1))
        self.free = [(0, desk) for desk in range(1, centre.desks + 1)]
        self.lines = []

    def rows(self, arrivals):
        chance, waiting = self.chance, []
        for place, issued in enumerate(arrivals):
            service = chance.choices([1, 2, 3], [5, 4, 2])[0]
            ticket = {
                "ticket": f"{self.date}/{place}",
                "number": f"{'PSK'[service - 1]}{place + 1:03}" if chance.random() < 0.9 else "",
                "issued_at": issued,
                "out_of_turn": chance.random() < 0.03,
            }
            fate = chance.random()
            if fate < 0.02:
                gone = min(self.end - 1, issued + chance.randrange(0, 2400))
                self.add(ticket, service, outcome="cancelled", finished_at=gone)
            elif fate < 0.023:
                self.add(ticket, service, outcome="unserved")
            else:
                # Some are passed over by others for a while.
                early = 7200 if ticket["out_of_turn"] else 0
                late = chance.randrange(600) if chance.random() < 0.05 else 0
                heapq.heappush(waiting, (issued - early + late, place, issued, service, ticket))
        while waiting:
            _, place, since, service, ticket = heapq.heappop(waiting)
            again = self.serve(ticket, since, service)
            if again is None:
                continue
            if chance.random() < 0.8:
                service = 1 + service % 3
            ticket = ticket | {"issued_at": ticket["issued_at"] if place % 2 else ""}
            if chance.random() < 0.05:
                gone = again + chance.randrange(600)
                self.add(ticket, service, outcome="cancelled", finished_at=gone)
            else:
                heapq.heappush(waiting, (again, place, again, service, ticket))
        self.forget_an_end()
        return [self.row(line) for line in self.lines]

    def add(self, ticket, service, **what):
        self.lines.append(ticket | {"service": service} | what)

    def serve(self, ticket, since, service):
        """One stay at the desk that is free first; when the customer waits again, if so."""
        chance = self.chance
        if not self.free:
            self.add(ticket, service, outcome="unserved")
            return None
        free, desk = heapq.heappop(self.free)
        called = max(since, free) + (0 if chance.random() < 0.1 else chance.randrange(20))
        hasty = free > since and chance.random() < 0.001
        if hasty:
            called = max(since, free - 15)
        if called >= self.end:
            self.add(ticket, service, outcome="unserved")
            heapq.heappush(self.free, (free, desk))
            return None
        call = {"called_at": called, "desk": desk}
        fate = 0.5 if hasty else chance.random()
        if fate < 0.06:
            ended = called + (chance.randrange(30, 60) if fate < 0.001 else 60)
            outcome, again = "no_show", None
        else:
            way = chance.randrange(5, 40)
            if chance.random() < 0.9:
                call["arrived_at"] = called + way
            ended = max(called + way + int(chance.lognormvariate(5.7, 0.7)), free + 1)
            moved = fate < 0.1 and ended < self.end - 600
            outcome, again = ("transferred", ended) if moved else ("finished", None)
        if ended >= self.end:
            # The date ends with the customer at the desk, which calls nobody any more.
            if outcome == "no_show" or call.get("arrived_at", 0) >= self.end:
                self.add(ticket, service, outcome="unserved")
            else:
                self.add(ticket, service, outcome="finished", **call)
                return None
            heapq.heappush(self.free, (free, desk))
            return None
        self.add(ticket, service, outcome=outcome, finished_at=ended, **call)
        heapq.heappush(self.free, (ended, desk))
        return again

    def forget_an_end(self):
        """Now and then the last customer of a desk is never let go."""
        if self.chance.random() > 0.05:
            return
        called = [line for line in self.lines if "called_at" in line]
        if called:
            last = max(called, key=lambda line: line["called_at"])
            later = [o for o in called if o["desk"] == last["desk"] and o is not last]
            if last["outcome"] == "finished" and "finished_at" in last:
                assert all(line["called_at"] <= last["called_at"] for line in later)
                del last["finished_at"]

    def row(self, line):
        out = {name: line.get(name, "") for name in COLUMNS}
        out["out_of_turn"] = "yes" if line["out_of_turn"] else ""
        for name in COLUMNS:
            if name.endswith("_at") and out[name] != "":
                out[name] = self.written(out[name])
        return out

    def written(self, second):
        """Local time; now and then, and where that could be two moments, with its offset."""
        moment = datetime.datetime.fromtimestamp(second, ZONE)
        twice = moment.utcoffset() != moment.replace(fold=1 - moment.fold).utcoffset()
        if twice or self.chance.random() < 0.05:
            zone = UTC if self.chance.random() < 0.5 else ZONE
            return moment.astimezone(zone).isoformat().replace("+00:00", "Z")
        return moment.strftime("%Y-%m-%d %H:%M:%S")
