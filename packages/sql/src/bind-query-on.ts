/**
 * Binds the subqueries in the ON of an outer join. The engine cannot ask one of them which rows stay alone, so each is asked before the join, for
 * every row of the one side it reads, and ON reads the answer as a column of that side.
 */
import type { Node, SubLink } from 'libpg-query';
import { computed, type Expression } from './expression.ts';
import type { QueryNames } from './query-context.ts';
import type { FromItem, FromOptions, QueryScope } from './query-scope.ts';

/** `left` and `right`: the engine's SQL of the sides, with the answers; `known`: what ON reads in place of each subquery. */
export function askBeforeJoin(
  options: FromOptions,
  condition: Node,
  left: FromItem,
  right: FromItem,
  scope: QueryScope,
): { left: string; right: string; known: ReadonlyMap<SubLink, Expression> } {
  const known = new Map<SubLink, Expression>();
  const sides = { left: left.sql, right: right.sql };
  const ofLeft = new Set(left.columns.map(({ expression }) => expression.sql));
  for (const link of outermostSubqueries(condition)) {
    const read = new Set<'left' | 'right'>();
    const names: QueryNames = {
      resolve: (path, location) => {
        const column = scope.resolve(path, location);
        if (column.depth === 0) read.add(ofLeft.has(column.sql) ? 'left' : 'right');
        return column;
      },
    };
    const value = options.bindValue({ SubLink: link } as Node, names);
    if (read.size > 1) {
      throw options.context.statement.refuse(
        'SQL_UNSUPPORTED',
        'A subquery in the ON of an outer join that reads both sides is only computed where one Postgres source holds every table of the query.',
        'Join a subquery in FROM instead.',
        link.location,
      );
    }
    const [side = 'left'] = read;
    const { sql, column } = withColumn(options, sides[side], value);
    sides[side] = sql;
    known.set(link, { ...computed(value.type, column, [], { location: value.location }), fallible: value.fallible });
  }
  return { ...sides, known };
}

function outermostSubqueries(tree: unknown): SubLink[] {
  if (typeof tree !== 'object' || tree === null) return [];
  if (Array.isArray(tree)) return tree.flatMap(outermostSubqueries);
  return Object.entries(tree).flatMap(([key, value]) =>
    key === 'SubLink' ? [value as SubLink] : outermostSubqueries(value),
  );
}

/** An item of FROM whose rows have one more value. */
function withColumn({ context }: FromOptions, item: string, value: Expression): { sql: string; column: string } {
  const name = context.name('b');
  const alone = /^(?!LATERAL )[\s\S]* AS (q\d+)$/.exec(item);
  if (alone === null) {
    const sql = `(${item} CROSS JOIN LATERAL (SELECT ${value.sql} AS c0) AS ${name})`;
    return { sql, column: `${name}.c0` };
  }
  const [, own] = alone;
  return { sql: `(SELECT ${own}.*, ${value.sql} AS ${name} FROM ${item}) AS ${own}`, column: `${own}.${name}` };
}
