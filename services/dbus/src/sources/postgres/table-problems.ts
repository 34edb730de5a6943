/** Decides what keeps a table from being captured, or from being captured whole, and the statement that mends it. Pure. */
import type { Problem } from '../contract.ts';
import { quoteName, quoteTable } from './connection.ts';
import { type KeylessReason, keyOf, publishedColumns, type SourceTable } from './introspect.ts';

/** Blocking problems keep the table out of the publications; warnings tell what a reader will miss; an advice is the same sentence for every table. */
export function tableProblems(table: SourceTable, user: string, serverVersion: number): Problem[] {
  const problems: Problem[] = [];
  const name = quoteTable(table);
  if (table.unlogged) {
    problems.push({
      code: 'table-unlogged',
      severity: 'blocking',
      message: `${name} is unlogged: its changes never reach the write-ahead log.`,
      statement: `ALTER TABLE ${name} SET LOGGED;`,
    });
  }
  if (!table.owned) problems.push(ownershipProblem(table, user));
  if (!table.selectable) {
    problems.push({
      code: 'table-not-selectable',
      severity: 'blocking',
      message: `${quoteName(user)} may not read ${name}, so it cannot be pulled.`,
      statement: `GRANT USAGE ON SCHEMA ${quoteName(table.schema)} TO ${quoteName(user)}; GRANT SELECT ON ${name} TO ${quoteName(user)};`,
    });
  }
  if (table.rowSecurity) {
    problems.push({
      code: 'table-row-security',
      severity: 'blocking',
      message: `Row security hides rows of ${name} from ${quoteName(user)}: a pull would miss them and they would be deleted downstream.`,
      statement: `ALTER ROLE ${quoteName(user)} BYPASSRLS;`,
    });
  }
  const published = publishedColumns(table, serverVersion);
  if (published.length === 0) {
    problems.push({
      code: 'table-without-columns',
      severity: 'blocking',
      message: `${name} has no column that can be published.`,
      statement: null,
    });
  }
  const key = keyOf(table, serverVersion);
  if ('reason' in key) problems.push(keylessProblem(table, key.reason));
  const missing = table.columns.filter((column) => !published.includes(column));
  if (missing.length > 0)
    problems.push(
      generatedProblem(
        name,
        missing.map((column) => column.name),
      ),
    );
  const incomplete = !('reason' in key) && table.replicaIdentity !== 'f';
  if (incomplete) {
    problems.push({
      code: 'table-identity-not-full',
      severity: 'advice',
      message:
        'Large values that an update did not change, and all but the key of a delete, are not sent. Nothing is lost: sinks keep those values, and a flow that needs one has the row read again.',
      statement: `ALTER TABLE ${name} REPLICA IDENTITY FULL;`,
    });
  }
  return problems;
}

function ownershipProblem(table: SourceTable, user: string): Problem {
  const name = quoteTable(table);
  const owner = quoteName(table.owner);
  const fact = `${quoteName(user)} does not own ${name}; only an owner may add a table to a publication.`;
  const code = 'table-not-owned';
  if (!table.ownerMayBecomeSuperuser)
    return { code, severity: 'blocking', message: fact, statement: `GRANT ${owner} TO ${quoteName(user)};` };
  return {
    code,
    severity: 'blocking',
    message: `${fact} A member of its owner, ${owner}, could become a superuser: give the table to a role that cannot.`,
    statement: `ALTER TABLE ${name} OWNER TO ${quoteName(user)};`,
  };
}

function generatedProblem(name: string, columns: string[]): Problem {
  return {
    code: 'columns-generated',
    severity: 'warning',
    message: `Generated columns of ${name} are not captured: ${columns.join(', ')}. Compute them in the flow where they are needed.`,
    statement: null,
  };
}

function keylessProblem(table: SourceTable, reason: KeylessReason): Problem {
  const name = quoteTable(table);
  const consequence = 'only inserts and truncates are captured, and it cannot be compared';
  const keyColumns = table.primaryKey.map(quoteName).join(', ');
  const texts: Record<KeylessReason, [string, string | null]> = {
    'no-primary-key': [`${name} has no primary key`, `ALTER TABLE ${name} ADD PRIMARY KEY (…);`],
    'identity-nothing': [
      `${name} has REPLICA IDENTITY NOTHING`,
      table.primaryKey.length > 0
        ? `ALTER TABLE ${name} REPLICA IDENTITY DEFAULT;`
        : `ALTER TABLE ${name} ADD PRIMARY KEY (…), REPLICA IDENTITY DEFAULT;`,
    ],
    'identity-index-gone': [
      `The index that ${name} names as its replica identity is gone`,
      `ALTER TABLE ${name} REPLICA IDENTITY DEFAULT;`,
    ],
    'deferrable-primary-key': [
      `The primary key of ${name} is deferrable, so it cannot identify rows in the log`,
      `ALTER TABLE ${name} DROP CONSTRAINT ${quoteName(table.primaryKeyName ?? '')}, ADD PRIMARY KEY (${keyColumns});`,
    ],
    'partition-without-identity': [
      `Partitions of ${name} have no replica identity: ${table.partitionsWithoutIdentity.join(', ')}`,
      table.partitionsWithoutIdentity
        .map((partition) => `ALTER TABLE ${partition} REPLICA IDENTITY DEFAULT;`)
        .join(' '),
    ],
    'full-with-generated-column': [
      `${name} has REPLICA IDENTITY FULL and a virtual generated column; published for updates, Postgres would refuse them`,
      `ALTER TABLE ${name} REPLICA IDENTITY DEFAULT;`,
    ],
    'key-not-published': [`A key column of ${name} is generated and not published`, null],
  };
  const [fact, statement] = texts[reason];
  return { code: `keyless-${reason}`, severity: 'warning', message: `${fact}: ${consequence}.`, statement };
}
