/** Decides how one side of a comparison is asked from another process: a question for each of its methods, and the shape of each answer. */
import { z } from 'zod';
import type { ComparedSide, Segment } from './compare.ts';

const keyText = z.array(z.string());
const checksum = z.object({ rows: z.number(), sum: z.string() });
const segment = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('range'), after: keyText.nullable(), upTo: keyText.nullable() }),
  z.strictObject({ kind: z.literal('bucket'), bucket: z.int().min(0), of: z.int().min(1) }),
]);

export const comparedQuestionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('estimateRows') }),
  z.strictObject({ kind: z.literal('boundary'), after: keyText.nullable(), rows: z.int().min(1) }),
  z.strictObject({ kind: z.literal('checksum'), segment }),
  z.strictObject({ kind: z.literal('bucketChecksums'), of: z.int().min(1) }),
  z.strictObject({ kind: z.literal('rowHashes'), segment }),
  z.strictObject({ kind: z.literal('rowsByKey'), keys: z.array(keyText) }),
]);
export type ComparedQuestion = z.output<typeof comparedQuestionSchema>;

const comparedFieldSchema = z.strictObject({
  name: z.string(),
  key: z.boolean().optional(),
  sourceType: z.string().optional(),
});

/** What is asked where the source of a comparison is; `rows` of its table, by the columns that are compared. */
export const sourceQuestionSchema = z.discriminatedUnion('about', [
  z.strictObject({ about: z.literal('columns') }),
  z.strictObject({ about: z.literal('clock') }),
  z.strictObject({
    about: z.literal('rows'),
    fields: z.array(comparedFieldSchema).min(1),
    question: comparedQuestionSchema,
  }),
]);
export type SourceQuestion = z.output<typeof sourceQuestionSchema>;

const comparedRow = z.object({ hash: z.string(), version: z.string(), values: z.array(z.string().nullable()) });
/** Maps travel as lists of their entries. */
const ANSWERS = {
  estimateRows: z.number(),
  boundary: keyText.nullable(),
  checksum,
  bucketChecksums: z.array(z.tuple([z.number(), checksum])),
  rowHashes: z.array(z.tuple([z.string(), z.string()])),
  rowsByKey: z.array(z.tuple([z.string(), comparedRow])),
} as const;

export async function answerQuestion(side: ComparedSide, question: ComparedQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'estimateRows':
      return side.estimateRows();
    case 'boundary':
      return side.boundary(question.after, question.rows);
    case 'checksum':
      return side.checksum(question.segment);
    case 'bucketChecksums':
      return [...(await side.bucketChecksums(question.of))];
    case 'rowHashes':
      return [...(await side.rowHashes(question.segment))];
    case 'rowsByKey':
      return [...(await side.rowsByKey(question.keys))];
  }
}

/** Sends a question to where the side is; the answer as {@link answerQuestion} gave it there. */
export type AskSide = (question: ComparedQuestion) => Promise<unknown>;

/** A side that is elsewhere. Rejects with what `ask` rejects with. */
export function askedSide(
  description: Pick<ComparedSide, 'columns' | 'keyColumns' | 'ordered'>,
  ask: AskSide,
): ComparedSide {
  const { columns, keyColumns, ordered } = description;
  return {
    columns,
    keyColumns,
    ordered,
    estimateRows: async () => ANSWERS.estimateRows.parse(await ask({ kind: 'estimateRows' })),
    boundary: async (after, rows) =>
      ANSWERS.boundary.parse(await ask({ kind: 'boundary', after: after === null ? null : [...after], rows })),
    checksum: async (part) => ANSWERS.checksum.parse(await ask({ kind: 'checksum', segment: sent(part) })),
    bucketChecksums: async (of) => new Map(ANSWERS.bucketChecksums.parse(await ask({ kind: 'bucketChecksums', of }))),
    rowHashes: async (part) => new Map(ANSWERS.rowHashes.parse(await ask({ kind: 'rowHashes', segment: sent(part) }))),
    rowsByKey: async (keys) =>
      new Map(ANSWERS.rowsByKey.parse(await ask({ kind: 'rowsByKey', keys: keys.map((key) => [...key]) }))),
  };
}

function sent(part: Segment): z.output<typeof segment> {
  if (part.kind === 'bucket') return part;
  const { kind, after, upTo } = part;
  return { kind, after: after === null ? null : [...after], upTo: upTo === null ? null : [...upTo] };
}
