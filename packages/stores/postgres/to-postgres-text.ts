/** Decides Postgres' input text for values whose UMS text is another one: base64 → `\x…`, a JSON array → `{…}`. */
import type { TextColumn } from '@rtdp/ums/batch';
import type { ValueForm } from './types.ts';

export function toPostgresText(column: TextColumn, form: ValueForm, rowCount: number): TextColumn {
  if (form === 'plain') return column;
  const { bytes, offsets, nulls } = column;
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Buffer[] = [];
  const newOffsets = new Uint32Array(rowCount + 1);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    if (nulls[row] !== 1) {
      const text = source.toString('utf8', offsets[row]!, offsets[row + 1]!);
      const chunk = form === 'bytea' ? toHex(text) : Buffer.from(toArrayText(text), 'utf8');
      chunks.push(chunk);
      at += chunk.length;
    }
    newOffsets[row + 1] = at;
  }
  const converted: TextColumn = { storage: 'text', offsets: newOffsets, bytes: Buffer.concat(chunks, at), nulls };
  return column.untold ? { ...converted, untold: column.untold } : converted;
}

function toHex(base64: string): Buffer {
  const decoded = Buffer.from(base64, 'base64');
  const text = Buffer.allocUnsafe(2 + decoded.length * 2);
  text[0] = 0x5c;
  text[1] = 0x78;
  text.write(decoded.toString('hex'), 2, 'latin1');
  return text;
}

const JSON_TOKEN = /\s+|[[\],]|"(?:[^"\\]|\\.)*"|[^\s[\],"]+/gsu;

/** `[1,"a,b",null,[2]]` → `{1,"a,b",NULL,{2}}`; an array with its own lower bounds is one string, Postgres' own text: `"[0:1]={1,2}"`. Numbers keep every digit. */
export function toArrayText(text: string): string {
  if (text.startsWith('"')) return ownText(text);
  let array = '';
  for (const [token] of text.matchAll(JSON_TOKEN)) {
    switch (token[0]) {
      case '[':
        array += '{';
        break;
      case ']':
        array += '}';
        break;
      case '"':
        array += quoteElement(JSON.parse(token) as string);
        break;
      default:
        if (token.trim() !== '') array += token === 'null' ? 'NULL' : token;
    }
  }
  return array;
}

/** What is no JSON stays as it is: Postgres refuses that one row. */
function ownText(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json;
  }
}

function quoteElement(element: string): string {
  return `"${element.replace(/["\\]/g, '\\$&')}"`;
}
