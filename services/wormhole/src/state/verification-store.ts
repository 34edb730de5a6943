/**
 * Decides how the newest verification of each flow is kept: one row a flow, in the hands of the process that makes it for as long as
 * that is heard of. By the clock of the metadata server.
 */
import type { Knex } from '@rtdp/service/metadata';
import type { TableVerification, VerificationView } from '../verify/verification-shapes.ts';

/** A process that has not been heard of for this long counts as gone. */
const HEARD_OF_SECONDS = 15;

/** What the process that makes it tells of one that runs. */
export type VerificationProgress = Pick<VerificationView, 'progress'> & { tables?: readonly TableVerification[] };
export type VerificationEnd = Pick<VerificationView, 'state' | 'reason' | 'equal' | 'tables'>;

interface VerificationRow {
  state: VerificationView['state'];
  reason: VerificationView['reason'];
  sink_table: string | null;
  equal: boolean;
  tables: TableVerification[];
  progress: VerificationView['progress'];
  started_at: Date;
  ended_at: Date | null;
  heard_until: Date;
}

export class VerificationStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  /** Takes the place of the newest one. @returns undefined while one of this flow runs, wherever that is */
  async begin(
    flow: { id: string; organisationId: string; name: string },
    id: string,
    sinkTable: string | null,
  ): Promise<VerificationView | undefined> {
    const [begun]: VerificationRow[] = await this.#database('verifications')
      .insert({
        ...{ id, flow_id: flow.id, organisation_id: flow.organisationId, state: 'running', sink_table: sinkTable },
        ...{ reason: null, equal: false, tables: '[]', progress: null, ended_at: null },
        ...{ started_at: this.#database.fn.now(), heard_until: this.#heardUntil() },
      })
      .onConflict('flow_id')
      .merge()
      .whereRaw(`verifications.state <> 'running' OR verifications.heard_until < now()`)
      .returning('*');
    return begun && viewOf(begun, flow.name, false);
  }

  /** @returns false when it runs no more: it was cancelled elsewhere, or has no place any more */
  async keep(id: string, { progress, tables }: VerificationProgress): Promise<boolean> {
    const kept = await this.#running({ id }).update({
      progress: JSON.stringify(progress),
      heard_until: this.#heardUntil(),
      ...(tables && { tables: JSON.stringify(tables) }),
    });
    return kept === 1;
  }

  /** One that runs no more stays as it is. */
  async end(id: string, { state, reason, equal, tables }: VerificationEnd): Promise<void> {
    await this.#running({ id }).update({
      ...{ state, equal, reason: JSON.stringify(reason), tables: JSON.stringify(tables) },
      ...{ progress: null, ended_at: this.#database.fn.now() },
    });
  }

  /** @returns the id of the one that was; undefined when none ran */
  async cancel(which: { id: string } | { flow_id: string }): Promise<string | undefined> {
    const ended = { state: 'cancelled', progress: null, ended_at: this.#database.fn.now() };
    const [cancelled]: { id: string }[] = await this.#running(which).update(ended).returning('id');
    return cancelled?.id;
  }

  async newest({ id, name }: { id: string; name: string }): Promise<VerificationView | null> {
    const row: (VerificationRow & { is_lost: boolean }) | undefined = await this.#database('verifications')
      .where({ flow_id: id })
      .first('*', this.#database.raw(`state = 'running' AND heard_until < now() AS is_lost`));
    return row === undefined ? null : viewOf(row, name, row.is_lost);
  }

  #running(which: { id: string } | { flow_id: string }): Knex.QueryBuilder {
    return this.#database('verifications').where({ ...which, state: 'running' });
  }

  #heardUntil(): Knex.Raw {
    return this.#database.raw(`now() + interval '${HEARD_OF_SECONDS} seconds'`);
  }
}

function viewOf(row: VerificationRow, flow: string, isLost: boolean): VerificationView {
  const { state, reason, sink_table: table, equal, tables, progress, started_at, ended_at, heard_until } = row;
  const startedAt = started_at.toISOString();
  const kept = { flow, table, equal, tables, startedAt };
  if (isLost) return { ...kept, state: 'failed', reason: LOST, progress: null, endedAt: heard_until.toISOString() };
  return { ...kept, state, reason, progress, endedAt: ended_at?.toISOString() ?? null };
}

const LOST = {
  code: 'WORMHOLE_VERIFICATION_LOST',
  message: 'the process that made this verification ended before it was done',
  next: 'Begin it again.',
};
