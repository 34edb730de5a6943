/**
 * Decides whether the readers are sound: every spoiled message is either a valid one or refused with path and value, and the batch reader
 * takes exactly what the plain reader takes, with exactly the same values.
 */
import {
  type Batch,
  type Column,
  type ColumnStorage,
  STORAGES_OF,
  type TextColumn,
  UNCHANGED,
  UNKNOWN,
} from './batch.ts';
import { BatchReader } from './batch-reader.ts';
import { isRtdpError, type RtdpError } from './error.ts';
import { readMessage, type UmsMessage, writeMessage } from './message.ts';
import { peekHead } from './message-head.ts';
import { isDataKind } from './message-kinds.ts';
import { mutate } from './message-mutations.ts';
import { createRandom, type Random, randomMessage } from './random-message.ts';
import { dataFields, type UmsField, type UmsValue } from './types.ts';

export interface FuzzFigures {
  readonly cases: number;
  /** Mutated messages that are still valid. */
  readonly valid: number;
  readonly refused: number;
  /** Valid ones that the scanner took without the plain reader. */
  readonly scanned: number;
  /** Refusals by code. */
  readonly codes: Readonly<Record<string, number>>;
}

/** Making a message costs as much as checking some. */
const MUTANTS_OF_ONE = 8;

/** @throws Error with seed, case and message at the first disagreement */
export function fuzzMessages(options: { readonly seed: number; readonly cases: number }): FuzzFigures {
  const codes: Record<string, number> = {};
  let valid = 0;
  let scanned = 0;
  let original = randomMessage(createRandom(options.seed));
  let written = writeMessage(original);
  for (let index = 0; index < options.cases; index++) {
    const random = createRandom(options.seed * 1_000_003 + index);
    if (index % MUTANTS_OF_ONE === 0) {
      original = randomMessage(random);
      written = writeMessage(original);
    }
    const bytes = mutate(written, random);
    try {
      const outcome = checkMessage(bytes, original.fields, random);
      if (typeof outcome === 'string') codes[outcome] = (codes[outcome] ?? 0) + 1;
      else {
        valid++;
        if (outcome.scanned) scanned++;
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`seed ${options.seed}, case ${index}: ${reason}\n${JSON.stringify(bytes.toString('latin1'))}`, {
        cause,
      });
    }
  }
  return { cases: options.cases, valid, refused: options.cases - valid, scanned, codes };
}

/**
 * Reads the bytes in both ways. @returns the code of the refusal, or how it was taken
 * @throws Error if the ways disagree, or an error does not say path and value
 */
export function checkMessage(
  bytes: Buffer,
  fieldsBefore: readonly UmsField[],
  random: Random,
): string | { scanned: boolean } {
  const plain = attempt(() => readMessage(bytes));
  const head = attempt(() => checkHead(bytes));
  if (isRtdpError(plain)) {
    expectNamed(plain);
    // A column that no plan asks for is not checked: so ask for all that the message has.
    const reader = readerFor(isRtdpError(head) ? fieldsBefore : head.fields, random);
    const refusal = attempt(() => reader.append(bytes));
    if (!isRtdpError(refusal)) throw new Error(`the batch reader takes what the plain one refuses (${plain.message})`);
    if (reader.rowCount !== 0) throw new Error('a refused message left rows behind');
    return plain.code;
  }
  if (isRtdpError(head)) throw new Error(`peekHead refuses what the plain reader takes (${head.message})`);
  // A member that stands twice counts by its later place, which a look at the head cannot see.
  if (!saysTwice(bytes)) expectSameHead(head, plain);
  if (!isDataKind(plain.kind)) return { scanned: false };
  if (JSON.stringify(readMessage(writeMessage(plain)).rows) !== JSON.stringify(plain.rows)) {
    throw new Error('what was read does not survive being written and read again');
  }
  const reader = readerFor(plain.fields, random);
  // Twice: the second time the head is known and there are rows before.
  for (let round = 0; round < 2; round++) {
    const added = attempt(() => reader.append(bytes));
    if (isRtdpError(added)) throw new Error(`the batch reader refuses what the plain one takes: ${added.message}`);
  }
  const plainRounds = reader.counts.plain;
  expectSameRows(reader.take(), plain, 2);
  return { scanned: plainRounds === 0 };
}

function readerFor(fields: readonly UmsField[], random: Random): BatchReader {
  const columns = dataFields(fields);
  const storages = columns.map(
    (field): ColumnStorage => (random.chance(0.5) ? 'text' : random.pick(STORAGES_OF[field.type])),
  );
  return new BatchReader({ fields: columns, storages });
}

function attempt<T>(act: () => T): T | RtdpError {
  try {
    return act();
  } catch (error) {
    if (isRtdpError(error)) return error;
    throw new Error(`an error that is not ours: ${error instanceof Error ? error.stack : error}`, { cause: error });
  }
}

function expectNamed(error: RtdpError): void {
  const { path, value } = error.facts;
  if (typeof path !== 'string' || typeof value !== 'string' || error.next === '') {
    throw new Error(`${error.code} names no path and value: ${JSON.stringify(error.facts)}`);
  }
}

function checkHead(bytes: Buffer): Pick<UmsMessage, 'kind' | 'namespace' | 'batchId' | 'fields' | 'context'> {
  const { kind, namespace, batchId, fields, context } = peekHead(bytes);
  const found = context();
  return { kind, namespace, batchId, fields: fields(), ...(found === undefined ? {} : { context: found }) };
}

/** Whether any object of the message has a member twice: then it has more `"name":` than the parsed value has members. */
function saysTwice(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  const written = text.match(/"(?:[^"\\]|\\.)*"\s*:?/g)?.filter((token) => token.endsWith(':')).length ?? 0;
  return written > countMembers(JSON.parse(text));
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, member) => sum + countMembers(member), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

function expectSameHead(
  head: Pick<UmsMessage, 'kind' | 'namespace' | 'batchId' | 'fields' | 'context'>,
  plain: UmsMessage,
): void {
  const { kind, namespace, batchId, fields, context } = plain;
  const ours = JSON.stringify([head.kind, head.namespace, head.batchId, head.fields, head.context]);
  const theirs = JSON.stringify([kind, namespace, batchId, fields, context]);
  if (ours !== theirs) throw new Error(`peekHead says ${ours}, the plain reader ${theirs}`);
}

function expectSameRows(batch: Batch, plain: UmsMessage, rounds: number): void {
  const count = plain.rows.length * rounds;
  if (batch.rowCount !== count) throw new Error(`${batch.rowCount} rows in the batch, ${count} in the message`);
  if (batch.namespace !== plain.namespace && count > 0) throw new Error(`namespace ${batch.namespace}`);
  for (let row = 0; row < count; row++) {
    const index = row % plain.rows.length;
    for (const [place, field] of plain.fields.entries()) {
      const expected = plain.rows[index]![place]!;
      const shown = `row ${row}, ${field.name}: ${JSON.stringify(expected)} in the message`;
      const mark = plain.unchanged?.[index]?.includes(place)
        ? UNCHANGED
        : plain.unknown?.[index]?.includes(place)
          ? UNKNOWN
          : 0;
      const found = cellOf(batch, field, row);
      if (found === undefined) continue;
      if (!same(expected, found.value)) throw new Error(`${shown}, ${JSON.stringify(found.value)} in the batch`);
      if (found.mark !== mark) throw new Error(`${shown}, untold ${mark}, but ${found.mark} in the batch`);
    }
  }
}

function cellOf(batch: Batch, field: UmsField, row: number): { value: UmsValue; mark: number } | undefined {
  switch (field.name) {
    case 'ums_id_':
      return { value: batch.ids[row]!.toString(), mark: 0 };
    case 'ums_ts_':
      return { value: textAt(batch.timestamps, row), mark: 0 };
    case 'ums_op_':
      return { value: String.fromCharCode(batch.operations[row]!), mark: 0 };
    case 'ums_uid_':
      return undefined;
    default: {
      const column = batch.columns[batch.fields.findIndex((candidate) => candidate.name === field.name)]!;
      return { value: columnValue(column, field, row), mark: column.untold?.[row] ?? 0 };
    }
  }
}

function columnValue(column: Column, field: UmsField, row: number): UmsValue {
  if (column.nulls[row] === 1) return null;
  switch (column.storage) {
    case 'text':
      return fromText(field, textAt(column, row));
    case 'int64':
      return field.type === 'int' ? Number(column.values[row]) : column.values[row]!.toString();
    case 'boolean':
      return column.values[row] === 1;
    case 'int32':
      return column.values[row]!;
    case 'float64': {
      const value = column.values[row]!;
      return Number.isFinite(value) ? value : String(value);
    }
  }
}

function fromText(field: UmsField, text: string): UmsValue {
  switch (field.type) {
    case 'int':
      return Number(text);
    case 'float':
    case 'double':
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    default:
      return text;
  }
}

function textAt(column: TextColumn, row: number): string {
  return Buffer.from(column.bytes.subarray(column.offsets[row]!, column.offsets[row + 1]!)).toString('utf8');
}

function same(expected: UmsValue, found: UmsValue): boolean {
  return Object.is(expected, found);
}
