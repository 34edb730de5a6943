/** Decides how the command line shows rows: aligned columns for a person, JSON for a program. */

export type Cell = string | number | boolean | bigint | null | undefined;

export interface TableColumn<Row> {
  title: string;
  value: (row: Row) => Cell;
  /** Numbers stand to the right. */
  align?: 'left' | 'right';
}

const NOTHING = '–';

/** Rows as lines with aligned columns; an empty list says so in one line. */
export function renderTable<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], empty: string): string {
  if (rows.length === 0) return `${empty}\n`;
  const cells = rows.map((row) => columns.map(({ value }) => cellText(value(row))));
  const widths = columns.map(({ title }, at) => Math.max(width(title), ...cells.map((line) => width(line[at] ?? ''))));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const space = ' '.repeat((widths[at] ?? 0) - width(text));
        return columns[at]?.align === 'right' ? space + text : text + space;
      })
      .join('  ')
      .trimEnd();
  return `${[line(columns.map(({ title }) => title)), ...cells.map(line)].join('\n')}\n`;
}

/** JSON for programs: big integers as text, so that no digit is lost. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2)}\n`;
}

function cellText(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? NOTHING : String(cell);
}

/** Columns on a terminal; East Asian wide characters take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/.test(character)
      ? 2
      : 1;
  }
  return columns;
}
