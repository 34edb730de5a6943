/** Decides how an answer becomes a table: which columns are numbers, how each is written, and what colours a cell; pure. */
import type { NumberFormat } from '../../shell/numbers.ts';
import { formatOf, isTimeColumn, labelOf } from '../chart-words.ts';
import type { Cell, Settings, WidgetData, WidgetDefinition } from '../contract.ts';
import { numberOf } from '../series.ts';

export type Tone = 'ok' | 'late' | 'broken';

/** A cell of `column` for which the comparison holds gets the tone; the first rule that holds wins. */
export interface ToneRule {
  column: string;
  operator: '<' | '<=' | '=' | '!=' | '>=' | '>';
  value: string | number;
  tone: Tone;
}

export interface TableColumn {
  key: string;
  title: string;
  numeric: boolean;
  time: boolean;
  format: NumberFormat;
  grain: WidgetDefinition['query']['dimensions'][number]['grain'];
  rules: readonly ToneRule[];
  /** The largest amount, where bars are wanted. */
  most: number | undefined;
}

const COMPARE: Record<ToneRule['operator'], (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
};

/** The rules in the settings that can be understood. */
export function rulesOf(settings: Settings): ToneRule[] {
  const found = Array.isArray(settings.rules) ? (settings.rules as Partial<ToneRule>[]) : [];
  return found.filter(
    (rule): rule is ToneRule =>
      typeof rule?.column === 'string' &&
      rule.operator !== undefined &&
      rule.operator in COMPARE &&
      (typeof rule.value === 'string' || typeof rule.value === 'number') &&
      (rule.tone === 'ok' || rule.tone === 'late' || rule.tone === 'broken'),
  );
}

export function toColumns(widget: WidgetDefinition, data: WidgetData): TableColumn[] {
  const rules = rulesOf(widget.settings);
  return data.columns.map((column, index) => {
    const numeric = column.modelType === 'number';
    const bars = widget.settings.bars === true && numeric && column.role === 'measure';
    return {
      key: column.name,
      title: labelOf(column),
      numeric,
      time: isTimeColumn(column),
      format: formatOf(column),
      grain: widget.query.dimensions[index]?.grain,
      rules: rules.filter((rule) => rule.column === column.name),
      most: bars ? data.rows.reduce((most, row) => Math.max(most, Math.abs(numberOf(row[index]) ?? 0)), 0) : undefined,
    };
  });
}

/** The tone that the rules give to a value; numbers are compared as numbers. */
export function toneOf(rules: readonly ToneRule[], value: Cell): Tone | undefined {
  if (value === null) return undefined;
  return rules.find((rule) => {
    const left = numberOf(value);
    const right = numberOf(rule.value);
    const order = left !== null && right !== null ? left - right : String(value).localeCompare(String(rule.value));
    return COMPARE[rule.operator](order);
  })?.tone;
}
