/** Decides how flows are kept: definition (passwords sealed), what was asked for, what it is, in the metadata server. */
import { randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import type { SecretBox } from '@rtdp/service/secrets';
import { RtdpError } from '@rtdp/ums/error';
import type { FlowDefinition } from '../flow/definition.ts';
import type { FlowState } from '../flow/flow-state.ts';

export type WantedState = 'running' | 'paused' | 'stopped';

/** Why something is not well: as errors are told everywhere. */
export interface Reason {
  code: string;
  message: string;
  next: string;
  facts?: Record<string, unknown>;
}

/** What became of the pull that `from: pull` asks for. */
export interface PullState {
  state: 'wanted' | 'requested';
  /** Tables that a pull was asked for (namespace without version) → the pull's name at DBus. */
  tables: Record<string, string>;
  /** The topic was made after the flow: all of it is the flow's, and so are the pulls that are in it. */
  wholeTopic?: boolean;
}

export interface StoredFlow {
  id: string;
  organisationId: string;
  name: string;
  definition: FlowDefinition;
  origin: string;
  wanted: WantedState;
  state: FlowState;
  reason: Reason | null;
  pull: PullState | null;
  /** Its topic was found to be its organisation's. */
  topicOwned: boolean;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

interface FlowRow {
  id: string;
  organisation_id: string;
  name: string;
  definition: FlowDefinition;
  origin: string;
  wanted: WantedState;
  state: FlowState;
  reason: Reason | null;
  pull: PullState | null;
  topic_owned: boolean;
  revision: number;
  created_at: Date;
  updated_at: Date;
}

export class FlowStore {
  readonly #database: Knex;
  readonly #secrets: SecretBox;

  constructor(database: Knex, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  /** @throws RtdpError WORMHOLE_FLOW_EXISTS */
  async add(flow: {
    organisationId: string;
    definition: FlowDefinition;
    origin: string;
    wanted: WantedState;
    pull: PullState | null;
  }): Promise<StoredFlow> {
    const rows = await this.#database<FlowRow>('flows')
      .insert({
        id: randomUUID(),
        organisation_id: flow.organisationId,
        name: flow.definition.name,
        definition: this.#json(this.#sealed(flow.definition)),
        origin: flow.origin,
        wanted: flow.wanted,
        state: 'stopped',
        pull: flow.pull === null ? null : this.#json(flow.pull),
      } as never)
      .onConflict(['organisation_id', 'name'])
      .ignore()
      .returning('*');
    const row = rows[0] as FlowRow | undefined;
    if (row === undefined) {
      throw new RtdpError({
        code: 'WORMHOLE_FLOW_EXISTS',
        message: `there is a flow called ${flow.definition.name} already`,
        next: 'Choose another name, or change that flow.',
        facts: { flow: flow.definition.name },
      });
    }
    return this.#read(row);
  }

  /** Replaces the definition; what was done so far stays. */
  async replace(id: string, definition: FlowDefinition): Promise<void> {
    await this.#database('flows')
      .where({ id })
      .update({
        definition: this.#json(this.#sealed(definition)),
        revision: this.#database.raw('revision + 1'),
        updated_at: this.#database.fn.now(),
      });
  }

  async list(organisationId?: string): Promise<StoredFlow[]> {
    const query = this.#database<FlowRow>('flows').orderBy('name');
    const rows = await (organisationId === undefined ? query : query.where({ organisation_id: organisationId }));
    return rows.map((row) => this.#read(row as FlowRow));
  }

  async find(organisationId: string, name: string): Promise<StoredFlow | undefined> {
    const row = await this.#database<FlowRow>('flows').where({ organisation_id: organisationId, name }).first();
    return row === undefined ? undefined : this.#read(row as FlowRow);
  }

  async setWanted(id: string, wanted: WantedState): Promise<void> {
    await this.#database('flows').where({ id }).update({ wanted, updated_at: this.#database.fn.now() });
  }

  async setState(id: string, state: FlowState, reason: Reason | null): Promise<void> {
    await this.#database('flows')
      .where({ id })
      .update({ state, reason: reason === null ? null : this.#json(reason), updated_at: this.#database.fn.now() });
  }

  async setPull(id: string, pull: PullState | null): Promise<void> {
    await this.#database('flows')
      .where({ id })
      .update({ pull: pull === null ? null : this.#json(pull) });
  }

  async setTopicOwned(id: string): Promise<void> {
    await this.#database('flows').where({ id }).update({ topic_owned: true });
  }

  /** Dead letters, progress and tables of the flow go with it. */
  async remove(id: string): Promise<void> {
    await this.#database('flows').where({ id }).delete();
  }

  #json(value: unknown): string {
    return JSON.stringify(value);
  }

  #sealed(definition: FlowDefinition): FlowDefinition {
    return withPassword(definition, this.#secrets.seal(definition.sink.connection.password));
  }

  #read(row: FlowRow): StoredFlow {
    return {
      id: row.id,
      organisationId: row.organisation_id,
      name: row.name,
      definition: withPassword(row.definition, this.#secrets.open(row.definition.sink.connection.password)),
      origin: row.origin,
      wanted: row.wanted,
      state: row.state,
      reason: row.reason,
      pull: row.pull,
      topicOwned: row.topic_owned,
      revision: row.revision,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  }
}

function withPassword(definition: FlowDefinition, password: string): FlowDefinition {
  return { ...definition, sink: { ...definition.sink, connection: { ...definition.sink.connection, password } } };
}
