import type { Schemas } from './api/types';

export type RegisterLine = Schemas['RegisterLine'];

/** The lines of one criterion. */
export interface Criterion {
  row: number;
  name: string;
  lines: RegisterLine[];
}

/** By criterion: those with something overdue first, and in each the longest overdue first. */
export function byCriterion(lines: RegisterLine[]): Criterion[] {
  const groups: Criterion[] = [];
  for (const line of lines) {
    const group = groups.find(({ row }) => row === line.row);
    if (group) group.lines.push(line);
    else groups.push({ row: line.row, name: line.criterion, lines: [line] });
  }
  for (const group of groups) group.lines.sort((one, other) => other.overdue_days - one.overdue_days);
  const late = ({ lines }: Criterion) => lines.some((line) => line.overdue_days > 0);
  return groups.sort((one, other) => Number(late(other)) - Number(late(one)) || one.row - other.row);
}
