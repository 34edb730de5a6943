/** Decides what changed between two versions of a table's columns, whether flows and sinks may go on without asking, and why. */
import { RtdpError } from './error.ts';
import { isText, isWidening } from './type-widening.ts';
import type { UmsField } from './types.ts';

export type ChangeKind = 'added' | 'dropped' | 'retyped' | 'nullability' | 'key' | 'masking' | 'reordered';

export interface SchemaChange {
  /** `*` for `reordered`. */
  readonly column: string;
  readonly change: ChangeKind;
  /** `dropped` is compatible for flows that do not use the column: ask `isCompatibleFor`. */
  readonly compatible: boolean;
  /** One sentence. */
  readonly why: string;
  readonly before?: UmsField;
  readonly after?: UmsField;
  /** `added`: its place among the new columns. */
  readonly index?: number;
  /** `reordered`: all names in the new order. */
  readonly order?: readonly string[];
}

export interface SchemaDiff {
  readonly changes: readonly SchemaChange[];
  readonly compatible: boolean;
}

/** Compares by column name. Give both with or both without system fields. Equal schemas give no changes. */
export function diffSchemas(before: readonly UmsField[], after: readonly UmsField[]): SchemaDiff {
  const oldByName = new Map(before.map((field) => [field.name, field]));
  const newByName = new Map(after.map((field) => [field.name, field]));
  const dropped = before.filter((field) => !newByName.has(field.name));
  const added = after.filter((field) => !oldByName.has(field.name));
  const maybeRename = dropped.length > 0 && added.length > 0;

  const changes: SchemaChange[] = [
    ...dropped.map((field) => droppedChange(field, maybeRename)),
    ...before.flatMap((field) => {
      const now = newByName.get(field.name);
      return now === undefined ? [] : columnChanges(field, now);
    }),
    ...added.map((field) => addedChange(field, after.indexOf(field), maybeRename)),
  ];
  const order = after.map((field) => field.name);
  const reached = applyChanges(before, changes).map((field) => field.name);
  if (reached.some((name, index) => name !== order[index])) {
    changes.push({
      column: '*',
      change: 'reordered',
      compatible: true,
      why: 'Columns are found by name, not by place.',
      order,
    });
  }
  return { changes, compatible: changes.every((change) => change.compatible) };
}

/** Whether a flow that uses these columns may go on: as `compatible`, but no column that it uses may be dropped. */
export function isCompatibleFor(diff: SchemaDiff, usedColumns: ReadonlySet<string>): boolean {
  return diff.changes.every(
    (change) => change.compatible && !(change.change === 'dropped' && usedColumns.has(change.column)),
  );
}

/** `applyDiff(a, diffSchemas(a, b))` equals b. @throws UMS_DIFF if the difference was not made from these fields */
export function applyDiff(fields: readonly UmsField[], diff: SchemaDiff): UmsField[] {
  return applyChanges(fields, diff.changes);
}

function droppedChange(field: UmsField, maybeRename: boolean): SchemaChange {
  const change = { column: field.name, change: 'dropped' as const, before: field };
  if (field.key === true) return { ...change, compatible: false, why: 'The column was part of the key.' };
  if (maybeRename) return { ...change, compatible: false, why: 'A column was added too: this may be a rename.' };
  return { ...change, compatible: true, why: 'Flows that do not use the column are not touched.' };
}

function addedChange(field: UmsField, index: number, maybeRename: boolean): SchemaChange {
  const change = { column: field.name, change: 'added' as const, after: field, index };
  if (field.key === true) return { ...change, compatible: false, why: 'The column is part of the key.' };
  if (maybeRename) return { ...change, compatible: false, why: 'A column was dropped too: this may be a rename.' };
  if (!field.nullable)
    return {
      ...change,
      compatible: false,
      why: 'Rows already stored have no value for a column that may not be null.',
    };
  return { ...change, compatible: true, why: 'Rows already stored hold null.' };
}

function columnChanges(before: UmsField, after: UmsField): SchemaChange[] {
  const changes: SchemaChange[] = [];
  const add = (change: ChangeKind, compatible: boolean, why: string) =>
    changes.push({ column: before.name, change, compatible, why, before, after });
  if (before.type !== after.type || before.sourceType !== after.sourceType) {
    const widening = isWidening(before, after);
    const from = before.sourceType ?? before.type;
    const to = after.sourceType ?? after.type;
    const [wider, narrower] = isText(after) && !isText(before) ? [to, from] : [from, to];
    add('retyped', widening, widening ? `Every ${from} is also a ${to}.` : `Not every ${wider} is a ${narrower}.`);
  }
  if (before.nullable !== after.nullable) {
    add(
      'nullability',
      after.nullable,
      after.nullable ? 'All stored values stay possible.' : 'Stored rows may hold null.',
    );
  }
  if ((before.key === true) !== (after.key === true)) add('key', false, 'Rows are identified in another way.');
  if (before.encoded !== after.encoded) add('masking', false, 'Masked and plain values of one column do not compare.');
  return changes;
}

function applyChanges(fields: readonly UmsField[], changes: readonly SchemaChange[]): UmsField[] {
  let result = [...fields];
  for (const change of changes) result = applyChange(result, change);
  return result;
}

function applyChange(fields: readonly UmsField[], change: SchemaChange): UmsField[] {
  const { column, after } = change;
  if (change.change === 'reordered') {
    return (change.order ?? []).map((name) => find(fields, name));
  }
  if (change.change === 'added' && after !== undefined && change.index !== undefined) {
    if (fields.some((field) => field.name === column)) throw diffError(column, 'is there already');
    return fields.toSpliced(change.index, 0, after);
  }
  const place = fields.indexOf(find(fields, column));
  if (change.change === 'dropped') return fields.toSpliced(place, 1);
  if (after === undefined) throw diffError(column, 'has a change without its new form');
  return fields.with(place, after);
}

function find(fields: readonly UmsField[], name: string): UmsField {
  const field = fields.find((candidate) => candidate.name === name);
  if (field === undefined) throw diffError(name, 'is not among the fields');
  return field;
}

function diffError(column: string, problem: string): RtdpError {
  return new RtdpError({
    code: 'UMS_DIFF',
    message: `The column ${JSON.stringify(column)} of the difference ${problem}.`,
    next: 'Apply a difference only to the fields it was made from.',
    facts: { column },
  });
}
