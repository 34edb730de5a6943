/**
 * Decides what a table of the log looks like: the Relation message gives columns, types and replica identity, the catalog what the
 * message lacks (NOT NULL, the primary key under FULL, domains, enums and arrays made later).
 */
import type { TableName } from '../../pipeline/contract.ts';
import type { LoggedTable } from '../../pipeline/to-ums.ts';
import type { RelationMessage } from './pgoutput-decoder.ts';
import type { TypeMap } from './type-map.ts';
import { type CatalogSession, loadTableDefinition, mapTable } from './type-map-catalog.ts';
import type { CatalogColumn, TableDefinition } from './type-map-contract.ts';

export interface Relation extends LoggedTable {
  readonly oid: number;
  readonly isHeartbeat: boolean;
  /** Names of the columns in the log, not renamed. */
  readonly columns: readonly string[];
}

export interface RelationCacheOptions {
  session: CatalogSession;
  types: TypeMap;
  isHeartbeat: (table: TableName) => boolean;
}

export class RelationCache {
  readonly #options: RelationCacheOptions;
  readonly #byOid = new Map<number, Relation>();

  constructor(options: RelationCacheOptions) {
    this.#options = options;
  }

  get(oid: number): Relation | undefined {
    return this.#byOid.get(oid);
  }

  /** Resolves when `get` gives the relation as this message describes it. */
  async describe(message: RelationMessage): Promise<void> {
    const { session, types, isHeartbeat } = this.#options;
    const definition = await loadTableDefinition(session, { oid: message.oid });
    const table: TableName = { schema: message.schema, table: message.table };
    const columns = completeColumns(message, definition);
    this.#byOid.set(message.oid, {
      oid: message.oid,
      table,
      isHeartbeat: isHeartbeat(table),
      columns: columns.map((column) => column.name),
      mapped: await mapTable(session, types, columns),
    });
  }

  /** The table as the catalog shows it now, or undefined if there is none. */
  async fromCatalog(table: TableName): Promise<LoggedTable | undefined> {
    const { session, types } = this.#options;
    const definition = await loadTableDefinition(session, table);
    if (definition === undefined) return undefined;
    return { table, mapped: await mapTable(session, types, definition.columns) };
  }
}

/**
 * The catalog may be newer than the message: a column counts as NOT NULL only if the catalog still has it under the same
 * name and type.
 */
export function completeColumns(message: RelationMessage, definition: TableDefinition | undefined): CatalogColumn[] {
  const byName = new Map(definition?.columns.map((column) => [column.name, column]));
  return message.columns.map((column) => {
    const found = byName.get(column.name);
    const isSame = found !== undefined && found.typeOid === column.typeOid;
    return {
      name: column.name,
      typeOid: column.typeOid,
      typeModifier: column.typeModifier,
      notNull: isSame && found.notNull,
      // Under FULL every column is marked; what identifies a row is the primary key, if there is one.
      key: message.replicaIdentity === 'f' ? isSame && found.key : column.identity && message.replicaIdentity !== 'n',
    };
  });
}
