/** Decides how a widget's data leaves the browser: as CSV that a spreadsheet opens, as a table on the clipboard, as a picture, onto the disk. */
import type { WidgetData } from './contract.ts';

/** RFC 4180 with a byte order mark; texts that a spreadsheet would run as a formula are kept as texts. */
export function toCsv(data: WidgetData): string {
  const lines = [data.columns.map((column) => column.label || column.name), ...data.rows].map((row) =>
    row.map(field).join(','),
  );
  return `\uFEFF${lines.join('\r\n')}\r\n`;
}

/** For the clipboard: what a spreadsheet takes apart into cells. */
export function toTabs(data: WidgetData): string {
  const plain = (value: string | number | boolean | null) =>
    value === null ? '' : typeof value === 'string' ? safeText(value).replace(/[\t\r\n]+/g, ' ') : String(value);
  return [data.columns.map((column) => column.label || column.name), ...data.rows]
    .map((row) => row.map(plain).join('\t'))
    .join('\n');
}

/** A spreadsheet would run it as a formula otherwise; numbers stay as they are. */
function safeText(value: string): string {
  return /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
}

function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = safeText(value);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function download(name: string, content: string | Blob): void {
  const url =
    typeof content === 'string' && content.startsWith('data:') ? content : URL.createObjectURL(asBlob(content));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  if (url.startsWith('blob:')) setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function asBlob(content: string | Blob): Blob {
  return typeof content === 'string' ? new Blob([content], { type: 'text/csv;charset=utf-8' }) : content;
}

/** A file's name from a widget's. */
export function fileName(name: string, ending: string): string {
  return `${name.replace(/[^\p{L}\p{N}_-]+/gu, ' ').trim() || 'widget'}.${ending}`;
}
