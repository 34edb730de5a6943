import { describe, expect, it } from 'vitest';
import { bytesText, messagesText, millisecondsText, rateText } from './quantities.ts';
import { renderJson, renderTable } from './table.ts';

describe('renderTable', () => {
  const columns = [
    { title: 'name', value: (row: { name: string; rows: number | null }) => row.name },
    { title: 'rows', value: (row: { name: string; rows: number | null }) => row.rows, align: 'right' as const },
  ];
  it('aligns, puts numbers to the right and shows nothing as a dash', () => {
    const rows = [
      { name: 'orders', rows: 12345 },
      { name: '上海', rows: null },
    ];
    expect(renderTable(rows, columns, 'none')).toBe('name     rows\norders  12345\n上海        –\n');
  });
  it('says in a line that there is nothing', () => {
    expect(renderTable([], columns, 'No flows yet.')).toBe('No flows yet.\n');
  });
});

describe('quantities and JSON', () => {
  it('writes units', () => {
    expect([bytesText(0), bytesText(1536), bytesText(5 * 1024 ** 3)]).toEqual(['0 B', '1.5 KB', '5.0 GB']);
    expect([millisecondsText(12.3), millisecondsText(1500), millisecondsText(null)]).toEqual(['12 ms', '1.5 s', '–']);
    expect([rateText(2.345), rateText(1234)]).toEqual(['2.3/s', '1234/s']);
    expect([0, 1, 1200].map(messagesText)).toEqual(['0 messages', '1 message', '1200 messages']);
  });
  it('keeps every digit of an id', () => {
    expect(JSON.parse(renderJson({ id: 9007199254740993n }))).toEqual({ id: '9007199254740993' });
  });
});
