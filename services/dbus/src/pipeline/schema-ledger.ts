/**
 * Decides which schema version a table has: made in this one place, from the order of the log, and recorded in Kafka with the rows.
 *
 * Holds what was decoded, which is ahead of what is committed; a new session loads it from Kafka again.
 */
import { createHash } from 'node:crypto';
import { diffSchemas, type SchemaDiff } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';
import type { SourceDefinition } from '../catalog/source-definition.ts';
import type { StreamSchema, TableName } from './contract.ts';
import { readSchema, schemaKey, schemaKeyPrefix, writeSchema } from './position-record.ts';

/** A version that was opened, for those who keep history and register schemas. */
export interface SchemaOpening {
  table: TableName;
  schema: StreamSchema;
  previous: StreamSchema | undefined;
  /** Against the previous version; undefined for the first. */
  diff: SchemaDiff | undefined;
}

export function fingerprintOf(fields: readonly UmsField[]): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex').slice(0, 32);
}

export function tableKey(table: TableName): string {
  return `${table.schema}.${table.table}`;
}

export class SchemaLedger {
  readonly #definition: Pick<SourceDefinition, 'source' | 'system' | 'instance'>;
  readonly #schemas = new Map<string, StreamSchema>();

  constructor(definition: Pick<SourceDefinition, 'source' | 'system' | 'instance'>) {
    this.#definition = definition;
  }

  /** Takes the schema records of this source out of the compacted topic. Throws DBUS_POSITION_MALFORMED. */
  load(records: ReadonlyMap<string, Buffer>): void {
    this.#schemas.clear();
    const prefix = schemaKeyPrefix(this.#definition.source);
    for (const [key, value] of records) {
      if (!key.startsWith(prefix)) continue;
      const schema = readSchema(value);
      this.#schemas.set(tableKey({ schema: schema.namespace.database, table: schema.namespace.table }), schema);
    }
  }

  current(table: TableName): StreamSchema | undefined {
    return this.#schemas.get(tableKey(table));
  }

  all(): StreamSchema[] {
    return [...this.#schemas.values()];
  }

  /** The current schema if it has these fields, else a new version. */
  open(table: TableName, fields: UmsField[]): { schema: StreamSchema; opening: SchemaOpening | undefined } {
    const previous = this.current(table);
    const fingerprint = fingerprintOf(fields);
    if (previous?.fingerprint === fingerprint) return { schema: previous, opening: undefined };
    const diff = previous === undefined ? undefined : diffSchemas(previous.fields, fields);
    const version = String(Number(previous?.version ?? '0') + 1);
    const schema: StreamSchema = {
      namespace: {
        system: this.#definition.system,
        instance: this.#definition.instance,
        database: table.schema,
        table: table.table,
        version,
        dbPartition: '0',
        tablePartition: '0',
      },
      version,
      major: previous === undefined ? 1 : previous.major + (diff?.compatible === true ? 0 : 1),
      fields,
      fingerprint,
      batchId: previous?.batchId ?? 0,
      stopped: previous?.stopped ?? false,
    };
    this.#schemas.set(tableKey(table), schema);
    return { schema, opening: { table, schema, previous, diff } };
  }

  /** Replaces what does not belong to the version: the count of pulls, and whether the table is stopped. */
  amend(table: TableName, change: Partial<Pick<StreamSchema, 'batchId' | 'stopped'>>): StreamSchema | undefined {
    const current = this.current(table);
    if (current === undefined) return undefined;
    const schema = { ...current, ...change };
    this.#schemas.set(tableKey(table), schema);
    return schema;
  }

  record(schema: StreamSchema, millis: number): { key: string; value: Buffer } {
    return { key: schemaKey(this.#definition.source, schema.namespace), value: writeSchema(schema, millis) };
  }
}
