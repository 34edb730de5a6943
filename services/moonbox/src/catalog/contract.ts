/** Says what a mount and a table are inside the gateway; what is stored, and what every part reads. */
import type { IntrospectedTable, ServerFacts, StoreReaderKind } from '@rtdp/stores/scan-contract';
import type { MountRequest } from '../client.ts';

/** Why something is not well: as errors are told everywhere. */
export interface Reason {
  code: string;
  message: string;
  next: string;
  facts?: Record<string, unknown>;
}

export interface Mount {
  readonly id: string;
  readonly organisationId: string;
  /** Of the mount, and of the database in the gateway. */
  readonly name: string;
  readonly kind: StoreReaderKind;
  /** With the password in clear: never leaves the process. */
  readonly connection: MountRequest['connection'];
  readonly schemas: readonly string[] | null;
  readonly sinkNamespacePrefix: { system: string; instance: string } | null;
  readonly server: ServerFacts | null;
  /** Of the last refresh; null when it went well. */
  readonly error: Reason | null;
  readonly refreshedAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A table as it was found at the store, with the namespace under which a flow writes it. */
export interface FoundTable {
  readonly definition: IntrospectedTable;
  readonly sinkNamespace: string | null;
}

/** A table as the gateway knows it. */
export interface CatalogTable extends FoundTable {
  readonly database: string;
  /** Logical name within the database. */
  readonly name: string;
  readonly mount: Mount;
}

export interface CatalogDatabase {
  readonly name: string;
  /** undefined for a logical database. */
  readonly mount: Mount | undefined;
  /** By logical name, in order. */
  readonly tables: ReadonlyMap<string, CatalogTable>;
  /** Further names under which a table is found. */
  readonly aliases: ReadonlyMap<string, CatalogTable>;
}
