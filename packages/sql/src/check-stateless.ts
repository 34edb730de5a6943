/** Finds everything in a statement that looks beyond one row or gives another result when run again: not for stateless flows. */
import type { FuncCall, Node, SelectStmt } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import type { SqlErrorCode } from './error-codes.ts';
import { Statement } from './expression.ts';
import { parseSelect } from './parse.ts';
import type { SqlProblem } from './problem.ts';

const AGGREGATES = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist every json_agg json_agg_strict
  json_object_agg jsonb_agg jsonb_agg_strict jsonb_object_agg max min mode percentile_cont percentile_disc range_agg range_intersect_agg
  regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg sum
  var_pop var_samp variance xmlagg`.split(/\s+/),
);

const WINDOWS = new Set(
  'row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value'.split(' '),
);

const VOLATILE = new Set(
  `now transaction_timestamp statement_timestamp clock_timestamp timeofday random random_normal setseed gen_random_uuid uuidv4 uuidv7
  uuid_generate_v1 uuid_generate_v4 nextval currval lastval setval txid_current pg_current_xact_id pg_sleep age current_setting set_config
  pg_backend_pid inet_client_addr current_database current_schema version session_user current_query gen_random_bytes`.split(
    /\s+/,
  ),
);

const STATEFUL = 'A flow that keeps state does not exist yet: compute it in a view over the sink table.';

/** Throws the parser's errors; returns what is refused in a parsed statement, in the order of the text. */
export function checkStateless(text: string, step?: string): SqlProblem[] {
  const { select } = parseSelect(text, step);
  return checkSelect(new Statement(text, step), select);
}

/** As `checkStateless`, of a parsed SELECT. */
export function checkSelect(statement: Statement, select: SelectStmt): SqlProblem[] {
  const problems: SqlProblem[] = [];
  const add = (code: SqlErrorCode, message: string, next: string, location: number | undefined): void => {
    problems.push(statement.problem(code, message, next, location));
  };
  walk({ SelectStmt: select } as Node, (kind, body) => {
    if (kind === 'SelectStmt') checkClauses(body as SelectStmt, add);
    else if (kind === 'FuncCall') checkCall(body as unknown as FuncCall, add);
    else if (kind === 'SQLValueFunction') {
      const name = String((body as { op?: string }).op ?? '')
        .replace('SVFOP_', '')
        .toLowerCase();
      add(
        'SQL_VOLATILE',
        `${name} gives another result tomorrow.`,
        'Use a column of the row, such as its own time.',
        body.location,
      );
    } else if (kind === 'SubLink') {
      add('SQL_STATEFUL_SUBQUERY', 'A subquery in an expression may depend on other rows.', STATEFUL, body.location);
    } else if (kind === 'GroupingFunc') {
      add('SQL_STATEFUL_GROUP', 'GROUPING belongs to GROUP BY.', STATEFUL, body.location);
    } else if (kind === 'RangeTableSample') {
      add('SQL_VOLATILE', 'TABLESAMPLE takes other rows each time.', 'Filter by a column.', body.location);
    }
  });
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

type Add = (code: SqlErrorCode, message: string, next: string, location: number | undefined) => void;

function checkClauses(select: SelectStmt, add: Add): void {
  const at = (nodes: readonly Node[] | undefined): number | undefined => {
    let found: number | undefined;
    for (const node of nodes ?? []) {
      walk(node, (_kind, body) => {
        found ??= typeof body.location === 'number' && body.location >= 0 ? body.location : undefined;
      });
    }
    return found;
  };
  const place = at(select.targetList);
  if (select.distinctClause !== undefined)
    add('SQL_STATEFUL_DISTINCT', 'DISTINCT compares rows with each other.', STATEFUL, place);
  if (select.groupClause !== undefined)
    add('SQL_STATEFUL_GROUP', 'GROUP BY puts several rows together.', STATEFUL, at(select.groupClause));
  if (select.havingClause !== undefined)
    add('SQL_STATEFUL_GROUP', 'HAVING filters groups of rows.', STATEFUL, at([select.havingClause]));
  if (select.windowClause !== undefined)
    add('SQL_STATEFUL_WINDOW', 'WINDOW looks at more than one row.', STATEFUL, at(select.windowClause));
  if (select.sortClause !== undefined) {
    add(
      'SQL_STATEFUL_ORDER',
      'ORDER BY orders rows among each other; rows of a flow keep the order of the source.',
      'Remove it.',
      at(select.sortClause),
    );
  }
  if (select.limitCount !== undefined)
    add('SQL_STATEFUL_LIMIT', 'LIMIT depends on the other rows.', STATEFUL, at([select.limitCount]));
  if (select.limitOffset !== undefined)
    add('SQL_STATEFUL_LIMIT', 'OFFSET depends on the other rows.', STATEFUL, at([select.limitOffset]));
  if (select.lockingClause !== undefined)
    add('SQL_STATEFUL_LOCK', 'FOR UPDATE and FOR SHARE lock rows of a table.', 'Remove it.', place);
  if (select.intoClause !== undefined)
    add('SQL_UNSUPPORTED', 'SELECT INTO makes a table.', 'The sink of the flow makes the table.', place);
  if (select.valuesLists !== undefined)
    add(
      'SQL_UNSUPPORTED',
      'VALUES are rows that do not come from the source.',
      'Read the source.',
      at(select.valuesLists),
    );
  if (select.withClause?.recursive === true)
    add('SQL_UNSUPPORTED', 'WITH RECURSIVE is not proven.', 'Write named steps.', place);
  if (select.op !== undefined && select.op !== 'SETOP_NONE' && !(select.op === 'SETOP_UNION' && select.all === true)) {
    const name = select.op.replace('SETOP_', '') + (select.all === true ? ' ALL' : '');
    const next = select.op === 'SETOP_UNION' ? 'Write UNION ALL.' : STATEFUL;
    const branch = select.rarg?.targetList;
    add('SQL_STATEFUL_SET_OPERATION', `${name} compares rows with each other.`, next, at(branch));
  }
}

function checkCall(call: FuncCall, add: Add): void {
  const name = namesOf(call.funcname).at(-1) ?? '';
  if (call.over !== undefined || WINDOWS.has(name)) {
    add('SQL_STATEFUL_WINDOW', `${name} looks at more than one row.`, STATEFUL, call.location);
  } else if (
    AGGREGATES.has(name) ||
    call.agg_star === true ||
    call.agg_distinct === true ||
    call.agg_order !== undefined ||
    call.agg_filter !== undefined
  ) {
    add('SQL_STATEFUL_AGGREGATE', `${name} is an aggregate: it looks at more than one row.`, STATEFUL, call.location);
  } else if (VOLATILE.has(name)) {
    add(
      'SQL_VOLATILE',
      `${name} gives another result when it is called again.`,
      'Use a column of the row, such as its own time.',
      call.location,
    );
  }
}

/** Visits every node of a tree: `kind` is the node's name, `body` its fields. */
export function walk(tree: unknown, visit: (kind: string, body: { location?: number }) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
    return;
  }
  if (typeof tree !== 'object' || tree === null) return;
  for (const [key, value] of Object.entries(tree)) {
    // Fields that hold a bare statement (larg, rarg) are not wrapped in their kind.
    if ((key === 'larg' || key === 'rarg') && !isWrapped(value)) visit('SelectStmt', value as { location?: number });
    // The table of an UPDATE, INSERT or DELETE stands bare too.
    else if (key === 'relation' && isTable(value)) visit('RangeVar', value);
    else if (/^[A-Z]/.test(key) && typeof value === 'object' && value !== null)
      visit(key, value as { location?: number });
    walk(value, visit);
  }
}

function isTable(value: unknown): value is { location?: number } {
  return typeof value === 'object' && value !== null && 'relname' in value;
}

function isWrapped(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).some((key) => /^[A-Z]/.test(key));
}
