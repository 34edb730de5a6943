/** Decides what of a source's definition may change while it lives, and how tables are added to it and taken out of it. Pure. */
import { RtdpError } from '@rtdp/ums/error';
import { choosesTable, matchesTable, readSourceDefinition, type SourceDefinitionInput } from './source-definition.ts';

/** Names of topics, slot and namespaces hang on these, and what is in Kafka already cannot be renamed. */
const FIXED = ['name', 'kind', 'instance', 'topic', 'partitions'] as const;

export type DefinitionChange = Partial<Omit<SourceDefinitionInput, 'connection'>> & {
  connection?: Partial<SourceDefinitionInput['connection']>;
};

/** @throws RtdpError DBUS_SOURCE_CHANGE_NOT_ALLOWED, or what is wrong with the result */
export function changeDefinition(given: SourceDefinitionInput, change: DefinitionChange): SourceDefinitionInput {
  const before = readSourceDefinition(given);
  for (const name of FIXED) {
    if (change[name] === undefined || change[name] === before[name]) continue;
    throw new RtdpError({
      code: 'DBUS_SOURCE_CHANGE_NOT_ALLOWED',
      message: `${name} of source ${given.name} cannot change: it is ${JSON.stringify(before[name])}`,
      next: 'Register a second source with the new value, pull its tables, then remove this one.',
      facts: { field: name, is: before[name], asked: change[name] },
    });
  }
  const database = change.connection?.database;
  if (database !== undefined && database !== before.connection.database) {
    throw new RtdpError({
      code: 'DBUS_SOURCE_CHANGE_NOT_ALLOWED',
      message: `source ${given.name} streams database ${before.connection.database}; a source is one database of one server`,
      next: 'Register a second source for the other database.',
      facts: { field: 'connection.database', is: before.connection.database, asked: database },
    });
  }
  const changed = {
    ...given,
    ...change,
    connection: { ...given.connection, ...change.connection },
    ...(change.limits === undefined ? {} : { limits: { ...given.limits, ...change.limits } }),
    ...(change.snapshot === undefined ? {} : { snapshot: { ...given.snapshot, ...change.snapshot } }),
  } as SourceDefinitionInput;
  readSourceDefinition(changed);
  return changed;
}

/** Only the list of tables changed, so that nothing has to be restarted. */
export function onlyTablesChanged(before: SourceDefinitionInput, after: SourceDefinitionInput): boolean {
  const rest = ({ tables: _tables, excludedTables: _excluded, future: _future, ...others }: SourceDefinitionInput) =>
    JSON.stringify(others, Object.keys(flat(others)).sort());
  return rest(before) === rest(after);
}

/** Every name at any depth, for a comparison that does not depend on the order of members. */
function flat(value: unknown, names: Record<string, true> = {}): Record<string, true> {
  if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      names[name] = true;
      flat(inner, names);
    }
  }
  return names;
}

export function addTables(given: SourceDefinitionInput, patterns: readonly string[]): SourceDefinitionInput {
  const excludedTables = (given.excludedTables ?? []).filter((pattern) => !patterns.includes(pattern));
  if (given.tables === 'all') return { ...given, excludedTables };
  return { ...given, excludedTables, tables: [...new Set([...given.tables, ...patterns])] };
}

/** A pattern that stands in the list goes out of it; what is then still chosen is excluded by name. */
export function removeTables(given: SourceDefinitionInput, patterns: readonly string[]): SourceDefinitionInput {
  const excluded = given.excludedTables ?? [];
  if (given.tables === 'all') return { ...given, excludedTables: [...new Set([...excluded, ...patterns])] };
  const tables = given.tables.filter((pattern) => !patterns.includes(pattern));
  if (tables.length === 0) {
    throw new RtdpError({
      code: 'DBUS_SOURCE_CHANGE_NOT_ALLOWED',
      message: `source ${given.name} would capture no table at all`,
      next: 'Remove the source, or add other tables first.',
      facts: { source: given.name },
    });
  }
  const left = { ...given, tables };
  const still = patterns.filter((pattern) => {
    const [schema, table] = pattern.includes('.') ? pattern.split('.') : ['public', pattern];
    return (
      choosesTable({ tables, excludedTables: excluded }, schema!, table!) ||
      tables.some((other) => other.includes('*') && matchesTable(other, schema!, table!))
    );
  });
  return { ...left, excludedTables: [...new Set([...excluded, ...still])] };
}
