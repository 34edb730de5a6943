import { ENGINE_FUNCTIONS } from '@rtdp/sql/engine-functions';
import { isRtdpError } from '@rtdp/ums/error';
import type { UmsField } from '@rtdp/ums/types';
import { describe, expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import { ENGINE_ERROR_CODES } from './error-codes.ts';
import type { FlowResult } from './flow-contract.ts';
import { readRows, textBatch } from './testing/text-batch.ts';

const FIELDS: UmsField[] = [
  { name: 'id', type: 'int', nullable: false, encoded: false, key: true },
  { name: 'word', type: 'string', nullable: true, encoded: false },
];

function rows(count: number, word: (row: number) => string) {
  return textBatch(
    FIELDS,
    Array.from({ length: count }, (_, row) => ({ op: 'i', values: [String(row), word(row)] })),
    ['text', 'text'],
  );
}

function definition(sql: string) {
  return { steps: [{ name: 'result', sql }], sourceName: 'source', sourceFields: FIELDS };
}

describe('the engine', { timeout: 120_000 }, () => {
  test('interrupts what takes too long, and can be used afterwards', async () => {
    const engine = await createEngine({ timeoutMilliseconds: 250 });
    const nested = Array.from({ length: 12 }).reduce<string>((inner) => `reverse(${inner})`, 'word');
    const flow = await engine.compileStateless(definition(`SELECT id, ${nested} AS x FROM source`));
    const many = rows(150_000, (row) => `some words of row ${row}`);
    await expect(flow.run(many)).rejects.toMatchObject({ code: 'ENGINE_TIMEOUT' });
    // One row may take longer than the limit too, where the cores are busy with other things.
    const afterwards = async (tries: number): Promise<FlowResult> => {
      try {
        return await flow.run(rows(1, () => 'ab'));
      } catch (error) {
        if (tries === 0 || !isRtdpError(error, 'ENGINE_TIMEOUT')) throw error;
        return await afterwards(tries - 1);
      }
    };
    const { batch } = await afterwards(50);
    expect(readRows(batch)[0]!.values[1]).toBe('ab');
    await engine.close();
  });

  test('says when the memory is not enough, and can be used afterwards', async () => {
    const engine = await createEngine({ memoryLimit: '20MB' });
    const flow = await engine.compileStateless(definition(`SELECT id, repeat(word, 9999) AS x FROM source`));
    await expect(flow.run(rows(5_000, (row) => `word ${row}`))).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_MEMORY' });
    const { batch } = await flow.run(rows(3, () => 'x'));
    expect(batch.rowCount).toBe(3);
    await engine.close();
  });

  test('refuses SQL with every problem, and reads no file', async () => {
    const engine = await createEngine();
    await expect(engine.compileStateless(definition(`SELECT id, nope, now() AS x FROM source`))).rejects.toMatchObject({
      code: 'ENGINE_FLOW_REFUSED',
      facts: { problems: [{ code: 'SQL_VOLATILE', line: 1, column: 18, step: 'result' }] },
    });
    await expect(
      engine.compileStateless(definition(`SELECT content FROM read_text('/etc/passwd')`)),
    ).rejects.toMatchObject({ code: 'ENGINE_FLOW_REFUSED' });
    await expect(engine.compileStateless(definition(`SELECT * FROM '/etc/passwd'`))).rejects.toMatchObject({
      code: 'ENGINE_FLOW_REFUSED',
    });
    await engine.close();
  });

  test('refuses what is too deep or too large, at once', async () => {
    const engine = await createEngine();
    const chain = (count: number, operator: string): string => Array.from({ length: count }).fill('id').join(operator);
    const moments = `'2024-01-01'::timestamp ${"+ interval '1 day' ".repeat(40)}`;
    for (const sql of [
      `SELECT id, ${chain(900, ' + ')} AS x FROM source`,
      `SELECT id, ${chain(6000, ' + ')} AS x FROM source`,
      `SELECT id FROM source WHERE ${'NOT '.repeat(6000)} id > 1`,
      `SELECT id, ${moments} AS x FROM source`,
    ]) {
      await expect(engine.compileStateless(definition(sql))).rejects.toMatchObject({ code: 'ENGINE_FLOW_REFUSED' });
    }
    const wide = Array.from({ length: 900 }, (_, index) => `id <> ${index}`).join(' AND ');
    await engine.compileStateless(definition(`SELECT id, ${chain(30, ' / ')} AS x FROM source WHERE ${wide}`));
    await engine.close();
  });

  test('quotes texts and names, so that no SQL of the engine comes through', async () => {
    const engine = await createEngine();
    const fields: UmsField[] = [
      FIELDS[0]!,
      { name: `a"; DROP TABLE x; --`, type: 'string', nullable: true, encoded: false },
    ];
    const flow = await engine.compileStateless({
      steps: [
        {
          name: 'result',
          sql: `SELECT id, "a""; DROP TABLE x; --" || ''' OR 1=1 --' || E'\\n\\\\' AS x FROM source WHERE "a""; DROP TABLE x; --" <> 'it''s'`,
        },
      ],
      sourceName: 'source',
      sourceFields: fields,
    });
    const { batch } = await flow.run(
      textBatch(
        fields,
        [
          { op: 'i', values: ['1', `it's`] },
          { op: 'i', values: ['2', `$1 '"`] },
        ],
        ['text', 'text'],
      ),
    );
    expect(readRows(batch).map(({ op, values }) => [op, ...values])).toEqual([
      ['d', '1', 'unknown'],
      ['i', '2', `$1 '"' OR 1=1 --\n\\`],
    ]);
    await engine.close();
  });

  test('runs many flows at the same time, each with its own batch', async () => {
    const engine = await createEngine();
    const flows = await Promise.all(
      Array.from({ length: 12 }, (_, number) =>
        engine.compileStateless(definition(`SELECT id, word || '-${number}' AS x FROM source`)),
      ),
    );
    const results = await Promise.all(
      flows.flatMap((flow, number) =>
        [0, 1, 2].map(async (round) => ({
          number,
          round,
          result: await flow.run(rows(5000, (row) => `${number}.${round}.${row}`)),
        })),
      ),
    );
    for (const { number, round, result } of results) {
      expect(readRows(result.batch)[4321]!.values).toEqual(['4321', `${number}.${round}.4321-${number}`]);
    }
    await engine.close();
    await expect(async () => engine.compileStateless(definition('SELECT id FROM source'))).rejects.toMatchObject({
      code: 'ENGINE_CLOSED',
    });
  });

  test('may be closed while flows run', async () => {
    const engine = await createEngine();
    const flows = await Promise.all(
      Array.from({ length: 6 }, () => engine.compileStateless(definition('SELECT id, reverse(word) AS x FROM source'))),
    );
    const runs = flows.map((flow) => flow.run(rows(20_000, (row) => `word ${row}`)));
    const outcomes = Promise.allSettled(runs);
    await new Promise(setImmediate);
    await flows[0]!.close();
    await engine.close();
    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected') expect(['ENGINE_TIMEOUT', 'ENGINE_CLOSED']).toContain(outcome.reason.code);
    }
    await expect(flows[1]!.run(rows(1, () => 'x'))).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
  });

  test('refuses a batch that was read for something else', async () => {
    const engine = await createEngine();
    const flow = await engine.compileStateless(definition(`SELECT id, upper(word) AS x FROM source`));
    const skipped = textBatch(FIELDS, [{ op: 'i', values: ['1', 'a'] }], ['text', 'skip']);
    await expect(flow.run(skipped)).rejects.toMatchObject({
      code: 'ENGINE_BATCH_MISMATCH',
      facts: { column: 'word', needed: 'text' },
    });
    await engine.close();
  });

  test('gives the same for a batch of any size as for its rows alone', async () => {
    const engine = await createEngine();
    const flow = await engine.compileStateless(
      definition(
        `SELECT id, CASE WHEN word LIKE '%7%' THEN NULL ELSE word || 'é' || word END AS x FROM source WHERE word NOT LIKE '%3%'`,
      ),
    );
    const word = (row: number): string => 'long text '.repeat(row % 4) + row;
    const whole = readRows((await flow.run(rows(7000, word))).batch);
    expect(whole).toHaveLength(7000);
    for (const row of [0, 1, 3, 7, 2047, 2048, 2049, 4095, 4096, 6999]) {
      const alone = readRows(
        (await flow.run(textBatch(FIELDS, [{ op: 'i', values: [String(row), word(row)] }], ['text', 'text']))).batch,
      );
      expect({ ...whole[row]!, id: 0n }).toEqual({ ...alone[0]!, id: 0n });
    }
    await engine.close();
  });
});

test('codes and names are spelt as the others expect them', () => {
  for (const code of Object.keys(ENGINE_ERROR_CODES)) expect(code).toMatch(/^ENGINE_[A-Z_]+$/);
  for (const name of Object.keys(ENGINE_FUNCTIONS)) expect(name).toMatch(/^rtdp_[a-z0-9_]+$/);
});
