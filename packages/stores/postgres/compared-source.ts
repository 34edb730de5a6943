/** Decides how the source's side of a comparison is read where its server can be reached, and asked for from where it cannot. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { answerQuestion, askedSide, type SourceQuestion } from '../compare-wire.ts';
import { type ComparedField, describeSide, PostgresComparedSide } from './checksum.ts';
import type { FollowedSource } from './compare-tables.ts';
import { qualify } from './dialect.ts';
import { readClock } from './read-definition.ts';
import { readSourceColumns, type SourceColumns } from './source-columns.ts';

const columnsSchema = z.object({
  names: z.array(z.tuple([z.string(), z.string()])),
  virtual: z.array(z.string()),
});

/** @throws STORE_NOT_COMPARABLE if the source has no such table, and what the server says */
export async function answerSourceQuestion(
  pool: Pool,
  { schema, table }: { schema: string; table: string },
  asked: SourceQuestion,
): Promise<unknown> {
  if (asked.about === 'clock') return readClock(pool);
  const columns = await readSourceColumns(pool, schema, table);
  if (asked.about === 'columns') {
    return { names: [...columns.names], virtual: [...columns.virtual] } satisfies z.input<typeof columnsSchema>;
  }
  return answerQuestion(sideOf(pool, qualify(schema, table), columns, asked.fields), asked.question);
}

/** A source whose questions `ask` takes to where its server can be reached. */
export function askedSource(ask: (question: SourceQuestion) => Promise<unknown>): FollowedSource & AskedClock {
  return {
    async columns() {
      const { names, virtual } = columnsSchema.parse(await ask({ about: 'columns' }));
      return { names: new Map(names), virtual: new Set(virtual) };
    },
    side(fields) {
      // A field has more than its side has to know.
      const known = fields.map(({ name, key, sourceType }) => ({ name, key, sourceType }));
      return askedSide(describeSide(fields), (question) => ask({ about: 'rows', fields: known, question }));
    },
    clock: async () => z.string().parse(await ask({ about: 'clock' })),
  };
}

export interface AskedClock {
  /** See {@link readClock}. */
  clock(): Promise<string>;
}

function sideOf(pool: Pool, table: string, { from, names }: SourceColumns, fields: readonly ComparedField[]) {
  return new PostgresComparedSide({ pool, table, from, names, fields, versioned: true });
}
