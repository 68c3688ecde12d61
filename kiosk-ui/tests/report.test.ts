import { describe, expect, it } from 'vitest';
import { cellText, reportTables } from '../src/manager/report';

describe('report tables', () => {
  it('shows every list of records and flattens nested figures', () => {
    const tables = reportTables({
      centre: 'Rīga',
      rows: [
        { service: 1, wait: { p50_s: 60, p90_s: 120 } },
        { service: 2, share: 0.5 },
      ],
      empty: [],
    });
    expect(tables).toEqual([
      {
        title: '',
        columns: ['service', 'wait.p50_s', 'wait.p90_s', 'share'],
        rows: [
          { service: 1, 'wait.p50_s': 60, 'wait.p90_s': 120 },
          { service: 2, share: 0.5 },
        ],
      },
    ]);
  });

  it('tells nothing from zero', () => {
    expect(cellText(null)).toBe('–');
    expect(cellText(0)).toBe('0');
    expect(cellText(45.6)).toBe('45,6');
  });
});
