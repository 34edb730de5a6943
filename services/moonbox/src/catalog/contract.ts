/** Says what a mount and a table are inside the gateway; what is stored, and what every part reads. */
import type { Role } from '@rtdp/identity/roles';
import type { IntrospectedColumn, IntrospectedTable, ServerFacts, StoreReaderKind } from '@rtdp/stores/scan-contract';
import type { MountRequest } from '../client/mounts.ts';

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

/** What a name in the definition of a view stood for when it was defined, and still does; no other column of it exists for the view. */
export interface ViewBase {
  readonly written: { readonly database: string | null; readonly name: string };
  readonly database: string;
  readonly table: string;
  readonly columns: readonly string[];
}

/** A SELECT under a name in a logical database, run with the rights of whoever defined it. */
export interface LogicalView {
  readonly organisationId: string;
  readonly database: string;
  readonly name: string;
  /** `table`: one table under another name, made by MOUNT TABLE. */
  readonly kind: 'view' | 'table';
  readonly sql: string;
  /** As they were when it was defined. */
  readonly columns: readonly IntrospectedColumn[];
  readonly bases: readonly ViewBase[];
  readonly owner: string;
  /** None once the owner was disabled. */
  readonly ownerRoles: readonly Role[];
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** A table as the gateway knows it: of a mount, or defined here. */
export interface CatalogTable extends FoundTable {
  readonly database: string;
  /** Logical name within the database. */
  readonly name: string;
  readonly origin: { readonly mount: Mount } | { readonly view: LogicalView };
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
