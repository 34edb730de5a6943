/** Decides which scenarios the randomised tests draw: some source activity, delivered in pieces of any size, with repetitions. */
import fc from 'fast-check';
import type { Command } from './source-simulation.ts';
import { PARTITIONS } from './source-simulation.ts';

const key = fc.integer({ min: 0, max: 5 });
const mask = fc.integer({ min: 0, max: 7 });
const partition = fc.integer({ min: 0, max: PARTITIONS - 1 });
const few = fc.integer({ min: 1, max: 9 });

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('put' as const), key, changed: mask, untold: mask }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('remove' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pull-start' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pull-snapshot' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pull-rows' as const), count: few }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pull-end' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pull-cancel' as const) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), partition, count: few }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('redeliver' as const),
      partition,
      back: fc.integer({ min: 1, max: 20 }),
      count: few,
    }),
  },
);

export interface Scenario {
  /** From this many rows on a work is staged: 1 = always, 1000 = never. */
  readonly bulkFrom: number;
  readonly commands: readonly Command[];
}

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  bulkFrom: fc.constantFrom(1, 4, 1000),
  commands: fc.array(command, { minLength: 20, maxLength: 90, size: 'max' }),
});
