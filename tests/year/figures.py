"""The figures of a quarter by the definitions of the report, from the lines of the CSV alone.

Every figure is made from lists of whole seconds that are sorted; nothing is merged or kept.
"""

import csv
import datetime
import typing
import zoneinfo

ZONE = zoneinfo.ZoneInfo("Europe/Riga")
TARGET_S = 900
NAMES = {1: "Pasūtījumu pieņemšana", 2: "Pasūtījumu izsniegšana", 3: "Korporatīvie klienti"}


class Leg(typing.NamedTuple):
    line: int
    service: int
    desk: int
    called: int
    arrived: typing.Optional[int]
    ended: typing.Optional[int]
    outcome: str


class Ticket(typing.NamedTuple):
    centre: str
    line: int
    date: datetime.date
    service: int
    issued: int
    # finished, no_show, cancelled, unserved or held: finished without an end
    place: str
    ended: typing.Optional[int]
    stays: int
    out_of_turn: bool
    legs: tuple
    # Where and since when it waited in the end, uncalled.
    left: typing.Optional[tuple]


def moment(text):
    if not text:
        return None
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((at if at.tzinfo else at.replace(tzinfo=ZONE)).timestamp())


def read(path, centre):
    """The tickets of a file, by issue. Who was left waiting waited until the next date began."""
    lines = {}
    with open(path, newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            lines.setdefault(row["ticket"], []).append((number, row))
    tickets = [ticket(centre, rows) for rows in lines.values()]
    tickets.sort(key=lambda t: (t.issued, t.line))
    dates = sorted({t.date for t in tickets})
    after = {date: midnight(later) for date, later in zip(dates, dates[1:])}
    return [
        t._replace(ended=after.get(t.date)) if t.place == "unserved" else t for t in tickets
    ]


def midnight(date):
    return int(datetime.datetime(date.year, date.month, date.day, tzinfo=ZONE).timestamp())


def ticket(centre, rows):
    first_line, first = rows[0]
    issued = moment(first["issued_at"])
    legs, since = [], issued
    for line, row in rows:
        ended = moment(row["finished_at"])
        if row["called_at"]:
            leg = Leg(
                line,
                int(row["service"]),
                int(row["desk"]),
                moment(row["called_at"]),
                moment(row["arrived_at"]),
                ended,
                row["outcome"],
            )
            legs.append(leg)
            left = None
        else:
            left = (line, int(row["service"]), since, ended)
        since = ended
    place = row["outcome"]
    if place == "finished" and ended is None:
        place = "held"
    return Ticket(
        centre,
        first_line,
        datetime.datetime.fromtimestamp(issued, ZONE).date(),
        int(first["service"]),
        issued,
        place,
        ended,
        len(rows),
        any(row["out_of_turn"] == "yes" for _, row in rows),
        tuple(legs),
        left,
    )


def share(n, of):
    return (n * 10_000 + of // 2) // of / 10_000 if of else None


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


def waits(tickets):
    return [t.legs[0].called - t.issued for t in tickets if t.legs]


def figures(tickets):
    places = [t.place for t in tickets]
    finished = places.count("finished") + places.count("held")
    cancelled = places.count("cancelled") + places.count("unserved")
    waited = waits(tickets)
    uncalled = [t for t in tickets if not t.legs]
    # As long as it was younger than the target nobody missed anything.
    early = sum(t.ended is not None and t.ended - t.issued < TARGET_S for t in uncalled)
    within = share_of(sum(w <= TARGET_S for w in waited), len(tickets) - early)
    nothing = {"count": 0, "mean_error_s": None, "within_p90": share_of(0, 0)}
    booked = dict.fromkeys("booked checked_in late missed cancelled".split(), 0)
    legs = [leg for t in tickets for leg in t.legs]
    handled = [leg.ended - leg.arrived for leg in legs if leg.arrived and leg.ended]
    return {
        "issued": len(tickets),
        "called": len(waited),
        "finished": finished,
        "no_show": places.count("no_show"),
        "no_show_rate": share_of(places.count("no_show"), len(waited)),
        "cancelled": cancelled,
        "unserved": places.count("unserved"),
        "transferred": sum(t.stays > 1 for t in tickets),
        "out_of_turn": sum(t.out_of_turn for t in tickets),
        "reinstated": 0,
        "force_closed": places.count("held"),
        "open": 0,
        "wait": times(waited),
        "within_target": within
        | {
            "uncalled_late": 0,
            "left_out_waiting": 0,
            "left_out_cancelled": early,
        },
        "forecast": nothing,
        "handling": times(handled),
        "visit": times([t.ended - t.issued for t in tickets if t.place == "finished"]),
        "appointments": booked | {"delay": times([])},
    }


def rfc3339(second):
    if second is None:
        return None
    at = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def local(date, text):
    hour, minute = map(int, text.split(":"))
    at = datetime.datetime(date.year, date.month, date.day, hour, minute, tzinfo=ZONE)
    return int(at.timestamp())


STATES = ["served", "extra", "empty", "missing", "ahead", "closed"]


def day_line(date, tickets, hours):
    """A date of one or more centres; `hours` has the reception of each."""
    spans = {name: spans for name, spans in hours.items() if spans}
    opens = {name: local(date, spans[0][0]) for name, spans in spans.items()}
    closes = {name: local(date, spans[-1][1]) for name, spans in spans.items()}
    calls = [leg.called for t in tickets for leg in t.legs]
    done = [t for t in tickets if t.place == "finished"]
    came = {t.centre for t in tickets}
    states, overtime = set(), 0
    for name in hours:
        if name in came:
            states.add("served" if name in spans else "extra")
        else:
            states.add("missing" if name in spans else "closed")
        last = max((t.ended for t in done if t.centre == name), default=None)
        if name in spans and last is not None:
            overtime += max(0, last - closes[name])
    return {
        "date": str(date),
        "state": min(states, key=STATES.index),
        "opens_at": rfc3339(min(opens.values(), default=None)),
        "closes_at": rfc3339(max(closes.values(), default=None)),
        "first_call": rfc3339(min(calls, default=None)),
        "last_call": rfc3339(max(calls, default=None)),
        "last_finish": rfc3339(max((t.ended for t in done), default=None)),
        "issued": len(tickets) if tickets else None,
        "finished": sum(t.place in ("finished", "held") for t in tickets) if tickets else None,
        "wait_p90_s": times(waits(tickets))["p90_s"],
        "overtime_s": overtime,
        "finished_after_closing": sum(
            t.ended > closes[t.centre] for t in done if t.centre in closes
        ),
        "refused": 0,
        "stops": [],
    }


def overtaken(tickets):
    """Calls for which somebody issued earlier waited for the same service of the same centre."""
    events = []
    for t in tickets:
        mine = (t.issued, t.line)
        since = t.issued
        for leg in t.legs:
            events.append((since, 0, 0, "waits", leg.service, mine))
            events.append((leg.called, 1, leg.line, "called", leg.service, mine))
            since = leg.ended
        if t.left:
            line, service, since, gone = t.left
            events.append((since, 0, 0, "waits", service, mine))
            if gone is not None:
                events.append((gone, 1, line, "gone", service, mine))
    events.sort()
    waiting, count = {1: set(), 2: set(), 3: set()}, 0
    for _, _, _, what, service, mine in events:
        if what == "waits":
            waiting[service].add(mine)
            continue
        waiting[service].discard(mine)
        if what == "called" and waiting[service]:
            count += min(waiting[service]) < mine
    return count


def desk_days(tickets):
    """The stays of each centre, desk and date, with their tickets, in order."""
    found = {}
    for t in tickets:
        for leg in t.legs:
            found.setdefault((t.centre, leg.desk, t.date), []).append((leg, t))
    for stays in found.values():
        stays.sort(key=lambda stay: (stay[0].called, stay[0].line))
    return found


def occurrences(tickets, by_day, lines, desks):
    none = """overrides suppressed refused refused_stopped stops print_failures print_unknown
    reprints help_requested help_answered starts"""
    legs = [leg for t in tickets for leg in t.legs]
    given_up = [leg for leg in legs if leg.outcome == "no_show"]
    busy = sum(
        before.ended is not None and before.ended > leg.called
        for stays in desks.values()
        for (before, _), (leg, _) in zip(stays, stays[1:])
    )
    timed = sum(
        t.place == "finished" and t.centre in lines["open"][t.date] for t in tickets
    )
    return dict.fromkeys(none.split(), 0) | {
        "calls": len(legs),
        "overtakes": sum(overtaken(day) for day in by_day.values()),
        "finished_timed": timed,
        "finished_after_closing": sum(d["finished_after_closing"] for d in lines["days"]),
        "overtime_days": lines["overtime_days"],
        "overtime_s": sum(d["overtime_s"] for d in lines["days"]),
        "no_shows_declared": len(given_up),
        "early_no_shows": sum(leg.ended - leg.called < 60 for leg in given_up),
        "calls_while_busy": busy,
    }


def desk_lines(tickets, desks, known):
    """`known`: the desks that are set up, by centre."""
    lines = []
    by_desk = {}
    for (centre, desk, _), stays in desks.items():
        by_desk.setdefault((centre, desk), []).append(stays)
    for centre, numbers in known.items():
        for desk in numbers:
            days = by_desk.get((centre, desk), [])
            stays = [stay for day in days for stay in day]
            over = [leg for leg, _ in stays if leg.outcome != "no_show" and leg.ended]
            # From the first call of a date to the last thing that is known of it.
            opened = sum(
                max(leg.ended or leg.arrived or leg.called for leg, _ in day) - day[0][0].called
                for day in days
            )
            busy = sum(leg.ended - leg.called for leg in over)
            handled = [leg.ended - leg.arrived for leg in over if leg.arrived]
            finished = sum(
                t.legs[-1] is leg and t.place in ("finished", "held") for leg, t in stays
            )
            lines.append(
                {
                    "centre": centre,
                    "desk": desk,
                    "finished": finished,
                    "stays": len(over),
                    "handling": times(handled),
                    "busy_s": busy,
                    "open_s": opened,
                    "break_s": 0,
                    "utilisation": share(busy, opened),
                }
            )
    return lines


def half_hour(second):
    at = datetime.datetime.fromtimestamp(second, ZONE)
    return 2 * at.hour + at.minute // 30


def clock(slot):
    return f"{slot // 2:02}:{slot % 2 * 30:02}"


def flow(tickets):
    cells, slots = {}, {}
    for t in tickets:
        slot = half_hour(t.issued)
        cells.setdefault((t.date.isoweekday(), slot), []).append(t)
        slots.setdefault(slot, [0, 0, 0])[0] += 1
        if t.legs:
            slots.setdefault(half_hour(t.legs[0].called), [0, 0, 0])[1] += 1
        if t.place == "finished":
            slots.setdefault(half_hour(t.ended), [0, 0, 0])[2] += 1
    lines, sums = [], [0, 0, 0]
    for slot in range(min(slots), max(slots) + 1):
        counts = slots.get(slot, [0, 0, 0])
        sums = [a + b for a, b in zip(sums, counts)]
        line = dict(zip(["issued", "called", "finished"], counts))
        line |= dict(zip(["issued_so_far", "called_so_far", "finished_so_far"], sums))
        lines.append(line | {"at": clock(slot)})
    waited = sorted(waits(tickets))
    ecdf, place, step = [], 0, 0
    while not ecdf or place < len(waited):
        limit = 60 * step if step < 239 else max(waited[-1], 60 * step)
        while place < len(waited) and waited[place] <= limit:
            place += 1
        ecdf.append({"within_s": limit, "called": place, "share": share(place, len(waited))})
        step += 1
    return {
        "dates": len({t.date for t in tickets}),
        "heat": [
            {"weekday": day, "at": clock(slot), "issued": len(of), "wait": times(waits(of))}
            for (day, slot), of in sorted(cells.items())
        ],
        "half_hours": lines,
        "ecdf": ecdf,
    }


def ghosts(tickets):
    """Nobody ever came: no-shows without an arrival at any desk."""
    nobody = [
        t for t in tickets if t.place == "no_show" and not any(leg.arrived for leg in t.legs)
    ]
    waited = sum(t.ended - t.legs[-1].called for t in nobody)
    return {"ghosts": share_of(len(nobody), len(tickets)), "ghost_s": waited}


def dates_of(year, number):
    date, dates = datetime.date(year, 3 * number - 2, 1), []
    while (date.month + 2) // 3 == number:
        dates.append(date)
        date += datetime.timedelta(1)
    return dates


def completeness(dates, centres, came):
    planned = [(c.name, date) for c in centres for date in dates if c.hours(date)]
    missing = [(name, date) for name, date in planned if (name, date) not in came]
    with_data = len(planned) - len(missing)
    return {
        "days_planned": len(planned),
        "days_due": len(planned),
        "days_with_data": with_data,
        "share": share(with_data, len(planned)),
        "missing": sorted({str(date) for _, date in missing}),
    }


def week(name, dates, by_date):
    came = [t for date in dates for t in by_date.get(date, [])]
    return {
        "week": name,
        "from": str(dates[0]),
        "to": str(dates[-1]),
        "figures": figures(came) if came else None,
    }


def quarter(tickets, centres, year, number):
    """The report of a quarter; `tickets` are those of its dates, of all the centres."""
    dates = dates_of(year, number)
    by_date, by_day = {}, {}
    for t in tickets:
        by_date.setdefault(t.date, []).append(t)
        by_day.setdefault((t.centre, t.date), []).append(t)
    days = [
        day_line(date, by_date.get(date, []), {c.name: c.hours(date) for c in centres})
        for date in dates
    ]
    lines = {
        "days": days,
        "open": {date: {c.name for c in centres if c.hours(date)} for date in dates},
        "overtime_days": sum(
            day_line(date, by_day.get((c.name, date), []), {c.name: c.hours(date)})["overtime_s"] > 0
            for c in centres
            for date in dates
        ),
    }
    desks = desk_days(tickets)
    known = {c.name: range(1, c.desks + 1) for c in centres}

    def period(chosen):
        months = []
        for month in range(3 * number - 2, 3 * number + 1):
            of = [t for t in chosen if t.date.month == month]
            known = any(date.month == month for date in by_date)
            months.append(
                {
                    "month": f"{year}-{month:02}",
                    "figures": figures(of) if known else None,
                }
            )
        return {"quarter": figures(chosen), "months": months}

    weeks = {}
    for date in dates:
        weeks.setdefault("{:04}-W{:02}".format(*date.isocalendar()), []).append(date)
    by_service = {digit: [t for t in tickets if t.service == digit] for digit in NAMES}
    came = {(t.centre, t.date) for t in tickets}
    return {
        "quarter": f"{year}-Q{number}",
        "from": str(dates[0]),
        "to": str(dates[-1]),
        "target_s": TARGET_S,
        "settled": True,
        "completeness": completeness(dates, centres, came),
        "total": period(tickets),
        "services": [
            {"service": digit, "name": name} | period(by_service[digit])
            for digit, name in NAMES.items()
        ],
        "weeks": [week(name, of, by_date) for name, of in weeks.items()],
        "desks": desk_lines(tickets, desks, known),
        "occurrences": occurrences(tickets, by_day, lines, desks),
        "flow": flow(tickets),
        "mischief": ghosts(tickets)
        | {
            "services": [
                {"service": digit, "name": name} | ghosts(by_service[digit])
                for digit, name in NAMES.items()
            ]
        },
        "days": days,
    }
