/** Decides with which statements a shadow database becomes the picture of what one user sees: a schema for each database, an empty table for each table. */
import { createHash } from 'node:crypto';
import { describeType, type PgType } from '@rtdp/sql/pg-type';
import type { VisibleDatabase, VisibleTable } from '../contract.ts';
import { literal } from './shadow-connection.ts';
import { OWNER_ROLE } from './template-statements.ts';

/** Postgres cuts longer names; two of them could become one. */
const MAXIMUM_NAME_BYTES = 63;

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Equal pictures of one organisation share a database, so its name is made of what is in it. */
export function pictureHash(organisationId: string, databases: readonly VisibleDatabase[]): string {
  const content = databases.map(({ name, tables }) => [
    name,
    tables.map(({ name, kind, columns, primaryKey, comment, rowEstimate }) => [
      name,
      kind,
      columns.map(({ name, type, typeText, nullable, comment }) => [name, type, typeText, nullable, comment ?? '']),
      primaryKey,
      comment ?? '',
      magnitude(rowEstimate),
    ]),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([organisationId, content]))
    .digest('hex')
    .slice(0, 20);
}

/** The nearest power of ten: an estimate moves all the time, and a new picture is not worth that. */
function magnitude(estimate: number | null | undefined): number {
  if (estimate === null || estimate === undefined || estimate <= 0) return 0;
  return 10 ** Math.round(Math.log10(Math.max(1, estimate)));
}

/** Every type that a source's own spelling may name and Postgres has itself; the rest is carried as text. `known` says which spellings exist. */
export function columnType(type: PgType, typeText: string, known: ReadonlySet<string>): string {
  if (type.name === 'opaque' || type.name === 'unknown') {
    const written = typeText.trim().toLowerCase();
    return known.has(written) ? written : 'text';
  }
  if (type.name === 'array') return `${columnType(type.element ?? { name: 'opaque' }, '', known)}[]`;
  return describeType(type);
}

/** The statements, in order; run as superuser in a fresh copy of the template. `role` may read the picture and nothing else. */
export function mirrorStatements(
  databases: readonly VisibleDatabase[],
  role: string,
  knownTypes: ReadonlySet<string>,
): string[] {
  const statements = [`set role ${OWNER_ROLE}`];
  for (const database of databases) {
    if (isTooLong(database.name)) continue;
    const schema = quoteName(database.name);
    statements.push(`create schema ${schema}`);
    for (const table of database.tables) {
      if (!isTooLong(table.name)) statements.push(...tableStatements(schema, table, knownTypes));
    }
    statements.push(
      `grant usage on schema ${schema} to ${role}`,
      `grant select on all tables in schema ${schema} to ${role}`,
    );
  }
  statements.push('reset role');
  for (const { name, tables } of databases) {
    for (const table of tables) {
      const rows = magnitude(table.rowEstimate);
      if (rows === 0 || table.kind === 'view' || isTooLong(name) || isTooLong(table.name)) continue;
      const place = `${literal(`${quoteName(name)}.${quoteName(table.name)}`)}::regclass`;
      statements.push(`update pg_catalog.pg_class set reltuples = ${rows} where oid = ${place}`);
    }
  }
  return statements;
}

function isTooLong(name: string): boolean {
  return Buffer.byteLength(name) > MAXIMUM_NAME_BYTES;
}

function tableStatements(schema: string, table: VisibleTable, known: ReadonlySet<string>): string[] {
  const place = `${schema}.${quoteName(table.name)}`;
  const columns = table.columns.filter(({ name }) => !isTooLong(name));
  const comments = columns.flatMap(({ name, comment }) =>
    comment ? [`comment on column ${place}.${quoteName(name)} is ${literal(comment)}`] : [],
  );
  const comment = table.comment ? [`comment on ${table.kind} ${place} is ${literal(table.comment)}`] : [];
  if (table.kind === 'view') {
    const list = columns.map(
      ({ name, type, typeText }) => `null::${columnType(type, typeText, known)} as ${quoteName(name)}`,
    );
    return [`create view ${place} as select ${list.join(', ')} where false`, ...comment, ...comments];
  }
  const list = columns.map(
    ({ name, type, typeText, nullable }) =>
      `${quoteName(name)} ${columnType(type, typeText, known)}${nullable ? '' : ' not null'}`,
  );
  const hasKey =
    table.primaryKey.length > 0 && table.primaryKey.every((key) => columns.some(({ name }) => name === key));
  if (hasKey) list.push(`primary key (${table.primaryKey.map(quoteName).join(', ')})`);
  return [`create table ${place} (${list.join(', ')})`, ...comment, ...comments];
}
