"""Reads a quarter's report back from every form and compares it with the JSON.

usage: compare_forms.py DIRECTORY

The directory holds quarter.json, quarter.csv, quarter.xlsx, quarter.txt, and of the PDF what
pdftotext makes of it: quarter.pdf.txt (-layout) and quarter.pdf.html (-bbox). Rounding, dates and
names are written anew here. Standard library only; prints each difference and fails if there is
one.
"""

import csv
import datetime
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
import zoneinfo

MONTHS = (
    "janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris "
    "novembris decembris"
).split()
WEEKDAYS = "Pr Ot Tr Ce Pk Se Sv".split()
STATES = {
    "served": "pieņemšana",
    "empty": "bez klientiem",
    "missing": "nav datu",
    "closed": "slēgts",
    "extra": "ārpus grafika",
    "ahead": "gaidāma",
}
COUNTS = "issued called finished no_show cancelled transferred out_of_turn open".split()
STATISTICS = "median_s p90_s max_s mean_s".split()
NOTHING = "–"
problems = []
compared = {}


def check(form, condition, text):
    compared[form] = compared.get(form, 0) + 1
    if not condition:
        problems.append(f"{form}: {text}")


# A figure is (kind, value, small); each form reads it in its own way.


def count(value):
    return ("count", value, False)


def words(value):
    return ("words", value, False)


def percent(share):
    return ("percent", share["share"], share["small_sample"])


def statistics(times):
    small = times["small_sample"]
    return [count(times["count"])] + [("minutes", times[name], small) for name in STATISTICS]


def within(figures):
    target = figures["within_target"]
    return [percent(target), count(target["n"]), count(target["of"])]


def as_text(figure):
    kind, value, small = figure
    if value is None:
        return NOTHING
    mark = "*" if small else ""
    if kind == "minutes":
        tenths = (value * 10 + 30) // 60
        return f"{tenths // 10},{tenths % 10}{mark}"
    if kind == "hours":
        tenths = (value * 10 + 1800) // 3600
        return f"{tenths // 10},{tenths % 10}"
    if kind == "percent":
        return f"{value * 100:.1f}".replace(".", ",") + f" %{mark}"
    if kind.startswith("change"):
        size = f"{abs(value):.{kind[-1]}f}".replace(".", ",")
        sign = "" if not size.strip("0,") else "+" if value > 0 else "−"
        return sign + size + mark
    if kind.startswith("decimal"):
        return f"{value:.{kind[-1]}f}".replace(".", ",") + mark
    if kind == "date":
        return value.strftime("%d.%m.%Y.")
    if kind == "clock":
        return value.strftime("%H.%M")
    return str(value)


def as_number(figure):
    kind, value, _ = figure
    if kind in ("minutes", "hours"):
        return None if value is None else value / 86_400
    if kind in ("date", "clock") and value is not None:
        return (value - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
    return value


def blocks(report):
    for service in report["services"]:
        yield f"{service['service']} {service['name']}", service
    yield "Kopā", report["total"]


def by_month(report, cells):
    rows = []
    for name, period in blocks(report):
        months = [(MONTHS[int(m["month"][-2:]) - 1], m["figures"]) for m in period["months"]]
        for label, figures in [*months, ("ceturksnis", period["quarter"])]:
            width = len(cells(period["quarter"]))
            row = cells(figures) if figures else [count(None)] * width
            rows.append([words(name), words(label), *row])
    return rows


def summary(report):
    rows = []
    for name, period in blocks(report):
        of = period["quarter"]
        wait, handling = statistics(of["wait"]), statistics(of["handling"])
        rows.append(
            [words(name), *wait[:4], percent(of["within_target"]), *handling[:4]],
        )
    return rows


def outcomes(report):
    figures = [period["quarter"] for _, period in blocks(report)]
    rate = [words("Neieradušos daļa no uzaicinātajiem")]
    rate += [percent(of["no_show_rate"]) for of in figures]
    target = lambda name: [count(of["within_target"][name]) for of in figures]
    booked = lambda name: [count(of["appointments"][name]) for of in figures]
    plain = lambda name: [count(of[name]) for of in figures]
    small = lambda of: of["forecast"]["within_p90"]["small_sample"]
    error = [("minutes", of["forecast"]["mean_error_s"], small(of)) for of in figures]
    return [
        rate,
        [words("Biļetes, kurām solīts gaidīšanas laiks")]
        + [count(of["forecast"]["count"]) for of in figures],
        [words("Solītā un īstā gaidīšana: vidējā starpība, min"), *error],
        [words("Uzaicināti līdz solītajam beigu laikam (mērķis 90 %)")]
        + [percent(of["forecast"]["within_p90"]) for of in figures],
        [words("Atceltas, jo palika rindā dienas beigās"), *plain("unserved")],
        [words("Apkalpotas bez beigu laika (slēgtas dienas beigās)"), *plain("force_closed")],
        [words("Pēc neierašanās atgrieztas rindā"), *plain("reinstated")],
        [words("Ieskaitītas daļā „Laikā”"), *target("of")],
        [words("no tām vēl rindā, laiks pārsniegts"), *target("uncalled_late")],
        [words("Neieskaitītas: vēl rindā, laiks nav pagājis"), *target("left_out_waiting")],
        [words("Neieskaitītas: atceltas, pirms laiks pagāja"), *target("left_out_cancelled")],
        [words("Pierakstījās un ieradās"), *booked("checked_in")],
        [words("no tiem vēlāk par pielaidi"), *booked("late")],
        [words("Pierakstījās un neieradās"), *booked("missed")],
        [words("Pieraksti, kas atcelti"), *booked("cancelled")],
    ]


LONG_WEEKDAYS = "pirmdiena otrdiena trešdiena ceturtdiena piektdiena sestdiena svētdiena".split()
KINDS = {
    "Dubulti spiedieni": "presses_resting",
    "Par daudz no automāta": "presses_burst",
    "Novēloti": "presses_stale",
    "Ārpus laika": "presses_closed",
    "Sērijas": "series",
    "Biļetes sērijās": "series_tickets",
    "no tām pamestas": "series_left",
}


def per_minute(seconds):
    return None if seconds is None else seconds / 60


def staffing(report):
    return [
        [
            words(LONG_WEEKDAYS[day["weekday"] - 1]),
            words(line["label"]),
            count(line["measured"]),
            count(line["tickets"]),
            ("decimal1", line["mean_arrivals"], line["small_sample"]),
            ("decimal1", per_minute(line["handling_s"]), False),
            ("decimal2", line["load"], False),
            ("decimal0", line["desks_required"], line["small_sample"]),
            ("decimal1", line["desks_open"], False),
            ("hours", line["open_s"], False),
            ("percent", line["service_level"], line["small_sample"]),
        ]
        for day in report["staffing"]["weekdays"]
        for line in day["half_hours"]
    ]


def desk_time(report):
    return [
        [words(str(of["service"])), count(of["tickets"])]
        + [("decimal1", per_minute(of["mean_s"]), of["small_sample"])]
        for of in report["staffing"]["services"]
    ]


def ghosts(report):
    mischief = report["mischief"]

    def row(group, label, share, waited):
        return [words(group), words(label), percent(share), count(share["n"])] + [
            count(share["of"]),
            ("minutes", waited, False),
        ]

    rows = [row("Poga", str(of["service"]), of["ghosts"], of["ghost_s"]) for of in mischief["services"]]
    rows += [row("Paņemtas no", of["label"], of["ghosts"], None) for of in mischief["half_hours"]]
    return [*rows, row("Kopā", "visas", mischief["ghosts"], mischief["ghost_s"])]


def mischief_by_date(report):
    return [
        [date_cell(day["date"]), *[count(day[name]) for name in KINDS.values()]]
        + [count(day["ghosts"]), ("minutes", day["ghost_s"], False)]
        for day in report["mischief"]["days"]
    ]


def weeks(report):
    rows = []
    for week in report["weeks"]:
        row = [words(week["week"]), date_cell(week["from"])]
        figures = week["figures"]
        if figures:
            row += [count(figures[name]) for name in ("issued", "finished")]
            row += [*statistics(figures["wait"]), *within(figures)]
        rows.append(row + [count(None)] * (12 - len(row)))
    return rows


def date_cell(text):
    return ("date", datetime.datetime.fromisoformat(text), False)


def desks(report):
    rows = []
    for desk in report["desks"]:
        row = [words(str(desk["desk"])), count(desk["finished"]), count(desk["stays"])]
        row += statistics(desk["handling"])
        row += [("hours", desk[name], False) for name in ("busy_s", "open_s", "break_s")]
        rows.append([*row, ("percent", desk["utilisation"], False)])
    return rows


OCCURRENCES = {
    "Uzaicinājumi": "calls",
    "Uzaicinājumi, apsteidzot agrāk izdotu biļeti": "overtakes",
    "Uzaicinājumi pēc konsultanta izvēles, ne pēc kārtas": "overrides",
    "Uzaicinājumi no galda, pie kura jau bija klients": "calls_while_busy",
    "Nospiedieni bez biļetes: atkārtoti vai novēloti": "suppressed",
    "Nospiedieni bez biļetes: ārpus pieņemšanas laika vai apturēti": "refused",
    "Nospiedieni bez biļetes: poga bija apturēta": "refused_stopped",
    "Pogas apturētas pirms slēgšanas": "stops",
    "Biļetes neizdrukājās": "print_failures",
    "Nav zināms, vai biļete izdrukājās": "print_unknown",
    "Biļešu kopijas": "reprints",
    "Neierašanās atzīmētas": "no_shows_declared",
    "Neierašanās, kas atzīmēta pirms minūtes beigām": "early_no_shows",
    "Lūgta palīdzība pie kioska": "help_requested",
    "Palīdzēts pie kioska": "help_answered",
    "Programmas palaišanas reizes": "starts",
    "Pabeigtas pieņemšanas dienās, ar beigu laiku": "finished_timed",
    "Pabeigtas pēc slēgšanas": "finished_after_closing",
    "Dienas, kurās apkalpots pēc slēgšanas": "overtime_days",
    "Laiks pēc slēgšanas kopā, min": "overtime_s",
}


def occurrences(report):
    names = set(report["occurrences"])
    check("json", names == set(OCCURRENCES.values()), f"occurrences: {names}")
    return [
        [words(label), ("minutes" if name == "overtime_s" else "count", value, False)]
        for label, name in OCCURRENCES.items()
        for value in [report["occurrences"][name]]
    ]


def compliance(report):
    return [
        [words(row["clause"]), words(row["what"]), count(row["n"]), count(row["of"])]
        + [count(row["of"] - row["n"])]
        for row in report["compliance"]
    ]


def clock_cell(report, text):
    if text is None:
        return ("clock", None, False)
    zone = zoneinfo.ZoneInfo(report["timezone"])
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return ("clock", moment.astimezone(zone).replace(tzinfo=None, microsecond=0), False)


def stops(report):
    return [
        [
            date_cell(day["date"]),
            words(str(stop["service"])),
            clock_cell(report, stop["at"]),
            words("darbinieks" if stop["by"] else "programma"),
            words(stop["reason"]),
            count(stop["chance_percent"]),
            clock_cell(report, stop["released_at"]),
        ]
        for day in report["days"]
        for stop in day["stops"]
    ]


def days(report):
    clock = lambda text: clock_cell(report, text)
    moments = "opens_at closes_at first_call last_call last_finish".split()
    return [
        [
            date_cell(day["date"]),
            words(WEEKDAYS[datetime.date.fromisoformat(day["date"]).weekday()]),
            words(STATES[day["state"]]),
            *[clock(day[name]) for name in moments],
            count(day["issued"]),
            count(day["finished"]),
            ("minutes", day["wait_p90_s"], False),
            ("minutes", day["overtime_s"], False),
            count(day["finished_after_closing"]),
            count(day["refused"]),
        ]
        for day in report["days"]
    ]


COMPARED = {
    "Izdotas biļetes": lambda of: count(of["issued"]),
    "Apkalpotas": lambda of: count(of["finished"]),
    "Gaidīšanas mediāna, min": lambda of: statistics(of["wait"])[1],
    "Gaidīšanas P90, min": lambda of: statistics(of["wait"])[2],
    "Uzaicināti mērķa laikā": lambda of: percent(of["within_target"]),
    "Neieradās": lambda of: percent(of["no_show_rate"]),
    "Apkalpošanas mediāna, min": lambda of: statistics(of["handling"])[1],
}


def change(now, before):
    if now[1] is None or before[1] is None:
        return ("change1", None, False)
    unit = {"count": (1, "change0"), "minutes": (1 / 60, "change1"), "percent": (100, "change1")}
    factor, kind = unit[now[0]]
    return (kind, (now[1] - before[1]) * factor, now[2] or before[2])


def compared_with(now, then):
    rows = []
    for label, cell in COMPARED.items():
        row = [words(label), cell(now)]
        for before in then:
            before = cell(before) if before else count(None)
            row += [before, change(cell(now), before)]
        rows.append(row)
    return rows


def comparison_by_service(report):
    rows = []
    for of in report["services"]:
        then = [
            next((s["figures"] for s in c["services"] if s["service"] == of["service"]), None)
            for c in report["comparisons"]
        ]
        name = words(f"{of['service']} {of['name']}")
        rows += [[name, *row] for row in compared_with(of["quarter"], then)]
    return rows


def half_hour(at):
    hour, minute = at.split(":")
    return f"{int(hour)}.{minute}"


def heat(report):
    return [
        [words(LONG_WEEKDAYS[cell["weekday"] - 1]), words(half_hour(cell["at"]))]
        + [count(cell["issued"]), *statistics(cell["wait"])]
        for cell in report["flow"]["heat"]
    ]


FLOW = "issued called finished issued_so_far called_so_far finished_so_far".split()


def reliability(report):
    rows = []
    for of in report["reliability"]:
        first, below = of["from_s"] // 60, of["below_s"]
        name = f"{first}–{below // 60} min" if below else f"{first} min un vairāk"
        small = of["within_p90"]["small_sample"]
        row = [words(name), ("minutes", of["promised_s"], small), *statistics(of["wait"])]
        rows.append([*row, percent(of["within_p50"]), percent(of["within_p90"])])
    return rows


def iso(text):
    return datetime.datetime.fromisoformat(text) if text else None


def evaluations(report):
    rows = []
    for line in report["evaluations"]:
        done = line["done"] or {"days": None, "of": None}
        texts = (line["name"], line["frequency"], line["responsible"], line["result"] or NOTHING)
        rows.append(
            [words(f"{line['row']}. {line['criterion']}"), *map(words, texts)]
            + [("date", iso(line["last"]), False), ("date", iso(line["due"]), False)]
            + [count(line["overdue_days"]), count(line["held"]), count(done["days"])]
            + [count(done["of"])]
        )
    return rows


def answered(report):
    survey = report["survey"]
    if survey is None:
        return []
    row = lambda label, share: [words(label), percent(share), count(share["n"]), count(share["of"])]
    months = [row(MONTHS[int(m["month"][-2:]) - 1], m["answered"]) for m in survey["months"]]
    return [*months, row("ceturksnis", survey["answered"])]


def marks(report):
    survey = report["survey"]
    if survey is None:
        return []
    groups = [(f"{of['service']} {of['name']}", of["questions"]) for of in survey["services"]]
    return [
        [words(name), words(of["question"]), *map(count, of["marks"]), count(of["count"])]
        + [("decimal2", of["mean"], of["good"]["small_sample"]), percent(of["good"])]
        for name, questions in [*groups, ("Kopā", survey["questions"])]
        for of in questions
    ]


def feedback(report):
    told = report["feedback"]
    months = [(MONTHS[int(m["month"][-2:]) - 1], m["kinds"]) for m in told["months"]]
    names = "received justified unjustified undecided told_at_once told_late untold".split()
    return [
        [words(label), words(line["word"]), *[count(line[name]) for name in names]]
        for label, lines in [*months, ("Kopā", told["quarter"])]
        for line in lines
    ]


def sheets(report):
    """Every table by the name of its sheet."""
    return {
        "Biļetes": by_month(
            report,
            lambda of: [count(of[name]) for name in COUNTS] + [count(of["appointments"]["booked"])],
        ),
        "Ceturksnis": summary(report),
        "Salīdzinājums": compared_with(
            report["total"]["quarter"], [of["total"] for of in report["comparisons"]]
        ),
        "Atbilstība": compliance(report),
        "Solījumi": reliability(report),
        "Salīdzinājums pa pogām": comparison_by_service(report),
        "Gaidīšana": by_month(report, lambda of: [*statistics(of["wait"]), *within(of)]),
        "Apkalpošana": by_month(report, lambda of: statistics(of["handling"])),
        "Apmeklējums": by_month(report, lambda of: statistics(of["visit"])),
        "Kavējums pēc pieraksta": by_month(
            report, lambda of: statistics(of["appointments"]["delay"])
        ),
        "Iznākumi": outcomes(report),
        "Nedēļas": weeks(report),
        "Galdi": desks(report),
        "Notikumi": occurrences(report),
        "Galdi pa pusstundām": staffing(report),
        "Laiks pie galda": desk_time(report),
        "Spiedieni": [
            [words(label), count(report["mischief"][name])] for label, name in KINDS.items()
        ],
        "Bez klienta": ghosts(report),
        "Atsauksmes": feedback(report),
        "Apturētās pogas": stops(report),
        "Novērtējumi": evaluations(report),
        "Aptauja": answered(report),
        "Vērtējumi": marks(report),
        "Izņēmumi": [
            [words(row["clause"]), words(row["what"]), words(exception)]
            for row in report["compliance"]
            for exception in row["exceptions"]
        ],
        "Vēl nav": [[words(row["clause"]), words(row["what"])] for row in report["not_yet"]],
        "Dienas": days(report),
        "Spiedieni pa dienām": mischief_by_date(report),
        "Pusstundas": [
            [words(half_hour(of["at"])), *[count(of[name]) for name in FLOW]]
            for of in report["flow"]["half_hours"]
        ],
        "Nedēļas pusstundas": heat(report),
        "Sadalījums": [
            [words(as_text(("minutes", of["within_s"], False))), count(of["called"])]
            + [("percent", of["share"], False)]
            for of in report["flow"]["ecdf"]
        ],
    }


# Words are broken into lines in print; figures stand together at the end of a row's first line.


def compare_print(form, text, tables):
    """Each row's figures stand in one line, the rows in their order."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    at = 0
    for name, rows in tables.items():
        for row in rows:
            figures = [cell for cell in row if cell[0] != "words"]
            if not figures:
                continue
            last_words = [cell[1] for cell in row if cell[0] == "words"]
            begins = last_words[-1] if last_words else ""
            tail = " ".join(as_text(cell) for cell in figures)
            found = None
            for number in range(at, len(lines)):
                line = lines[number]
                if name in ("Dienas", "Nedēļas", "Apturētās pogas", "Spiedieni pa dienām"):
                    matches = line == " ".join(as_text(cell) for cell in row)
                elif name in ("Novērtējumi", "Vērtējumi"):
                    # Several columns of words are broken beside each other.
                    matches = line.endswith(f" {tail}") or line == tail
                elif name in ("Atbilstība", "Iznākumi", "Notikumi", "Spiedieni", "Salīdzinājums"):
                    first = row[0][1].split()[0]
                    matches = line.startswith(first) and line.endswith(f" {tail}")
                else:
                    matches = f" {line}".endswith(f" {begins} {tail}")
                if matches:
                    found = number
                    break
            check(form, found is not None, f"{name}: no line “{begins} {tail}”")
            if found is not None:
                at = found + 1


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(path):
    """Cells by sheet and place: (value, number format); text has no format."""
    book = zipfile.ZipFile(path)
    parse = lambda name: ElementTree.fromstring(book.read(name))
    shared = [
        "".join(node.text or "" for node in item.iter(f"{MAIN}t"))
        for item in parse("xl/sharedStrings.xml")
    ]
    styles = parse("xl/styles.xml")
    formats = {
        int(node.get("numFmtId")): node.get("formatCode") for node in styles.iter(f"{MAIN}numFmt")
    }
    of_style = [int(xf.get("numFmtId")) for xf in styles.find(f"{MAIN}cellXfs")]
    links = {link.get("Id"): link.get("Target") for link in parse("xl/_rels/workbook.xml.rels")}
    found = {}
    for sheet in parse("xl/workbook.xml").iter(f"{MAIN}sheet"):
        content = parse("xl/" + links[sheet.get(LINK)])
        cells = {}
        for cell in content.iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            if value is None:
                continue
            style = of_style[int(cell.get("s") or 0)]
            if cell.get("t") == "s":
                cells[cell.get("r")] = (shared[int(value.text)], None)
            else:
                cells[cell.get("r")] = (float(value.text), formats.get(style, style))
        frozen = content.find(f".//{MAIN}pane")
        filtered = content.find(f"{MAIN}autoFilter")
        found[sheet.get("name")] = (cells, frozen is not None and filtered is not None)
    charts = [name for name in book.namelist() if name.startswith("xl/charts/chart")]
    return found, charts


def column_name(number):
    return chr(ord("A") + number)


def compare_xlsx(path, tables):
    found, charts = read_xlsx(path)
    check("xlsx", len(charts) == 6, f"charts: {charts}")
    glossary = found["Skaidrojumi"][0]
    check("xlsx", glossary["A2"][0] == "Biļete" and len(glossary) > 20, "glossary")
    formats = {"minutes": "[m]:ss", "hours": "[h]:mm:ss", "percent": "0.0%", "clock": "hh:mm:ss"}
    for name, rows in tables.items():
        cells, usable = found[name]
        check("xlsx", usable or not rows, f"{name}: headings are not frozen and filtered")
        check("xlsx", f"A{len(rows) + 2}" not in cells, f"{name}: more rows than expected")
        for number, row in enumerate(rows, start=2):
            for column, figure in enumerate(row):
                place = f"{column_name(column)}{number}"
                value, shown = cells.get(place, (None, None))
                expected = as_number(figure)
                same = value == expected or (
                    isinstance(value, float)
                    and isinstance(expected, (int, float))
                    and abs(value - expected) < 1e-9
                )
                check("xlsx", same, f"{name}!{place}: {value}, not {expected}")
                if value is not None and figure[0] in formats:
                    wanted = formats[figure[0]] + ('"*"' if figure[2] else "")
                    check("xlsx", shown == wanted, f"{name}!{place}: shown as {shown}")


def compare_csv(path, report):
    raw = path.read_bytes()
    check("csv", raw.count(b"\n") == raw.count(b"\r\n") and raw.endswith(b"\r\n"), "line ends")
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines(keepends=True), strict=True))
    keys = ("scope", "subject", "period", "measure")
    values = {}
    for row in rows:
        key = tuple(row[key] for key in keys)
        if row["scope"] == "weekday":
            key = (key[0], f"{key[1]} {row['name']}", *key[2:])
        values.setdefault(key, []).append(row)
    used = set()

    def figure(scope, subject, period, measure, value, cases=None):
        key = (scope, str(subject), period, measure)
        found = values.get(key, [])
        # A clause may have more than one row of the compliance strip.
        if scope != "clause":
            check("csv", len(found) == 1, f"{key}: {len(found)} rows")
        used.add(key)
        text = "" if value is None else str(value)
        text = text.removesuffix(".0")
        check("csv", text in [row["value"] for row in found], f"{key}: not {text}")
        if cases and found:
            said = (found[0]["cases"], found[0]["small_sample"])
            check("csv", said == (str(cases[0]), str(cases[1]).lower()), f"{key}: {said}")

    def times(scope, subject, period, measure, of):
        for name in STATISTICS:
            cases = (of["count"], of["small_sample"])
            figure(scope, subject, period, f"{measure}_{name[:-2]}", of[name], cases)

    def figures(scope, subject, period, of):
        if of is None:
            return figure(scope, subject, period, "issued", None)
        for name in [*COUNTS, "unserved", "reinstated", "force_closed"]:
            figure(scope, subject, period, name, of[name])
        target = of["within_target"]
        figure(scope, subject, period, "within_target", target["n"])
        figure(scope, subject, period, "within_target_of", target["of"])
        for name in ("uncalled_late", "left_out_waiting", "left_out_cancelled"):
            figure(scope, subject, period, name, target[name])
        for name, share in (("within_target_share", target), ("no_show_rate", of["no_show_rate"])):
            cases = (share["of"], share["small_sample"])
            figure(scope, subject, period, name, share["share"], cases)
        booked = of["appointments"]
        figure(scope, subject, period, "booked", booked["booked"])
        for name in ("checked_in", "late", "missed", "cancelled"):
            figure(scope, subject, period, f"booked_{name}", booked[name])
        times(scope, subject, period, "appointment_delay", booked["delay"])
        promised = of["forecast"]
        cases = (promised["count"], promised["within_p90"]["small_sample"])
        figure(scope, subject, period, "forecast_mean_error", promised["mean_error_s"], cases)
        kept = promised["within_p90"]["share"]
        figure(scope, subject, period, "forecast_within_p90", kept, cases)
        for name in ("wait", "handling", "visit"):
            times(scope, subject, period, name, of[name])

    quarter = report["quarter"]
    parts = [("centre", "", report["total"])]
    parts += [("service", of["service"], of) for of in report["services"]]
    for scope, subject, period in parts:
        figures(scope, subject, quarter, period["quarter"])
        for month in period["months"]:
            figures(scope, subject, month["month"], month["figures"])
    for week in report["weeks"]:
        figures("centre", "", week["week"], week["figures"])
    for name, value in report["occurrences"].items():
        figure("centre", "", quarter, name.removesuffix("_s"), value)
    complete = report["completeness"]
    for name in ("days_planned", "days_due", "days_with_data"):
        figure("centre", "", quarter, name, complete[name])
    figure("centre", "", quarter, "completeness", complete["share"])
    figure("centre", "", quarter, "target", report["target_s"])
    for desk in report["desks"]:
        for name in ("finished", "stays", "busy_s", "open_s", "break_s", "utilisation"):
            figure("desk", desk["desk"], quarter, name.removesuffix("_s"), desk[name])
        times("desk", desk["desk"], quarter, "handling", desk["handling"])
    for row in report["compliance"]:
        figure("clause", row["clause"], quarter, "conforming", row["n"])
        figure("clause", row["clause"], quarter, "cases", row["of"])
        figure("clause", row["clause"], quarter, "exceptions", row["of"] - row["n"])
    for day in report["days"]:
        for name, value in day.items():
            if name not in ("date", "state", "stops"):
                name = name.removesuffix("_s")
                figure("day", day["date"], day["date"], name, value)
        figure("day", day["date"], day["date"], "stops", len(day["stops"]))
    advice = report["staffing"]
    figure("centre", "", quarter, "staffing_share", advice["share"])
    figure("centre", "", quarter, "staffing_allowance", advice["allowance"])
    for of in advice["services"]:
        cases = (of["tickets"], of["small_sample"])
        figure("service", of["service"], quarter, "desk_time_mean", of["mean_s"], cases)
    for day in advice["weekdays"]:
        for line in day["half_hours"]:
            subject = f"{day['weekday']} {line['label']}"
            cases = (line["tickets"], line["small_sample"])
            names = "measured mean_arrivals load desks_required desks_open service_level".split()
            for name in names:
                figure("weekday", subject, quarter, name, line[name], cases)
            figure("weekday", subject, quarter, "desk_time_mean", line["handling_s"], cases)
    mischief = report["mischief"]

    def presses(scope, subject, period, of):
        for name in KINDS.values():
            told = name if name.startswith("presses") else f"press_{name}"
            figure(scope, subject, period, told, of[name])

    def ghost(scope, subject, period, of):
        share = of["ghosts"]
        cases = (share["of"], share["small_sample"])
        figure(scope, subject, period, "ghost_share", share["share"], cases)
        if "ghost_s" in of:
            figure(scope, subject, period, "ghost_tickets", share["n"])
            figure(scope, subject, period, "ghost_time", of["ghost_s"])

    presses("centre", "", quarter, mischief)
    ghost("centre", "", quarter, mischief)
    for of in mischief["services"]:
        ghost("service", of["service"], quarter, of)
    for of in mischief["half_hours"]:
        ghost("half_hour", of["label"], quarter, of)
    for day in mischief["days"]:
        presses("day", day["date"], day["date"], day)
        figure("day", day["date"], day["date"], "ghost_tickets", day["ghosts"])
        figure("day", day["date"], day["date"], "ghost_time", day["ghost_s"])
    for of in report["comparisons"]:
        for name in ("days_due", "days_with_data"):
            figure("centre", "", of["quarter"], name, of["completeness"][name])
        figures("centre", "", of["quarter"], of["total"])
        for service in of["services"]:
            figures("service", service["service"], of["quarter"], service["figures"])
    flow = report["flow"]
    figure("centre", "", quarter, "days_with_tickets", flow["dates"])
    for of in flow["heat"]:
        subject = f"{of['weekday']} {half_hour(of['at'])}"
        figure("weekday", subject, quarter, "issued", of["issued"])
        times("weekday", subject, quarter, "wait", of["wait"])
    for of in flow["half_hours"]:
        for name in FLOW:
            figure("half_hour", half_hour(of["at"]), quarter, name, of[name])
    for of in flow["ecdf"]:
        figure("wait", of["within_s"], quarter, "called_within", of["called"])
        figure("wait", of["within_s"], quarter, "called_within_share", of["share"])
    for of in report["reliability"]:
        cases = (of["count"], of["within_p90"]["small_sample"])
        figure("promise", of["from_s"], quarter, "promised_mean", of["promised_s"], cases)
        times("promise", of["from_s"], quarter, "wait", of["wait"])
        for name in ("within_p50", "within_p90"):
            cases = (of[name]["of"], of[name]["small_sample"])
            figure("promise", of["from_s"], quarter, name, of[name]["share"], cases)
    for line in report["evaluations"]:
        subject = f"{line['row']} {line['method']}"
        done = line["done"] or {"days": None, "of": None}
        told = {"last": line["last"], "due": line["due"], "overdue": line["overdue_days"]}
        told |= {"held": line["held"], "days_done": done["days"], "days_of": done["of"]}
        for name, value in told.items():
            figure("evaluation", subject, quarter, name, value)

    def questions(scope, of, period, rows):
        for number, row in enumerate(rows, start=1):
            for mark, value in enumerate(row["marks"], start=1):
                figure(scope, f"{of}{number}", period, f"mark_{mark}", value)
            cases = (row["count"], row["good"]["small_sample"])
            figure(scope, f"{of}{number}", period, "mark_mean", row["mean"], cases)
            figure(scope, f"{of}{number}", period, "mark_good", row["good"]["share"], cases)

    if survey := report["survey"]:
        for period, of in [(quarter, survey), *((of["month"], of) for of in survey["months"])]:
            share = of["answered"]
            cases = (share["of"], share["small_sample"])
            figure("centre", "", period, "survey_answered", share["share"], cases)
            questions("survey", "", period, of["questions"])
        figure("centre", "", quarter, "survey_dates", survey["dates"])
        figure("centre", "", quarter, "survey_answers", survey["answered"]["n"])
        figure("centre", "", quarter, "survey_comments", survey["comments"])
        for of in survey["services"]:
            questions("survey_service", f"{of['service']} ", quarter, of["questions"])
    told = report["feedback"]
    parts = [(month["month"], month["kinds"]) for month in told["months"]]
    for period, lines in [*parts, (quarter, told["quarter"])]:
        for line in lines:
            for name, value in line.items():
                if name not in ("kind", "word"):
                    figure("feedback", line["kind"], period, name, value)
    figure("centre", "", quarter, "figures_sha256", report["sign_off"]["figures_sha256"])
    left = set(values) - used
    check("csv", not left, f"not in the JSON: {sorted(left)[:5]}")


def check_layout(path):
    """Nothing over the margins, nothing over anything else."""
    pages = re.findall(r"<page.*?</page>", path.read_text(encoding="utf-8"), re.DOTALL)
    word = re.compile(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>'
    )
    for number, page in enumerate(pages, start=1):
        boxes = [(*map(float, m.groups()[:4]), m.group(5)) for m in word.finditer(page)]
        for left, top, right, bottom, text in boxes:
            inside = left >= 41 and right <= 555 and top >= 20 and bottom <= 826
            check("layout", inside, f"page {number}: “{text}” is over the margin")
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                across = min(one[2], other[2]) - max(one[0], other[0])
                down = min(one[3], other[3]) - max(one[1], other[1])
                apart = across < 0.5 or down < 2.5
                check("layout", apart, f"page {number}: “{one[4]}” over “{other[4]}”")


def main(directory):
    directory = pathlib.Path(directory)
    report = json.loads((directory / "quarter.json").read_text(encoding="utf-8"))
    tables = sheets(report)
    text = (directory / "quarter.txt").read_text(encoding="utf-8")
    long = ("Dienas", "Spiedieni pa dienām", "Pusstundas", "Nedēļas pusstundas", "Sadalījums")
    on_screen = {name: rows for name, rows in tables.items() if name not in long}
    compare_print("text", text, on_screen)
    compare_print("pdf", (directory / "quarter.pdf.txt").read_text(encoding="utf-8"), tables)
    compare_xlsx(directory / "quarter.xlsx", tables)
    compare_csv(directory / "quarter.csv", report)
    check_layout(directory / "quarter.pdf.html")
    print(json.dumps(compared))
    for problem in problems[:40]:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
