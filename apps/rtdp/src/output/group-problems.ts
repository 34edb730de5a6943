/** Decides how what is wrong with many tables is told without saying it again for each: equal sentences once, with all their tables. Pure. */

export interface TableWithProblems {
  schema: string;
  table: string;
  problems: readonly { message: string; statement: string | null }[];
}

export interface ProblemOfTables {
  /** `schema.table`; the first is the one that the message names, where it names one. */
  tables: string[];
  message: string;
  /** Each once, in the order of the tables. */
  statements: string[];
}

/** @returns in the order in which they first come; messages that differ by the name of their table alone are one */
export function groupProblems(tables: readonly TableWithProblems[]): ProblemOfTables[] {
  const groups = new Map<string, ProblemOfTables>();
  for (const { schema, table, problems } of tables) {
    for (const { message, statement } of problems) {
      const said = message.replaceAll(quoted(schema, table), '');
      const group = groups.get(said) ?? { tables: [], message, statements: [] };
      group.tables.push(`${schema}.${table}`);
      if (statement !== null && !group.statements.includes(statement)) group.statements.push(statement);
      groups.set(said, group);
    }
  }
  return [...groups.values()];
}

/** As the service writes it in its sentences. */
function quoted(schema: string, table: string): string {
  return [schema, table].map((name) => `"${name.replaceAll('"', '""')}"`).join('.');
}
