/** Decides which staging table of a connection a batch is copied into. */
import type { Session } from './connect.ts';
import type { Pipeline } from './pipeline.ts';
import type { PreparedBatch } from './prepare-batch.ts';
import { copyStatement, createStage, type RowSource, StagedRows, stageData } from './row-source.ts';

/** Staging tables per connection. */
const MOST_STAGES = 8;

/** Adds the COPY of a batch to the pipeline; the staging table is made once per connection and set of columns. */
export async function stageBatch(
  session: Session,
  pipeline: Pipeline,
  prepared: PreparedBatch,
  inUse: Set<string>,
): Promise<RowSource> {
  const signature = createStage('', prepared.columns);
  let name = session.stages.get(signature);
  if (name === undefined) {
    // Each commit empties all of a connection's staging tables: keep few.
    for (const [oldest, unused] of session.stages) {
      if (session.stages.size < MOST_STAGES || inUse.has(unused)) break;
      await session.query(`DROP TABLE ${unused}`);
      session.stages.delete(oldest);
    }
    name = `rtdp_stage_${session.nextStage++}`;
    await session.query(createStage(name, prepared.columns));
  }
  // The map's order is the order of use.
  session.stages.delete(signature);
  session.stages.set(signature, name);
  inUse.add(name);
  pipeline.copy(copyStatement(name), [stageData(prepared.choice)]);
  return new StagedRows(name);
}
