/**
 * Whole quarters of another system's tickets, as CSV to import: on every working day two desks and thirty customers,
 * in each later quarter a little more of a wait.
 */
const OPENS_S = 9 * 3600;
const TICKETS = 30;
const EVERY_S = 600;
const SERIES = ['P', 'S', 'K'];
/** What a quarter's customers wait more than those of the quarter named before it, seconds. */
const MORE_S = 240;

/** "2026-Q3" */
export function quarterBefore(quarter: string): string {
  const [year, number] = [Number(quarter.slice(0, 4)), Number(quarter.slice(6))];
  return number === 1 ? `${year - 1}-Q4` : `${year}-Q${number - 1}`;
}

export const yearBefore = (quarter: string) => `${Number(quarter.slice(0, 4)) - 1}${quarter.slice(4)}`;

/** Its working days, as dates. */
function workingDays(quarter: string): string[] {
  const [year, number] = [Number(quarter.slice(0, 4)), Number(quarter.slice(6))];
  const days: string[] = [];
  const end = Date.UTC(year, 3 * number);
  for (let day = Date.UTC(year, 3 * (number - 1)); day < end; day += 24 * 3600_000)
    if (new Date(day).getUTCDay() % 6 !== 0) days.push(new Date(day).toISOString().slice(0, 10));
  return days;
}

export const ticketsOf = (quarter: string) => workingDays(quarter).length * TICKETS;

/** The quarters' tickets, oldest first. */
export function quarters(names: readonly string[]): string {
  const rows = ['service,issued_at,called_at,arrived_at,finished_at,desk,outcome,number'];
  names.forEach((quarter, index) => {
    for (const day of workingDays(quarter)) rows.push(...dayOf(day, MORE_S * (index + 1)));
  });
  return `${rows.join('\n')}\n`;
}

function dayOf(day: string, wait: number): string[] {
  const moment = (second: number) => `${day} ${new Date(1000 * second).toISOString().slice(11, 19)}`;
  return Array.from({ length: TICKETS }, (_, at) => {
    const service = (at % 3) + 1;
    const issued = OPENS_S + at * EVERY_S;
    // About noon there are more customers than desks.
    const called = issued + wait + Math.max(0, 6 - Math.abs(at - 18)) * 90;
    const number = `${SERIES[service - 1]} ${String(Math.floor(at / 3) + 1).padStart(3, '0')}`;
    const desk = (at % 2) + 1;
    const [arrived, finished, outcome] =
      at === 11
        ? ['', moment(called + 60), 'no_show']
        : [moment(called + 20), moment(called + 800), 'finished'];
    return [service, moment(issued), moment(called), arrived, finished, desk, outcome, number].join();
  });
}
