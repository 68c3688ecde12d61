"""Public holidays of Latvia as the package `holidays` knows them, as JSON: {date: [names]}.

Usage: holidays_lv.py FIRST_YEAR LAST_YEAR
"""

import json
import sys

import holidays


def main() -> None:
    first, last = (int(year) for year in sys.argv[1:3])
    known = holidays.country_holidays("LV", years=range(first, last + 1), language="lv")
    table = {str(date): known.get_list(date) for date in sorted(known)}
    json.dump(table, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
