"""The quarter's figures from the journal, independently of the program: standard library only.

usage: recompute.py QUARTER AS_OF SETUP.json JOURNAL.ndjson...

Reads the lines of the journal or of an export (the record is the JSON from the first brace on),
oldest file first, follows every ticket and desk, and prints the figures as JSON, named as in the
program's report. SETUP: timezone, target_s, desks, services {digit: name}, week (seven lists of
"HH:MM-HH:MM", Monday first), exceptions {date: list}.
"""

import copy
import datetime
import json
import sys
import zoneinfo

UTC = datetime.timezone.utc


def nanoseconds(text):
    """An RFC 3339 instant in UTC as whole nanoseconds since 1970."""
    assert text.endswith("Z"), text
    whole, _, fraction = text[:-1].partition(".")
    moment = datetime.datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return int(moment.timestamp()) * 10**9 + int(fraction.ljust(9, "0") or 0)


def second(ns):
    return ns // 10**9


def length(start, end):
    """Whole seconds of a stretch, never negative."""
    return max(0, end - start) // 10**9


def rfc3339(epoch_second):
    if epoch_second is None:
        return None
    return datetime.datetime.fromtimestamp(epoch_second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def share(n, of):
    return None if of == 0 else (n * 10_000 + of // 2) // of / 10_000


def share_of(n, of):
    return {"n": n, "of": of, "share": share(n, of), "small_sample": of < 20}


def times(values):
    values = sorted(values)
    count = len(values)

    def rank(percent):
        return values[max(1, -(-count * percent // 100)) - 1] if values else None

    return {
        "count": count,
        "median_s": rank(50),
        "p90_s": rank(90),
        "max_s": values[-1] if values else None,
        "mean_s": (2 * sum(values) + count) // (2 * count) if values else None,
        "small_sample": count < 20,
    }


class Desk:
    def __init__(self):
        self.state = "away"
        self.opened = None
        self.last_step = None
        self.holds = None
        self.minute_from = None
        self.before_step = None


class Day:
    def __init__(self):
        self.counts = dict.fromkeys(
            """calls overtakes overrides suppressed refused print_failures print_unknown reprints
            refused_stopped no_shows_declared early_no_shows calls_while_busy help_requested help_answered
            starts""".split(),
            0,
        )
        self.calls_at = []
        self.stops = []
        # Per desk: finished stretches, and starts of running ones.
        self.open = {}
        self.breaks = {}


class Centre:
    def __init__(self, zone):
        self.zone = zone
        self.date = None
        self.today = {}
        self.tickets = []
        self.desks = {}
        self.days = {}
        self.visits = {}
        self.begun = set()

    def local_date(self, ns):
        return datetime.datetime.fromtimestamp(second(ns), self.zone).date()

    def day(self, date):
        return self.days.setdefault(date, Day())

    def desk(self, number):
        return self.desks.setdefault(number, Desk())

    def turn(self, number, state, ns):
        """The desk goes from one of away, open, break to another."""
        desk = self.desk(number)
        day = self.day(self.date)
        if desk.state != state:
            for name, stretches in (("open", day.open), ("break", day.breaks)):
                if desk.state == name:
                    stretches.setdefault(number, []).append([desk.opened, second(ns)])
            desk.state, desk.opened = state, second(ns)

    def end_day(self, date, ns):
        for number, desk in self.desks.items():
            if desk.state != "away":
                self.turn(number, "away", desk.last_step)
        for ticket in self.today.values():
            if ticket["place"] in ("waiting", "parked"):
                ticket.update(place="cancelled", ended=ns, unserved=True)
            elif ticket["place"] == "desk":
                ticket.update(place="finished", ended=None)
        self.today = {}
        self.desks = {}
        self.date = date
        self.day(date)
        self.begun.add(date)

    def step(self, event, ns):
        """The ticket and desk of a step that can be undone, remembered as they were."""
        ticket, desk = self.today[event["ticket"]], self.desk(event["desk"])
        desk.before_step = (copy.deepcopy(ticket), desk.last_step, desk.holds, desk.minute_from)
        desk.last_step = ns
        return ticket, desk

    def leave(self, event, ns, place):
        ticket, desk = self.step(event, ns)
        ticket["legs"][-1]["finished"] = ns
        ticket["place"] = place
        desk.holds = None
        return ticket

    def seat(self, event, ns):
        ticket, desk = self.today[event["ticket"]], self.desk(event["desk"])
        leg = {"desk": event["desk"], "called": ns, "arrived": None, "finished": None}
        ticket["legs"].append(leg)
        ticket.update(place="desk", desk=event["desk"])
        desk.holds, desk.last_step, desk.before_step = event["ticket"], ns, None
        return ticket, desk

    def happen(self, event, ns):
        kind = event["type"]
        if kind == "daemon_started":
            self.day(self.local_date(ns)).counts["starts"] += 1
            for desk in self.desks.values():
                desk.minute_from = ns
        elif kind == "day_began":
            self.end_day(datetime.date.fromisoformat(event["date"]), ns)
        elif kind == "ticket_issued":
            assert str(self.local_date(ns)) == event["date"]
            ticket = {
                "date": self.local_date(ns),
                "service": event["service"],
                "issued": ns,
                "place": "waiting",
                "ended": None,
                "unserved": False,
                "transfers": 0,
                "out_of_turn": event["out_of_turn"],
                "reinstated": False,
                "promise": event["promise"],
                "legs": [],
                "due": None,
            }
            kept = event.get("appointment")
            if kept:
                ticket["due"] = max(ns, nanoseconds(kept["slot"]))
                status = "checked_in" if kept["on_time"] else "late"
                self.visits[kept["appointment"]]["status"] = status
            self.today[event["ticket"]] = ticket
        elif kind in HANDLERS:
            HANDLERS[kind](self, event, ns)


def on_called(centre, event, ns):
    counts = centre.day(centre.date).counts
    counts["calls"] += 1
    counts["calls_while_busy"] += centre.desk(event["desk"]).holds is not None
    counts["overtakes"] += bool(event["reason"]["overtook"])
    counts["overrides"] += event["reason"]["rule"] == "by_hand"
    centre.day(centre.date).calls_at.append(second(ns))
    _, desk = centre.seat(event, ns)
    desk.minute_from = ns


def on_resumed(centre, event, ns):
    ticket, _ = centre.seat(event, ns)
    ticket["legs"][-1]["arrived"] = ns


def on_arrived(centre, event, ns):
    ticket, _ = centre.step(event, ns)
    ticket["legs"][-1]["arrived"] = ns


def on_finished(centre, event, ns):
    centre.leave(event, ns, "finished").update(ended=ns)


def on_no_show(centre, event, ns):
    counts = centre.day(centre.date).counts
    counts["no_shows_declared"] += 1
    counts["early_no_shows"] += ns - centre.desk(event["desk"]).minute_from < 60 * 10**9
    ticket, desk = centre.step(event, ns)
    ticket["place"] = "no_show"
    desk.holds = None


def on_transferred(centre, event, ns):
    centre.leave(event, ns, "waiting")["transfers"] += 1


def on_undone(centre, event, ns):
    desk = centre.desk(event["desk"])
    ticket, desk.last_step, desk.holds, desk.minute_from = desk.before_step
    centre.today[event["ticket"]].clear()
    centre.today[event["ticket"]].update(ticket)
    desk.before_step = None


def on_opened(centre, event, ns):
    desk = centre.desk(event["desk"])
    if desk.state == "away":
        desk.last_step = ns
        centre.turn(event["desk"], "open", ns)


def on_closed(centre, event, ns):
    centre.turn(event["desk"], "away", ns)


def on_break(centre, event, ns):
    centre.turn(event["desk"], "break", ns)
    centre.desk(event["desk"]).last_step = ns


def on_back(centre, event, ns):
    centre.turn(event["desk"], "open", ns)
    centre.desk(event["desk"]).last_step = ns


def change(**fields):
    def apply(centre, event, ns):
        centre.today[event["ticket"]].update(fields)

    return apply


def tally(name):
    def apply(centre, event, ns):
        centre.day(centre.date).counts[name] += 1

    return apply


def on_suppressed(centre, event, ns):
    counts = centre.day(centre.date).counts
    counts["refused" if event["why"] in ("closed", "stopped") else "suppressed"] += 1
    counts["refused_stopped"] += event["why"] == "stopped"


def on_stopped(centre, event, ns):
    centre.day(centre.date).stops.append(
        {
            "at": rfc3339(second(ns)),
            "service": event["service"],
            "by": event["by"],
            "reason": event["reason"],
            "chance_percent": event["chance_percent"],
            "released_at": None,
            "released_by": None,
        }
    )


def on_released(centre, event, ns):
    mine = [s for s in centre.day(centre.date).stops if s["service"] == event["service"]]
    mine[-1].update(released_at=rfc3339(second(ns)), released_by=event["by"])


def on_cancelled(centre, event, ns):
    centre.today[event["ticket"]].update(place="cancelled", ended=ns)


def on_booked(centre, event, ns):
    date = datetime.date.fromisoformat(event["date"])
    visit = {"date": date, "service": event["service"], "status": "booked"}
    centre.visits[event["appointment"]] = visit


def on_moved(centre, event, ns):
    date = datetime.date.fromisoformat(event["date"])
    centre.visits[event["appointment"]].update(date=date, service=event["service"])


def on_called_off(centre, event, ns):
    centre.visits[event["appointment"]]["status"] = "cancelled"


def on_unlinked(centre, event, ns):
    for visit in centre.visits.values():
        if str(visit["date"]) <= event["date"] and visit["status"] == "booked":
            visit["status"] = "missed"


HANDLERS = {
    "appointment_booked": on_booked,
    "appointment_moved": on_moved,
    "appointment_cancelled": on_called_off,
    "appointment_codes_unlinked": on_unlinked,
    "press_suppressed": on_suppressed,
    "service_stopped": on_stopped,
    "service_released": on_released,
    "desk_opened": on_opened,
    "desk_closed": on_closed,
    "break_started": on_break,
    "break_ended": on_back,
    "ticket_called": on_called,
    "customer_arrived": on_arrived,
    "documents_started": lambda centre, event, ns: centre.step(event, ns),
    "ticket_finished": on_finished,
    "ticket_no_show": on_no_show,
    "ticket_marked_out_of_turn": change(out_of_turn=True),
    "ticket_cancelled": on_cancelled,
    "ticket_transferred": on_transferred,
    "ticket_parked": lambda centre, event, ns: centre.leave(event, ns, "parked"),
    "ticket_resumed": on_resumed,
    "ticket_reinstated": change(place="waiting", reinstated=True, out_of_turn=False),
    "step_undone": on_undone,
    "slip_requested": tally("reprints"),
    "slip_failed": tally("print_failures"),
    "slip_unknown": tally("print_unknown"),
    "help_requested": tally("help_requested"),
    "help_answered": tally("help_answered"),
}


def forecast(called):
    """Promised waits beside those that came, of tickets that were called."""
    kept = [(length(t["issued"], t["legs"][0]["called"]), t["promise"]) for t in called]
    kept = [(wait, promise) for wait, promise in kept if promise]
    error = sum(abs(wait - promise["p50_s"]) for wait, promise in kept)
    count = len(kept)
    return {
        "count": count,
        "mean_error_s": (2 * error + count) // (2 * count) if count else None,
        "within_p90": share_of(sum(wait <= promise["p90_s"] for wait, promise in kept), count),
    }


def appointments(tickets, visits):
    def having(*status):
        return sum(visit["status"] in status for visit in visits)

    delays = [
        length(t["due"], t["legs"][0]["called"]) for t in tickets if t["due"] and t["legs"]
    ]
    return {
        "booked": len(visits),
        "checked_in": having("checked_in", "late"),
        "late": having("late"),
        "missed": having("missed"),
        "cancelled": having("cancelled"),
        "delay": times(delays),
    }


def figures(tickets, visits, target, as_of):
    def where(place):
        return [ticket for ticket in tickets if ticket["place"] == place]

    called = [ticket for ticket in tickets if ticket["legs"]]
    waits = [length(t["issued"], t["legs"][0]["called"]) for t in called]
    uncalled = [t for t in tickets if not t["legs"] and t["place"] in ("waiting", "parked")]
    ages = [second(as_of) - second(t["issued"]) for t in uncalled]
    dropped = [
        length(t["issued"], t["ended"]) for t in where("cancelled") if not t["legs"]
    ]
    left_out_cancelled = sum(age < target for age in dropped)
    left_out_waiting = sum(age <= target for age in ages)
    counting = len(tickets) - left_out_cancelled - left_out_waiting
    legs = [leg for t in tickets for leg in t["legs"] if leg["finished"] is not None]
    ended = [t for t in where("finished") if t["ended"] is not None]
    return {
        "issued": len(tickets),
        "called": len(called),
        "finished": len(where("finished")),
        "no_show": len(where("no_show")),
        "no_show_rate": share_of(len(where("no_show")), len(called)),
        "cancelled": len(where("cancelled")),
        "unserved": sum(t["unserved"] for t in tickets),
        "transferred": sum(t["transfers"] > 0 for t in tickets),
        "out_of_turn": sum(t["out_of_turn"] for t in tickets),
        "reinstated": sum(t["reinstated"] for t in tickets),
        "force_closed": len(where("finished")) - len(ended),
        "open": sum(t["place"] in ("waiting", "parked", "desk") for t in tickets),
        "wait": times(waits),
        "within_target": share_of(sum(wait <= target for wait in waits), counting)
        | {
            "uncalled_late": sum(age > target for age in ages),
            "left_out_waiting": left_out_waiting,
            "left_out_cancelled": left_out_cancelled,
        },
        "forecast": forecast(called),
        "handling": times(
            [length(leg["arrived"], leg["finished"]) for leg in legs if leg["arrived"] is not None]
        ),
        "visit": times([length(t["issued"], t["ended"]) for t in ended]),
        "appointments": appointments(tickets, visits),
    }


def desk_figures(number, tickets, days, running, as_of):
    """`running`: what the desk does now, on a date of the quarter."""
    legs = [leg for t in tickets for leg in t["legs"] if leg["desk"] == number]
    over = [leg for leg in legs if leg["finished"] is not None]
    busy = sum(second(leg["finished"]) - second(leg["called"]) for leg in over)
    for ticket in tickets:
        here = ticket["place"] == "desk" and ticket["legs"][-1]["desk"] == number
        if here and ticket["legs"][-1]["arrived"] is not None:
            busy += second(as_of) - second(ticket["legs"][-1]["called"])
    total = {"open": 0, "break": 0}
    for day in days:
        total["open"] += sum(end - start for start, end in day.open.get(number, []))
        total["break"] += sum(end - start for start, end in day.breaks.get(number, []))
    if running is not None and running.state in total:
        total[running.state] += second(as_of) - running.opened
    return {
        "desk": number,
        "finished": sum(
            t["place"] == "finished" and t["legs"][-1]["desk"] == number for t in tickets
        ),
        "stays": len(over),
        "handling": times(
            [length(leg["arrived"], leg["finished"]) for leg in over if leg["arrived"] is not None]
        ),
        "busy_s": busy,
        "open_s": total["open"],
        "break_s": total["break"],
        "utilisation": share(busy, total["open"]),
    }


class Hours:
    def __init__(self, setup, zone):
        self.setup, self.zone = setup, zone

    def of(self, date):
        """Opening and closing of a date as seconds since 1970, or None."""
        week = self.setup["week"][date.weekday()]
        intervals = self.setup["exceptions"].get(str(date), week)
        if not intervals:
            return None

        def instant(text):
            hour, minute = map(int, text.split(":"))
            local = datetime.datetime(
                date.year, date.month, date.day, hour, minute, tzinfo=self.zone
            )
            return int(local.timestamp())

        return instant(intervals[0].split("-")[0]), instant(intervals[-1].split("-")[1])


def day_line(date, day, tickets, hours, as_of):
    finishes = [second(t["ended"]) for t in tickets if t["place"] == "finished" and t["ended"]]
    waits = [length(t["issued"], t["legs"][0]["called"]) for t in tickets if t["legs"]]
    last = max(finishes, default=None)
    opens, closes = hours or (None, None)
    if tickets:
        state = "served" if hours else "extra"
    elif hours is None:
        state = "closed"
    elif opens * 10**9 > as_of:
        state = "ahead"
    else:
        state = "empty" if day else "missing"
    return {
        "date": str(date),
        "state": state,
        "opens_at": rfc3339(opens),
        "closes_at": rfc3339(closes),
        "first_call": rfc3339(min(day.calls_at, default=None) if day else None),
        "last_call": rfc3339(max(day.calls_at, default=None) if day else None),
        "last_finish": rfc3339(last),
        "issued": len(tickets) if day else None,
        "finished": sum(t["place"] == "finished" for t in tickets) if day else None,
        "wait_p90_s": times(waits)["p90_s"],
        "overtime_s": max(0, last - closes) if hours and last is not None else 0,
        "finished_after_closing": sum(end > closes for end in finishes) if hours else 0,
        "refused": day.counts["refused"] if day else 0,
        "stops": day.stops if day else [],
    }


def half_hour(ns, zone):
    """The local half-hour of the day, 0 to 47, whichever of two equal hours it is."""
    local = datetime.datetime.fromtimestamp(second(ns), zone)
    return local.hour * 2 + local.minute // 30


def clock(slot):
    return f"{slot // 2:02}:{30 * (slot % 2):02}"


def flow(tickets, zone):
    def waits(chosen):
        return [length(t["issued"], t["legs"][0]["called"]) for t in chosen if t["legs"]]

    cells, slots = {}, {}
    for ticket in tickets:
        issued = half_hour(ticket["issued"], zone)
        cells.setdefault((ticket["date"].isoweekday(), issued), []).append(ticket)
        moments = [ticket["issued"]]
        moments.append(ticket["legs"][0]["called"] if ticket["legs"] else None)
        moments.append(ticket["ended"] if ticket["place"] == "finished" else None)
        for column, moment in enumerate(moments):
            if moment is not None:
                slots.setdefault(half_hour(moment, zone), [0, 0, 0])[column] += 1
    lines, so_far = [], [0, 0, 0]
    for slot in range(min(slots, default=0), max(slots, default=-1) + 1):
        counts = slots.get(slot, [0, 0, 0])
        so_far = [sum(pair) for pair in zip(so_far, counts)]
        names = ["issued", "called", "finished"]
        line = {"at": clock(slot)} | dict(zip(names, counts))
        lines.append(line | dict(zip([name + "_so_far" for name in names], so_far)))
    waited = sorted(waits(tickets))
    steps = [60 * minute for minute in range(-(-waited[-1] // 60) + 1)] if waited else []
    if len(steps) > 240:
        steps = steps[:239] + [waited[-1]]
    ecdf = []
    for step in steps:
        within = sum(wait <= step for wait in waited)
        ecdf.append({"within_s": step, "called": within, "share": share(within, len(waited))})
    return {
        "dates": len({ticket["date"] for ticket in tickets}),
        "heat": [
            {"weekday": day, "at": clock(slot), "issued": len(of), "wait": times(waits(of))}
            for (day, slot), of in sorted(cells.items())
        ],
        "half_hours": lines,
        "ecdf": ecdf,
    }


def reliability(tickets):
    minutes, bins = [0, 2, 5, 10, 20, 40, None], []
    for start, end in zip(minutes, minutes[1:]):
        kept = []
        for ticket in tickets:
            promise = ticket["promise"]
            if not promise or not ticket["legs"] or promise["p50_s"] < 60 * start:
                continue
            if end is None or promise["p50_s"] < 60 * end:
                wait = length(ticket["issued"], ticket["legs"][0]["called"])
                kept.append((wait, promise["p50_s"], promise["p90_s"]))
        count = len(kept)
        total = sum(p50 for _, p50, _ in kept)
        bins.append(
            {
                "from_s": 60 * start,
                "below_s": None if end is None else 60 * end,
                "count": count,
                "promised_s": (2 * total + count) // (2 * count) if count else None,
                "wait": times([wait for wait, _, _ in kept]),
                "within_p50": share_of(sum(wait <= p50 for wait, p50, _ in kept), count),
                "within_p90": share_of(sum(wait <= p90 for wait, _, p90 in kept), count),
            }
        )
    return bins


def dates_of(year, number):
    dates, date = [], datetime.date(year, 3 * number - 2, 1)
    while (date.month + 2) // 3 == number:
        dates.append(date)
        date += datetime.timedelta(days=1)
    return dates


def comparison(kind, year, number, centre, tickets, setup, hours, as_of):
    dates = dates_of(year, number)
    planned = [date for date in dates if hours.of(date)]
    due = [date for date in planned if hours.of(date)[0] * 10**9 <= as_of]
    missing = [str(date) for date in due if date not in centre.days]
    known = any(date in centre.days for date in dates)
    visits = [v for v in centre.visits.values() if v["date"] in centre.begun & set(dates)]
    kept = [t for t in tickets if t["date"] in dates]

    def of(chosen, booked):
        return figures(chosen, booked, setup["target_s"], as_of)

    return {
        "kind": kind,
        "quarter": f"{year:04}-Q{number}",
        "completeness": {
            "days_planned": len(planned),
            "days_due": len(due),
            "days_with_data": len(due) - len(missing),
            "share": share(len(due) - len(missing), len(due)),
            "missing": missing,
        },
        "total": of(kept, visits) if known else None,
        "services": [
            {
                "service": int(digit),
                "name": name,
                "figures": of(
                    [t for t in kept if t["service"] == int(digit)],
                    [v for v in visits if v["service"] == int(digit)],
                ),
            }
            for digit, name in sorted(setup["services"].items())
            if known
        ],
    }


def occurrences(days, lines, tickets_of, hours):
    total = Day().counts
    total.update(finished_timed=0, finished_after_closing=0, overtime_days=0, overtime_s=0, stops=0)
    for line in lines:
        date = datetime.date.fromisoformat(line["date"])
        if date in days:
            for name, count in days[date].counts.items():
                total[name] += count
        if hours.of(date):
            closes = hours.of(date)[1]
            ends = [
                second(t["ended"])
                for t in tickets_of(date)
                if t["place"] == "finished" and t["ended"] is not None
            ]
            total["finished_timed"] += len(ends)
            total["finished_after_closing"] += sum(end > closes for end in ends)
        total["stops"] += len(line["stops"])
        total["overtime_days"] += line["overtime_s"] > 0
        total["overtime_s"] += line["overtime_s"]
    return total


def read(paths, zone, kind=Centre):
    centre, tickets = kind(zone), []
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line[line.index("{") :])
                if record["fact"]["about"] != "queue":
                    continue
                event = record["fact"]["what"]
                centre.happen(event, nanoseconds(record["at"]))
                if event["type"] == "ticket_issued":
                    tickets.append(centre.today[event["ticket"]])
    return centre, tickets


def main(quarter, as_of, setup_path, *paths):
    with open(setup_path, encoding="utf-8") as file:
        setup = json.load(file)
    zone = zoneinfo.ZoneInfo(setup["timezone"])
    year, number = int(quarter[:4]), int(quarter[-1])
    as_of = nanoseconds(as_of)
    centre, tickets = read(paths, zone)

    def inside(date):
        return date.year == year and (date.month + 2) // 3 == number

    by_date = {}
    for ticket in tickets:
        by_date.setdefault(ticket["date"], []).append(ticket)
    dates = dates_of(year, number)
    kept = [t for t in tickets if inside(t["date"])]
    hours = Hours(setup, zone)
    days = {date: day for date, day in centre.days.items() if inside(date)}

    visits = [v for v in centre.visits.values() if v["date"] in centre.begun & set(dates)]

    def pool(chosen, booked):
        months = []
        for month in range(3 * number - 2, 3 * number + 1):
            seen = any(date.month == month for date in days)
            of = [t for t in chosen if t["date"].month == month]
            here = [v for v in booked if v["date"].month == month]
            value = figures(of, here, setup["target_s"], as_of) if seen else None
            months.append({"month": f"{year:04}-{month:02}", "figures": value})
        whole = figures(chosen, booked, setup["target_s"], as_of)
        return {"quarter": whole, "months": months}

    weeks = []
    for date in dates:
        iso = date.isocalendar()
        name = f"{iso.year:04}-W{iso.week:02}"
        if not weeks or weeks[-1]["week"] != name:
            weeks.append({"week": name, "from": date})
        weeks[-1]["to"] = date
    for week in weeks:
        within = lambda date: week["from"] <= date <= week["to"]
        of = [t for t in kept if within(t["date"])]
        seen = any(within(date) for date in days)
        slots = [v for v in visits if within(v["date"])]
        value = figures(of, slots, setup["target_s"], as_of)
        week["figures"] = value if seen else None
        week["from"], week["to"] = str(week["from"]), str(week["to"])

    lines = [
        day_line(date, days.get(date), by_date.get(date, []), hours.of(date), as_of)
        for date in dates
    ]
    today = centre.desks if centre.date and inside(centre.date) else {}
    json.dump(
        {
            "total": pool(kept, visits),
            "services": [
                {"service": int(digit), "name": name}
                | pool(
                    [t for t in kept if t["service"] == int(digit)],
                    [v for v in visits if v["service"] == int(digit)],
                )
                for digit, name in sorted(setup["services"].items())
            ],
            "comparisons": [
                comparison(kind, *beside, centre, tickets, setup, hours, as_of)
                for kind, beside in [
                    ("previous_quarter", (year, number - 1) if number > 1 else (year - 1, 4)),
                    ("year_before", (year - 1, number)),
                ]
            ],
            "weeks": weeks,
            "flow": flow(kept, zone),
            "reliability": reliability(kept),
            "desks": [
                desk_figures(desk, kept, days.values(), today.get(desk), as_of)
                for desk in setup["desks"]
            ],
            "occurrences": occurrences(
                days, lines, lambda date: by_date.get(date, []), hours
            ),
            "days": lines,
        },
        sys.stdout,
        ensure_ascii=False,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
