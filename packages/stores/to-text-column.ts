/** Decides the plain text of a value that arrives in a typed column, so that everything behind it knows texts alone. */
import type { Column, TextColumn } from '@rtdp/ums/batch';

/** A text column as it is; any other storage rendered once. Nulls and untold marks stay. */
export function toTextColumn(column: Column, rowCount: number): TextColumn {
  if (column.storage === 'text') return column;
  const offsets = new Uint32Array(rowCount + 1);
  // A number has at most 25 characters in its shortest form.
  const bytes = Buffer.allocUnsafe(rowCount * 25);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    if (column.nulls[row] !== 1) at += bytes.write(textOf(column, row), at, 'latin1');
    offsets[row + 1] = at;
  }
  const text: TextColumn = { storage: 'text', offsets, bytes, nulls: column.nulls };
  return column.untold ? { ...text, untold: column.untold } : text;
}

function textOf(column: Exclude<Column, TextColumn>, row: number): string {
  switch (column.storage) {
    case 'boolean':
      return column.values[row] === 1 ? 'true' : 'false';
    case 'float64': {
      const value = column.values[row]!;
      return Object.is(value, -0) ? '-0' : String(value);
    }
    default:
      return String(column.values[row]);
  }
}
