/** What a session asks by object ids is answered from the picture that told them, whatever comes anew; what goes is gone at once. */
import { expect, it } from 'vitest';
import { NO_BINDING } from '../portal.ts';
import { asksByObjectId } from './object-ids.ts';
import { type Sight, SteadySight } from './steady-sight.ts';

function sight(tables: Readonly<Record<string, readonly string[]>>): Sight {
  const databases = [
    {
      name: 'shop',
      tables: Object.entries(tables).map(([name, columns]) => ({
        name,
        kind: 'table' as const,
        primaryKey: [],
        columns: columns.map((column) => ({
          name: column,
          type: { name: 'text' as const },
          typeText: 'text',
          nullable: true,
          exact: true,
        })),
      })),
    },
  ];
  const hash = JSON.stringify(tables);
  return { version: hash, hash, databases, databaseNames: ['shop'] };
}

const FIRST = sight({ orders: ['id'] });
const WIDER = sight({ orders: ['id', 'note'], fresh: ['id'] });

function heldAt(): { clock: { now: number }; steady: SteadySight } {
  const clock = { now: 1_000 };
  const steady = new SteadySight(() => clock.now);
  expect(steady.isHeld).toBe(false);
  expect(steady.choose(FIRST, 'following')).toBe(FIRST);
  return { clock, steady };
}

it('keeps what it told from one statement to the next, but not for ever', () => {
  const { clock, steady } = heldAt();
  for (let step = 0; step < 2; step += 1) {
    clock.now += 29_000;
    expect(steady.choose(WIDER, 'following')).toBe(FIRST);
    steady.answered();
  }
  clock.now += 2_000;
  expect(steady.choose(WIDER, 'following')).toBe(WIDER);
});

it('sees what is new after a pause, and in every statement that asks by names', () => {
  const paused = heldAt();
  paused.clock.now += 30_000;
  expect(paused.steady.choose(WIDER, 'following')).toBe(WIDER);
  const { steady } = heldAt();
  expect(steady.choose(WIDER, 'described')).toBe(WIDER);
  expect(steady.choose(WIDER, 'following')).toBe(FIRST);
  expect(steady.choose(WIDER, 'anew')).toBe(WIDER);
  expect(steady.choose(FIRST, 'following')).toBe(FIRST);
});

it.each([
  ['table', sight({ fresh: ['id'] })],
  ['column', sight({ orders: ['note'] })],
])('sees at once that a %s has gone', (_what, less) => {
  const { steady } = heldAt();
  expect(steady.choose(less, 'following')).toBe(less);
});

it('tells an object id from a name and from the numbers of Postgres itself', () => {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(18_278);
  const bound = (value: Buffer, format: number, type = 0) =>
    asksByObjectId('select $1', [type], { ...NO_BINDING, parameters: [value], parameterFormats: [format] });
  expect(asksByObjectId("select * from pg_class c where c.oid = '18278'", [], NO_BINDING)).toBe(true);
  expect(asksByObjectId("select 'orders_18278'::regclass, 1259, t18278.x from t18278", [], NO_BINDING)).toBe(false);
  expect(bound(Buffer.from('18278'), 0)).toBe(true);
  expect(bound(Buffer.from('orders'), 0)).toBe(false);
  expect(bound(four, 1)).toBe(true);
  expect(bound(four, 1, 26)).toBe(true);
  expect(bound(Buffer.from('desk'), 1)).toBe(false);
  expect(bound(Buffer.from('desk'), 1, 25)).toBe(false);
});
