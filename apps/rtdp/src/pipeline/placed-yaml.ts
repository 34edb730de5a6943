/** Decides where in a YAML text each of its parts stands. */
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';

export interface Place {
  line: number;
  column: number;
}

export interface PlacedYaml {
  /** What the text says, where it is YAML. */
  value: unknown;
  /** Why it is not. */
  errors: (Place & { message: string })[];
  /** Of the value at a path, or of a key in it; what is missing stands where what should hold it does. */
  placeOf(path: readonly PropertyKey[], key?: string): Place;
}

export function readPlacedYaml(text: string): PlacedYaml {
  const lines = new LineCounter();
  // The pretty form of an error would print the line itself, in which a password may stand.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const errors = document.errors.map((error) => ({ ...placeAt(error.pos[0]), message: error.message }));
  return {
    value: errors.length === 0 ? document.toJS() : undefined,
    errors,
    placeOf: (path, key) => placeAt(offsetOf(document, path, key)),
  };
}

function offsetOf(document: Document, path: readonly PropertyKey[], key?: string): number {
  const holder: unknown = key === undefined ? undefined : path.length === 0 ? document.contents : document.getIn(path);
  const pair = isMap(holder) ? holder.items.find((each) => isScalar(each.key) && each.key.value === key) : undefined;
  if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range !== undefined) return node.range[0];
  }
  return 0;
}
