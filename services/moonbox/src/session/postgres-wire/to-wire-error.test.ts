import { createQueryEngine } from '@rtdp/engine/query-engine';
import { parseTypeText } from '@rtdp/sql/pg-type';
import { expect, test } from 'vitest';
import { toWireError } from './to-wire-error.ts';

test('what a value does wrong in the engine has the SQLSTATE that Postgres gives it', async () => {
  const engine = await createQueryEngine({ threads: 1, memoryLimit: '256MB' });
  for (const [expression, state] of [
    ['rtdp_int8_divide(1, 0)', '22012'],
    ['CAST(3 AS INTEGER) * CAST(1000000000 AS INTEGER)', '22003'],
    ['CAST(CAST(9223372036854775808 AS DECIMAL(20, 0)) AS BIGINT)', '22003'],
    [`rtdp_text_to_int8('abc')`, '22P02'],
    [`rtdp_text_to_date('2024-02-30')`, '22008'],
    [`error('anything else')`, '22000'],
  ] as const) {
    await using query = await engine.openQuery();
    const run = query.run(`SELECT CAST(${expression} AS VARCHAR)`, [
      { name: 'a', type: parseTypeText('text'), typeText: 'text' },
    ]);
    const error = await run[Symbol.asyncIterator]()
      .next()
      .then(String, (reason: unknown) => reason);
    expect(toWireError(error), expression).toMatchObject({ state, isUnexpected: false });
  }
  await engine.close();
});
