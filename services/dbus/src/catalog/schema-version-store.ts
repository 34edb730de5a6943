/** Decides how the schema versions of a table are kept: each with its difference from the one before. */
import type { Knex } from '@rtdp/service/metadata';
import { diffSchemas, type SchemaDiff } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';
import type { StreamSchema, TableName } from '../pipeline/contract.ts';

export interface SchemaVersion extends TableName {
  version: number;
  major: number;
  fields: UmsField[];
  /** null for the first version that was seen. */
  diff: SchemaDiff | null;
  compatible: boolean;
  seenAt: Date;
}

interface VersionRow {
  schema_name: string;
  table_name: string;
  version: number;
  major: number;
  fields: UmsField[];
  diff: SchemaDiff | null;
  compatible: boolean;
  seen_at: Date;
}

export interface SchemaVersionStore {
  /** Oldest first. */
  list(sourceId: string, table?: TableName): Promise<SchemaVersion[]>;
  /** Keeps a version; one that is kept already stays as it is. @returns it if it is new. */
  record(
    organisationId: string,
    sourceId: string,
    table: TableName,
    schema: Pick<StreamSchema, 'version' | 'major' | 'fields' | 'fingerprint'>,
  ): Promise<SchemaVersion | undefined>;
}

export function createSchemaVersionStore(database: Knex): SchemaVersionStore {
  const toVersion = (row: VersionRow): SchemaVersion => ({
    schema: row.schema_name,
    table: row.table_name,
    version: row.version,
    major: row.major,
    fields: row.fields,
    diff: row.diff,
    compatible: row.compatible,
    seenAt: row.seen_at,
  });
  const list = async (sourceId: string, table?: TableName): Promise<SchemaVersion[]> => {
    const query = database('schema_versions')
      .where({ source_id: sourceId })
      .orderBy(['schema_name', 'table_name', 'version']);
    if (table !== undefined) query.where({ schema_name: table.schema, table_name: table.table });
    return ((await query) as VersionRow[]).map(toVersion);
  };
  return {
    list,
    async record(organisationId, sourceId, table, schema) {
      const version = Number(schema.version);
      const known = await list(sourceId, table);
      if (known.some((other) => other.version === version)) return undefined;
      const before = known.filter((other) => other.version < version).at(-1);
      const diff = before === undefined ? null : diffSchemas(before.fields, schema.fields);
      const rows = await database('schema_versions')
        .insert({
          organisation_id: organisationId,
          source_id: sourceId,
          schema_name: table.schema,
          table_name: table.table,
          version,
          major: schema.major,
          fields: JSON.stringify(schema.fields),
          fingerprint: schema.fingerprint,
          diff: diff === null ? null : JSON.stringify(diff),
          compatible: diff?.compatible ?? true,
        })
        .onConflict(['source_id', 'schema_name', 'table_name', 'version'])
        .ignore()
        .returning('*');
      return rows.length === 0 ? undefined : toVersion(rows[0] as VersionRow);
    },
  };
}
