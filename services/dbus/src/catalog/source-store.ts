/** Decides how sources rest in the catalog: the password apart and sealed, everything else readable. */
import { randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import type { SecretBox } from '@rtdp/service/secrets';
import { RtdpError } from '@rtdp/ums/error';
import { readSourceDefinition, type SourceDefinition, type SourceDefinitionInput } from './source-definition.ts';
import type { SourceState } from './source-states.ts';
import { claimTopic } from './topic-store.ts';

/** Why a source is as it is: an error's code, sentence and next step. */
export interface Reason {
  code: string;
  message: string;
  next: string;
  facts: Record<string, unknown>;
}

export interface StoredSource {
  id: string;
  organisationId: string;
  name: string;
  /** With the password, opened: never leaves the process. */
  definition: SourceDefinition;
  /** As it was given, without the password. */
  given: SourceDefinitionInput;
  origin: 'rest' | 'file';
  wanted: 'running' | 'paused' | 'stopped' | 'removed';
  state: SourceState;
  reason: Reason | null;
  slotMadeAt: Date | null;
  createdAt: Date;
  changedAt: Date;
}

interface SourceRow {
  id: string;
  organisation_id: string;
  name: string;
  definition: SourceDefinitionInput;
  sealed_password: string;
  origin: StoredSource['origin'];
  wanted: StoredSource['wanted'];
  state: SourceState;
  reason: Reason | null;
  slot_made_at: Date | null;
  created_at: Date;
  changed_at: Date;
}

export interface SourceStore {
  list(organisationId?: string): Promise<StoredSource[]>;
  /** @throws RtdpError DBUS_SOURCE_NOT_FOUND */
  get(organisationId: string, name: string): Promise<StoredSource>;
  find(name: string): Promise<StoredSource | undefined>;
  /**
   * Keeps it, and takes its topic for its organisation.
   * @param isThere whether Kafka has a topic of this name already
   * @throws RtdpError DBUS_SOURCE_EXISTS when any organisation has a source of this name or instance: slot, topics and positions are named after them;
   *   DBUS_TOPIC_FORBIDDEN, DBUS_TOPIC_UNOWNED
   */
  insert(
    organisationId: string,
    given: SourceDefinitionInput,
    origin: StoredSource['origin'],
    isThere: (topic: string) => boolean,
  ): Promise<StoredSource>;
  replaceDefinition(id: string, given: SourceDefinitionInput): Promise<void>;
  setWanted(id: string, wanted: StoredSource['wanted']): Promise<void>;
  setState(id: string, state: SourceState, reason: Reason | null): Promise<void>;
  /** @returns false, and changes nothing, when it is to run no more: another process may have been told so a moment ago */
  setStateIfWanted(id: string, state: SourceState, reason: Reason | null): Promise<boolean>;
  /** The state of one that is held and was still said to run, start or fail becomes that which is wanted. */
  setStateHeld(id: string): Promise<void>;
  slotMade(id: string): Promise<void>;
  delete(id: string): Promise<void>;
}

export function createSourceStore(database: Knex, secrets: SecretBox): SourceStore {
  const sources = (): Knex.QueryBuilder<SourceRow> => database<SourceRow>('sources') as Knex.QueryBuilder<SourceRow>;
  const toStored = (row: SourceRow): StoredSource => {
    const connection = { ...row.definition.connection, password: secrets.open(row.sealed_password) };
    return {
      id: row.id,
      organisationId: row.organisation_id,
      name: row.name,
      definition: readSourceDefinition({ ...row.definition, connection }),
      given: row.definition,
      origin: row.origin,
      wanted: row.wanted,
      state: row.state,
      reason: row.reason,
      slotMadeAt: row.slot_made_at,
      createdAt: row.created_at,
      changedAt: row.changed_at,
    };
  };
  const change = async (id: string, values: Record<string, unknown>): Promise<void> => {
    await sources()
      .where({ id })
      .update({ ...values, changed_at: database.fn.now() } as never);
  };
  return {
    async list(organisationId) {
      const query = sources().orderBy('name');
      if (organisationId !== undefined) query.where({ organisation_id: organisationId });
      return ((await query) as SourceRow[]).map(toStored);
    },
    async get(organisationId, name) {
      const row = (await sources().where({ organisation_id: organisationId, name }).first()) as SourceRow | undefined;
      if (row !== undefined) return toStored(row);
      throw new RtdpError({
        code: 'DBUS_SOURCE_NOT_FOUND',
        message: `there is no source ${name}`,
        next: 'GET /sources lists the ones there are.',
        facts: { source: name },
      });
    },
    async find(name) {
      const row = (await sources().where({ name }).first()) as SourceRow | undefined;
      return row === undefined ? undefined : toStored(row);
    },
    insert: (organisationId, given, origin, isThere) =>
      database.transaction(async (work) => {
        // Two at once would not see each other.
        await work.raw('LOCK TABLE ?? IN SHARE ROW EXCLUSIVE MODE', ['sources']);
        const rows = (await work('sources')
          .insert({
            id: randomUUID(),
            organisation_id: organisationId,
            name: given.name,
            kind: given.kind,
            ...splitPassword(given, secrets),
            origin,
            wanted: given.autoStart === false ? 'stopped' : 'running',
            state: 'registered',
          })
          .onConflict('name')
          .ignore()
          .returning('*')) as SourceRow[];
        const [row] = rows;
        if (row === undefined) {
          throw new RtdpError({
            code: 'DBUS_SOURCE_EXISTS',
            message: `a source ${given.name} is registered already`,
            next: 'Choose another name, change the source that is there, or remove it first.',
            facts: { source: given.name },
          });
        }
        const stored = toStored(row);
        const { topic, source } = stored.definition;
        const others = (await work('sources').whereNot({ name: given.name })) as SourceRow[];
        const twin = others.find((other) => readSourceDefinition(other.definition).source === source);
        if (twin !== undefined) {
          throw new RtdpError({
            code: 'DBUS_SOURCE_EXISTS',
            message: `${twin.organisation_id === organisationId ? `the source ${twin.name}` : 'another source'} has the instance ${stored.definition.instance} already`,
            next: 'Choose another instance: positions, schemas and namespaces are kept under it.',
            facts: { instance: stored.definition.instance },
          });
        }
        for (const taken of new Set([topic, source])) {
          await claimTopic(work, taken, { organisationId, name: given.name }, isThere(taken));
        }
        return stored;
      }),
    replaceDefinition: (id, given) => change(id, splitPassword(given, secrets)),
    setWanted: (id, wanted) => change(id, { wanted }),
    setState: (id, state, reason) => change(id, { state, reason: reason === null ? null : JSON.stringify(reason) }),
    async setStateIfWanted(id, state, reason) {
      const values = { state, reason: reason === null ? null : JSON.stringify(reason), changed_at: database.fn.now() };
      return (
        (await sources()
          .where({ id, wanted: 'running' })
          .update(values as never)) === 1
      );
    },
    async setStateHeld(id) {
      await sources()
        .where({ id })
        .whereIn('wanted', ['paused', 'stopped'])
        .whereIn('state', ['running', 'starting', 'failed'])
        .update({ state: database.ref('wanted'), reason: null, changed_at: database.fn.now() } as never);
    },
    slotMade: (id) => change(id, { slot_made_at: database.fn.now() }),
    async delete(id) {
      await sources().where({ id }).delete();
    },
  };
}

function splitPassword(
  given: SourceDefinitionInput,
  secrets: SecretBox,
): { definition: string; sealed_password: string } {
  const { password = '', ...connection } = given.connection;
  return { definition: JSON.stringify({ ...given, connection }), sealed_password: secrets.seal(password) };
}

/** The definition as it was given, with its password: what a change is made on. */
export function withPassword(stored: StoredSource): SourceDefinitionInput {
  const { password } = stored.definition.connection;
  return { ...stored.given, connection: { ...stored.given.connection, password } };
}

/** An error as it is kept and shown. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof RtdpError) {
    const { code, message, next, facts } = error;
    return { code, message, next, facts: JSON.parse(JSON.stringify(facts, bigintsAsText)) as Record<string, unknown> };
  }
  return {
    code: 'SERVICE_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    next: 'Look into the log of the service at this time; the error is there in full.',
    facts: {},
  };
}

function bigintsAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
