/** A notice on one sheet of A4 for stand and door, printed by the browser. */
import '../theme/notice-sheet.css';
import type { Incident, PostedNotice } from '../lib/api/types';
import { clockTime, dateText, isoDateText } from '../lib/time';

const PRINTS_SHEET = 'prints-notice';

function line(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** The sheet is Latvian whatever language the page is in: customers read it. */
export function sheetOf(centre: string, dates: string, texts: string[]): HTMLElement {
  const sheet = document.createElement('article');
  sheet.className = 'notice-sheet';
  sheet.lang = 'lv';
  sheet.append(
    line('p', centre),
    line('h1', 'Paziņojums klientiem'),
    line('p', dates),
    ...texts.map((text) => line('p', text)),
  );
  return sheet;
}

export function noticeSheet(centre: string, notice: PostedNotice): HTMLElement {
  const dates =
    notice.from === notice.until
      ? isoDateText(notice.from)
      : `${isoDateText(notice.from)}–${isoDateText(notice.until)}`;
  return sheetOf(centre, dates, [notice.text]);
}

/** Of a technical failure: the problem, how long where that is foretold, where to go (A2/2/4.3). */
export function incidentSheet(centre: string, incident: Incident, timezone: string): HTMLElement {
  const problem = {
    electricity: 'pārrāvums elektrības padevē',
    internet: 'pārrāvums interneta pieslēgumā',
    other: incident.what,
  }[incident.disturbed];
  const date = dateText(incident.began_at, timezone);
  const texts = [`Klientu apkalpošana ir traucēta: ${problem}.`];
  if (incident.forecast_until) {
    const day = dateText(incident.forecast_until, timezone);
    const time = `plkst.\u00a0${clockTime(incident.forecast_until, timezone)}`;
    texts.push(`Traucējumu paredzēts novērst līdz ${day === date ? time : `${day} ${time}`}.`);
  }
  texts.push(`Lūdzam vērsties: ${incident.where_to}`);
  return sheetOf(centre, date, texts);
}

export function printSheet(sheet: HTMLElement): void {
  document.body.append(sheet);
  document.documentElement.classList.add(PRINTS_SHEET);
  window.addEventListener(
    'afterprint',
    () => {
      sheet.remove();
      document.documentElement.classList.remove(PRINTS_SHEET);
    },
    { once: true },
  );
  window.print();
}
