/** JSON of a shape this page does not need to know in advance. */
export type Json = string | number | boolean | null | undefined | Json[] | { [name: string]: Json };
export type Row = { [name: string]: Json };

export interface ReportTable {
  title: string;
  columns: string[];
  rows: Row[];
}

const isRow = (value: Json): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nested figures become columns of their own: `wait.p90_s`. */
export function flat(row: Row, prefix = ''): Row {
  return Object.entries(row).reduce<Row>((all, [name, value]) => {
    if (isRow(value)) return { ...all, ...flat(value, `${prefix}${name}.`) };
    return Array.isArray(value) ? all : { ...all, [prefix + name]: value };
  }, {});
}

/** Every list of records in the report, with the report's own name for it; `rows` needs no title. */
export function reportTables(report: Row): ReportTable[] {
  return Object.entries(report).flatMap(([name, value]) => {
    if (!Array.isArray(value) || value.length === 0 || !value.every(isRow)) return [];
    const rows = value.map((row) => flat(row));
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return [{ title: name === 'rows' ? '' : name, columns, rows }];
  });
}

/** Figures with the Latvian decimal comma; nothing is a dash, never a zero. */
export function cellText(value: Json): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return String(value).replace('.', ',');
  return String(value);
}
