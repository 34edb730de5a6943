/** Decides, for one list of fields and one plan, what the scanner does with each place of a tuple. */
import { type ColumnStorage, STORAGES_OF } from './batch.ts';
import type { BatchBuilder } from './batch-builder.ts';
import { ColumnBuilder } from './column-builder.ts';
import { RtdpError } from './error.ts';
import {
  ID_FIELD,
  OPERATION_FIELD,
  readsNullWord,
  TIMESTAMP_FIELD,
  type UmsField,
  type UmsType,
  UNIQUE_FIELD,
} from './types.ts';

/** Numbers, for the scanner switches on them for every value. */
export const ACTION = {
  id: 0,
  timestamp: 1,
  operation: 2,
  uniqueText: 3,
  skip: 4,
  text: 5,
  textOrNullWord: 6,
  longText: 7,
  decimalText: 8,
  dateText: 9,
  datetimeText: 10,
  base64Text: 11,
  jsonText: 12,
  integerText: 13,
  numberText: 14,
  booleanText: 15,
  int32: 16,
  longInt64: 17,
  integerInt64: 18,
  integerFloat64: 19,
  float64: 20,
  boolean: 21,
  /** A form that only the plain reader takes. */
  plainOnly: 22,
} as const;

/** Actions below it belong to system fields. */
export const FIRST_DATA_ACTION = ACTION.skip;

export interface TupleLayout {
  /** The message's own fields, system fields included. */
  readonly fields: readonly UmsField[];
  readonly actions: Uint8Array;
  /** Parallel to `actions`; a builder that is never written where there is no column. */
  readonly builders: readonly ColumnBuilder[];
  /** The plan's column for each place, −1 = none. */
  readonly planned: readonly number[];
}

export interface ReaderPlan {
  /** Without system fields. */
  readonly fields: readonly UmsField[];
  /** Parallel to `fields`. */
  readonly storages: readonly (ColumnStorage | 'skip')[];
}

/** @throws UMS_PLAN if a storage cannot hold its type, or the lists are not parallel */
export function checkPlan(plan: ReaderPlan): void {
  if (plan.fields.length !== plan.storages.length) {
    throw planError(`${plan.storages.length} storages stand for ${plan.fields.length} fields`, {});
  }
  for (const [index, field] of plan.fields.entries()) {
    const storage = plan.storages[index]!;
    if (storage !== 'skip' && !STORAGES_OF[field.type].includes(storage)) {
      const possible = STORAGES_OF[field.type].join(', ');
      throw planError(`${field.name} is of type ${field.type}, which ${storage} does not hold (but ${possible})`, {
        column: field.name,
      });
    }
  }
}

/** @throws UMS_PLAN if the message lacks a planned column or has it in another type */
export function layOut(fields: readonly UmsField[], plan: ReaderPlan, builder: BatchBuilder): TupleLayout {
  const planIndex = new Map(plan.fields.map((field, index) => [field.name, index]));
  const nowhere = new ColumnBuilder('boolean', 1);
  const actions = new Uint8Array(fields.length);
  const builders: ColumnBuilder[] = [];
  const planned: number[] = [];
  const found = new Set<string>();
  for (const [place, field] of fields.entries()) {
    const index = planIndex.get(field.name) ?? -1;
    const column = systemBuilder(field, builder) ?? builder.columns[index] ?? null;
    const system = systemAction(field);
    if (column !== null && system === undefined) {
      const expected = plan.fields[index]!;
      if (expected.type !== field.type) {
        throw planError(
          `${field.name} is of type ${field.type} in the message, but of type ${expected.type} in the plan`,
          {
            column: field.name,
          },
        );
      }
      found.add(field.name);
    }
    actions[place] = system ?? (column === null ? ACTION.skip : actionOf(field, column.storage));
    builders.push(column ?? nowhere);
    planned.push(system === undefined && column !== null ? index : -1);
  }
  for (const [index, field] of plan.fields.entries()) {
    if (plan.storages[index] !== 'skip' && !found.has(field.name)) {
      throw planError(`${field.name} is not in the message`, { column: field.name });
    }
  }
  return { fields, actions, builders, planned };
}

function systemBuilder(field: UmsField, builder: BatchBuilder): ColumnBuilder | null {
  if (field.name === ID_FIELD.name) return builder.ids;
  return field.name === TIMESTAMP_FIELD.name ? builder.timestamps : null;
}

function systemAction(field: UmsField): number | undefined {
  switch (field.name) {
    case ID_FIELD.name:
      return ACTION.id;
    case TIMESTAMP_FIELD.name:
      return ACTION.timestamp;
    case OPERATION_FIELD.name:
      return ACTION.operation;
    case UNIQUE_FIELD.name:
      return field.type === 'string' ? ACTION.uniqueText : ACTION.plainOnly;
    default:
      return undefined;
  }
}

const TEXT_ACTIONS: Readonly<Record<UmsType, number>> = {
  int: ACTION.integerText,
  long: ACTION.longText,
  float: ACTION.numberText,
  double: ACTION.numberText,
  decimal: ACTION.decimalText,
  boolean: ACTION.booleanText,
  string: ACTION.text,
  date: ACTION.dateText,
  datetime: ACTION.datetimeText,
  binary: ACTION.base64Text,
  jsonobject: ACTION.jsonText,
  jsonarray: ACTION.jsonText,
};

function actionOf(field: UmsField, storage: ColumnStorage): number {
  switch (storage) {
    case 'text':
      return field.type === 'string' && readsNullWord(field) ? ACTION.textOrNullWord : TEXT_ACTIONS[field.type];
    case 'int32':
      return ACTION.int32;
    case 'int64':
      return field.type === 'int' ? ACTION.integerInt64 : ACTION.longInt64;
    case 'float64':
      return field.type === 'int' ? ACTION.integerFloat64 : ACTION.float64;
    case 'boolean':
      return ACTION.boolean;
  }
}

function planError(problem: string, facts: Record<string, unknown>): RtdpError {
  return new RtdpError({
    code: 'UMS_PLAN',
    message: `The plan of the batch reader does not fit: ${problem}.`,
    next: "Make one reader per version of a table, from that version's fields.",
    facts,
  });
}
