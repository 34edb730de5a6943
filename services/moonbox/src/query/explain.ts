/** Decides what EXPLAIN tells of a plan: what each store is asked, what stays and why, and with ANALYZE what it gave and took. */
import type { ResultColumn } from '@rtdp/stores/scan-contract';
import type { Plan } from '../plan/contract.ts';
import type { Explanation, TableRead } from './contract.ts';

export class Measurements {
  readonly parts = new Map<string, { rows: number; milliseconds: number }>();
  /** Of the result. */
  rows = 0;
  milliseconds = 0;

  readonly add = ({ part, rows, milliseconds }: { part?: string; rows: number; milliseconds: number }): void => {
    if (part !== undefined) this.parts.set(part, { rows, milliseconds });
  };
}

export interface ExplanationOptions {
  tables: readonly TableRead[];
  /** Id of a mount → its name. */
  nameOf(store: string): string;
  milliseconds: number;
  measured?: Measurements;
  /** As the source told them, where the plan does not know. */
  columns?: readonly ResultColumn[];
}

export function explanationOf(plan: Plan, options: ExplanationOptions): Explanation {
  const { measured, nameOf } = options;
  if (plan.closedViews.length > 0) return closedExplanation(plan, options);
  const result = measured === undefined ? {} : { rows: measured.rows, milliseconds: measured.milliseconds };
  return {
    columns: plan.columns ?? options.columns ?? [],
    whole: plan.whole === undefined ? null : { store: nameOf(plan.whole.store), sql: plan.whole.sql, ...result },
    parts: plan.parts.map(({ name, store, table, sql, estimate }) => ({
      store: nameOf(store),
      table,
      sql,
      estimate,
      ...measured?.parts.get(name),
    })),
    local: plan.local === undefined ? null : { sql: plan.local.sql, ...result },
    decisions: plan.decisions.map((decision) => ({ ...decision, why: withNames(decision.why, plan, nameOf) })),
    tables: options.tables,
    milliseconds: options.milliseconds,
  };
}

/** How a view is made is not shown to those who may not read its tables: neither the SQL for the stores, nor which these are, nor rows of parts. */
function closedExplanation(plan: Plan, { columns, tables, milliseconds }: ExplanationOptions): Explanation {
  return {
    columns: plan.columns ?? columns ?? [],
    whole: null,
    parts: [],
    local: null,
    decisions: plan.closedViews.map((name) => ({
      what: `the view ${name}`,
      where: 'local',
      why: 'how it is computed is shown to those who may read its tables',
    })),
    tables,
    milliseconds,
  };
}

/** The planner knows mounts by their ids; people do not. */
function withNames(text: string, plan: Plan, nameOf: ExplanationOptions['nameOf']): string {
  const stores = [...(plan.whole === undefined ? [] : [plan.whole.store]), ...plan.parts.map(({ store }) => store)];
  return stores.reduce((named, store) => named.replaceAll(store, nameOf(store)), text);
}

/** As EXPLAIN prints it, one line a row. */
export function explanationLines(explanation: Explanation): string[] {
  const { whole, parts, local, decisions } = explanation;
  const lines: string[] = [];
  if (whole !== null) lines.push(`Whole query on ${whole.store}${measuredText(whole)}`, `  ${oneLine(whole.sql)}`);
  for (const part of parts) {
    const estimate = part.estimate === null ? '' : `, about ${part.estimate} rows`;
    lines.push(`From ${part.store}: ${part.table}${estimate}${measuredText(part)}`, `  ${oneLine(part.sql)}`);
  }
  if (local !== null) lines.push(`In the gateway${measuredText(local)}`, `  ${oneLine(local.sql)}`);
  for (const { what, where, why } of decisions)
    lines.push(`${where === 'pushed' ? 'Pushed' : 'Kept'}: ${what} (${why})`);
  lines.push(`Time: ${explanation.milliseconds.toFixed(1)} ms`);
  return lines;
}

function measuredText({ rows, milliseconds }: { rows?: number; milliseconds?: number }): string {
  return rows === undefined || milliseconds === undefined
    ? ''
    : ` (gave ${rows} rows in ${milliseconds.toFixed(1)} ms)`;
}

function oneLine(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').trim();
}
