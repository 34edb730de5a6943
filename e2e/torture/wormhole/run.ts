/**
 * Kills Wormhole, DBus, the broker and the sink with kill -9 under load, overlapping, and then compares: source and sink must be
 * equal by checksum, and triggers in the sink must not have seen any row go back to an older id.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { connectionOf } from '@rtdp/testing/connection';
import { type Pipeline, startPipeline } from '../../pipeline/start-pipeline.ts';
import { chanceFrom } from './chance.ts';
import { nameDifferences, untilEqual } from './equality.ts';
import { killAll, VICTIMS } from './killer.ts';
import { LOAD_SQL, startLoad, TABLES } from './load.ts';
import { secondsToArrive } from './mark.ts';
import { tellStandstill } from './tell-standstill.ts';
import { keysWatched, violations, watchIds } from './watch-ids.ts';

const SCHEMA = 'landed';
const FLOW = 'everything';

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const print = (line: string): void => console.log(`torture wormhole: ${line}`);
  print(`seed ${options.seed}`);
  const begun = Date.now();
  await using pipeline = await startPipeline();
  try {
    return await torture(pipeline, options, begun, print);
  } catch (error) {
    for (const line of await tellStandstill(pipeline, FLOW)) print(line);
    print(`the end of the logs:\n${pipeline.logs()}`);
    throw error;
  }
}

async function torture(
  pipeline: Pipeline,
  options: { seed: number; quick: boolean },
  begun: number,
  print: (line: string) => void,
): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  for (const statement of LOAD_SQL) await pipeline.source.query(statement);
  await pipeline.dbus.registerSource({
    name: 'shop',
    kind: 'postgres',
    connection: connectionOf(pipeline.sourceUrl),
    tables: ['public.*'],
  });
  await pipeline.wormhole.deploy({
    name: FLOW,
    source: { namespace: 'postgresql.shop.public.*' },
    sink: { store: 'postgres', connection: connectionOf(pipeline.sinkUrl), schema: SCHEMA },
  });
  // One row in each table, so that the sink has its tables before the first kill.
  await pipeline.source.query(
    "insert into accounts (id) values (0); insert into bodies values (0); insert into lines values (0, 'b'); insert into events values (0)",
  );
  const first = await untilEqual(pipeline.source, pipeline.sink, SCHEMA, 90_000);
  if (first.length > 0) throw new Error(`the first rows did not arrive: ${JSON.stringify(first)}`);
  await watchIds(pipeline.sink, SCHEMA);

  const load = startLoad(pipeline.sourceUrl.href, options.seed, 3);
  const recoveries: number[] = [];
  const recovered = async (): Promise<void> => {
    recoveries.push(await secondsToArrive(pipeline.source, pipeline.sink, SCHEMA, recoveries.length));
  };
  const kills = await killAll(pipeline.parts, options.quick ? 1 : 25, chanceFrom(options.seed), print, recovered);
  await load.stop();
  const killed = Date.now();
  print(`killed ${JSON.stringify(kills)}; ${load.statements} statements; waiting for the sink`);

  // A sample that does not catch up has to say so before its time is over.
  const differences = await untilEqual(pipeline.source, pipeline.sink, SCHEMA, options.quick ? 75_000 : 180_000);
  const caughtUp = Date.now();
  for (const { table } of differences) {
    for (const line of await nameDifferences(pipeline.source, pipeline.sink, SCHEMA, table)) print(`${table}: ${line}`);
  }
  // Whatever is still on its way must not undo what is equal now.
  await sleep(3_000);
  const later = await untilEqual(pipeline.source, pipeline.sink, SCHEMA, 0);
  const back = await violations(pipeline.sink);
  const status = await pipeline.wormhole.status(FLOW);
  const figures: Record<string, number | string> = {
    seed: options.seed,
    kills: VICTIMS.reduce((sum, victim) => sum + kills.byPart[victim], 0),
    ...Object.fromEntries(VICTIMS.map((victim) => [`kills_${victim}`, kills.byPart[victim]])),
    overlapping: kills.overlapping,
    statements: load.statements,
    recoveries: recoveries.length,
    slowest_recovery_seconds: Math.max(0, ...recoveries),
    keys_watched: await keysWatched(pipeline.sink),
    tables_equal: Object.keys(TABLES).length - later.length,
    rows_that_went_back: back.length,
    dead_letters: status.openDeadLetters,
    seconds_to_catch_up: Math.round((caughtUp - killed) / 100) / 10,
    seconds: Math.round((Date.now() - begun) / 1000),
  };
  print(JSON.stringify(figures));
  const failures = [
    ...[...differences, ...later].map((difference) => `${difference.table} differs: ${JSON.stringify(difference)}`),
    ...back.map((row) => `a row went back: ${JSON.stringify(row)}`),
    ...(status.openDeadLetters === 0 ? [] : [`${status.openDeadLetters} rows are in the dead letter`]),
    ...status.tables
      .filter(({ state }) => state === 'paused')
      .map(({ table, reason }) => `${table} is paused: ${reason?.message}`),
    ...(Number(figures.keys_watched) > 100 ? [] : ['the triggers saw too little']),
  ];
  if (failures.length > 0) throw new Error(`seed ${options.seed}:\n${failures.join('\n')}`);
  return { figures, ratios: {} };
}
