/** Checks and binds the named steps of a stateless flow, all problems of all steps at once. */
import { bindSelect, tooComplex } from './bind-select.ts';
import { checkSelect } from './check-stateless.ts';
import { Statement } from './expression.ts';
import { parseSelect } from './parse.ts';
import { SqlError, type SqlProblem } from './problem.ts';
import { type Relation, type SourceColumn, sourceRelation } from './relation.ts';

export interface StepText {
  readonly name: string;
  readonly sql: string;
}

export interface BoundSteps {
  /** Parallel to the steps; the last one is the result of the flow. */
  readonly relations: readonly Relation[];
  /** Result column that carries each column of the source's key, in the order of the source. */
  readonly keyFrom: readonly { result: string; source: string }[];
  /** Source columns the SQL has to compute with for the result; those that are only carried are not among them. */
  readonly computedFrom: ReadonlySet<string>;
}

/** Throws SqlError with the problems of every step. */
export function compileSteps(definition: {
  steps: readonly StepText[];
  sourceName: string;
  sourceColumns: readonly SourceColumn[];
}): BoundSteps {
  const { steps, sourceName, sourceColumns } = definition;
  const relations: Relation[] = [];
  const problems: SqlProblem[] = [];
  const known = new Map<string, Relation | null>([[sourceName, sourceRelation(sourceColumns)]]);
  if (steps.length === 0) {
    throw new SqlError([
      { code: 'SQL_SYNTAX', message: 'The flow has no step.', next: 'Write one SELECT.', line: 1, column: 1 },
    ]);
  }
  for (const { name, sql } of steps) {
    let relation: Relation | null = null;
    try {
      const statement = new Statement(sql, name);
      const { select } = parseSelect(sql, name);
      if (known.has(name)) {
        throw new SqlError([
          statement.problem(
            'SQL_DUPLICATE_COLUMN',
            `The name ${name} is taken.`,
            'Give the step another name.',
            undefined,
          ),
        ]);
      }
      const refused = checkSelect(statement, select);
      if (refused.length > 0) throw new SqlError(refused);
      relation = bindSelect(statement, select, (table, location) => {
        const found = known.get(table);
        if (found === null) throw new StepBefore();
        if (found !== undefined) return found;
        throw statement.refuse(
          'SQL_UNKNOWN_TABLE',
          `There is no table ${table}.`,
          `Known tables: ${[...known.keys()].join(', ')}.`,
          location,
        );
      });
      relations.push(relation);
    } catch (error) {
      if (error instanceof SqlError) problems.push(...error.problems);
      // Deeper than the stack before anything is bound.
      else if (error instanceof RangeError) problems.push(tooComplex(new Statement(sql, name), undefined));
      else if (!(error instanceof StepBefore)) throw error;
    }
    known.set(name, relation);
  }
  if (problems.length > 0) throw new SqlError(problems);
  const result = relations.at(-1)!;
  const last = steps.at(-1)!;
  const keyFrom = sourceColumns
    .filter(({ key }) => key)
    .map(({ name }) => {
      const carrier = result.columns.find((column) => column.copied === name);
      if (carrier !== undefined) return { result: carrier.name, source: name };
      problems.push(
        new Statement(last.sql, last.name).problem(
          'SQL_KEY_LOST',
          `The result does not carry the key column ${name} of the source unchanged, so a deleted row could not be found.`,
          `Select ${name} (it may be renamed with AS).`,
          undefined,
        ),
      );
      return { result: '', source: name };
    });
  if (problems.length > 0) throw new SqlError(problems);
  const computedFrom = new Set(result.filterSources);
  for (const column of result.columns) {
    if (column.copied === undefined) for (const source of column.sources) computedFrom.add(source);
  }
  return { relations, keyFrom, computedFrom };
}

/** A step reads one that was refused: its own problems would be consequences only. */
class StepBefore extends Error {}
