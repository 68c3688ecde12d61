/** A notice on one sheet of A4 for stand and door, printed by the browser. */
import '../theme/notice-sheet.css';
import type { PostedNotice } from '../lib/api/types';
import { isoDateText } from '../lib/time';

const PRINTS_SHEET = 'prints-notice';

function line(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/** The sheet is Latvian whatever language the page is in: customers read it. */
export function noticeSheet(centre: string, notice: PostedNotice): HTMLElement {
  const sheet = document.createElement('article');
  sheet.className = 'notice-sheet';
  sheet.lang = 'lv';
  const dates =
    notice.from === notice.until
      ? isoDateText(notice.from)
      : `${isoDateText(notice.from)}–${isoDateText(notice.until)}`;
  sheet.append(
    line('p', centre),
    line('h1', 'Paziņojums klientiem'),
    line('p', dates),
    line('p', notice.text),
  );
  return sheet;
}

export function printNotice(centre: string, notice: PostedNotice): void {
  const sheet = noticeSheet(centre, notice);
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
