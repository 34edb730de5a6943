/** Shows that past figures are kept for a day, once per quarter of a minute, thinned without losing a peak, and only shown to their organisation. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { FIGURES, FigureRing, figuresMigration, figuresOfProcessesMigration, thin } from './figure-ring.ts';
import { openMetadata } from './metadata.ts';

const ORGANISATION = '00000000-0000-4000-8000-000000000001';
const OTHER = '00000000-0000-4000-8000-000000000002';

test('figures are kept for their time and no longer', async () => {
  await using metadata = await testPostgres();
  const database = await openMetadata({
    url: metadata.url,
    schema: 'ring',
    migrations: [figuresMigration('001-figures'), figuresOfProcessesMigration('002-processes')],
  });
  try {
    let now = Date.parse('2026-03-01T12:00:03Z');
    const ring = new FigureRing({ database, now: () => now, process: 'one', sums: [] });
    const sample = (lag: number | null) => [{ organisationId: ORGANISATION, subject: 'shop', values: { lag } }];
    await ring.record(sample(1));
    // Once more in the same quarter of a minute.
    await ring.record(sample(9));
    now += FIGURES.everySeconds * 1_000;
    await ring.record(sample(null));
    expect(await ring.past(ORGANISATION, 'shop', 1, 100)).toEqual([
      { at: '2026-03-01T12:00:00.000Z', values: { lag: 1 } },
      { at: '2026-03-01T12:00:15.000Z', values: { lag: null } },
    ]);
    expect(await ring.past(OTHER, 'shop', 1, 100)).toEqual([]);
    now += FIGURES.keptHours * 3_600_000;
    await ring.record(sample(3));
    expect((await ring.past(ORGANISATION, 'shop', 48, 100)).map(({ values }) => values.lag)).toEqual([3]);
  } finally {
    await database.destroy();
  }
});

test('what several processes see of one thing is shown together: parts added up, of all else the worst', async () => {
  await using metadata = await testPostgres();
  const database = await openMetadata({
    url: metadata.url,
    schema: 'ring',
    migrations: [figuresMigration('001-figures'), figuresOfProcessesMigration('002-processes')],
  });
  try {
    let now = Date.parse('2026-03-01T12:00:03Z');
    const ringOf = (process: string) => new FigureRing({ database, now: () => now, process, sums: ['rate', 'bytes'] });
    const sample = (values: Record<string, number | null>) => [
      { organisationId: ORGANISATION, subject: 'flow', values },
    ];
    await ringOf('a').record(sample({ rate: 10, bytes: null, lag: 3, latency: null }));
    await ringOf('b').record(sample({ rate: 5, bytes: null, lag: 40, latency: 7 }));
    now += FIGURES.everySeconds * 1_000;
    await ringOf('b').record(sample({ rate: 4, bytes: 2, lag: 1, latency: 8 }));
    expect((await ringOf('c').past(ORGANISATION, 'flow', 1, 100)).map(({ values }) => values)).toEqual([
      { rate: 15, bytes: null, lag: 40, latency: 7 },
      { rate: 4, bytes: 2, lag: 1, latency: 8 },
    ]);
  } finally {
    await database.destroy();
  }
});

test('thinning keeps every peak, and null only where nothing is known', () => {
  const at = (second: number) => `2026-03-01T12:00:${String(second).padStart(2, '0')}.000Z`;
  const samples = [1, 7, null, 2, null, null].map((lag, second) => ({ at: at(second), values: { lag } }));
  expect(thin(samples, 3)).toEqual([
    { at: at(0), values: { lag: 7 } },
    { at: at(2), values: { lag: 2 } },
    { at: at(4), values: { lag: null } },
  ]);
  expect(thin(samples, 6)).toEqual(samples);
});
