/** Runs every step of a flow by itself: for a dry run, values as texts, one array per row; and to find the step in which a row fails. */
import duckdb, { type DataChunk } from '@duckdb/node-bindings';
import type { Batch } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';
import type { StepResult } from './flow-contract.ts';
import { type Query, QueryFailure } from './query.ts';
import { readIntegers, rowsOf } from './read-result.ts';
import type { Scan } from './scan-batch.ts';
import { readTexts } from './string-layout.ts';

export interface StepQuery {
  readonly name: string;
  readonly fields: readonly UmsField[];
  readonly scan: Scan;
  /** Prepared when it is first needed. */
  readonly prepare: () => Promise<Query>;
}

export class StepQueries {
  readonly #steps: readonly StepQuery[];
  readonly #queries = new Map<StepQuery, Query>();

  constructor(steps: readonly StepQuery[]) {
    this.#steps = steps;
  }

  /** Throws QueryFailure. */
  async run(batch: Batch, rows: Int32Array): Promise<StepResult[]> {
    const results: StepResult[] = [];
    for (const step of this.#steps) {
      const { name, fields } = step;
      const chunks = await this.#runStep(step, batch, rows);
      const count = rowsOf(chunks);
      const sourceRows = readIntegers(chunks, 0, count);
      const columns = fields.map((_, column) =>
        chunks.flatMap((chunk) =>
          readTexts(duckdb.data_chunk_get_vector(chunk, column + 1), duckdb.data_chunk_get_size(chunk)),
        ),
      );
      results.push({
        name,
        fields,
        rows: Array.from(sourceRows, (sourceRow, row) => ({
          sourceRow,
          values: columns.map((column) => column[row]!),
        })),
      });
    }
    return results;
  }

  /** The first step in which this row fails for this reason; the last one if none of them does by itself. */
  async stepThatFails(batch: Batch, row: number, reason: string): Promise<string> {
    for (const step of this.#steps.slice(0, -1)) {
      try {
        await this.#runStep(step, batch, Int32Array.of(row));
      } catch (error) {
        if (!(error instanceof QueryFailure)) throw error;
        if (error.message === reason) return step.name;
      }
    }
    return this.#steps.at(-1)!.name;
  }

  async #runStep(step: StepQuery, batch: Batch, rows: Int32Array): Promise<DataChunk[]> {
    const { scan } = step;
    const query = this.#queries.get(step) ?? (await step.prepare());
    this.#queries.set(step, query);
    scan.batch = batch;
    scan.rows = rows;
    try {
      return await query.run();
    } finally {
      scan.batch = null;
    }
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#queries.values(), (query) => query.close()));
  }
}
