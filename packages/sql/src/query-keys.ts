/** Decides by what rows are ordered, grouped and told apart, for each type: the engine's own order where it is Postgres', else a key. */
import { type Expression, Refusal, type Statement } from './expression.ts';
import { describeType, hasOneText, isFixed, isFloat, isInteger, isMoment, type PgType } from './pg-type.ts';

/** Whether equal values are equal in the engine, byte for byte, and ordered as in Postgres (texts by bytes). */
export function isPlainKey(type: PgType): boolean {
  return (
    isInteger(type) ||
    isFloat(type) ||
    isMoment(type) ||
    isFixed(type) ||
    ['bool', 'text', 'varchar', 'uuid', 'bytea'].includes(type.name)
  );
}

/** What orders values, rather than telling them apart. */
const ORDERINGS = new Set(['Ordering', 'min', 'max']);

/** The SQL by which values are compared: equal and ordered as Postgres has it. Throws SQL_UNSUPPORTED for types without a proven order. */
export function keySql(statement: Statement, expression: Expression, what: string): string {
  const { type, sql } = expression;
  if (isPlainKey(type)) return sql;
  // Blanks at the end of a char(n) do not count.
  if (type.name === 'bpchar') return `rtrim(${sql}, ' ')`;
  // Each value has its own scale: 1.0 and 1.00 are one value.
  if (type.name === 'numeric') return `rtdp_numeric_key(${sql})`;
  // 1 day and 24 hours are one value.
  if (type.name === 'interval') return `rtdp_interval_key(${sql})`;
  // There is no min and no max of them.
  if (type.name === 'jsonb' && statement.ordersTextByBytes && what !== 'min' && what !== 'max')
    return `rtdp_jsonb_key(${sql})`;
  if (type.name === 'array' && statement.ordersTextByBytes) {
    // Equal arrays have one text where equal items have; it tells nothing about their order.
    if (!ORDERINGS.has(what) && hasOneText(type.element!)) return sql;
    const kind = itemKind(type.element!);
    if (kind !== null) return `rtdp_array_key(${sql}, '${kind}')`;
  }
  throw new Refusal(
    statement.problem(
      'SQL_UNSUPPORTED',
      `${what} by ${describeType(type)} is not proven equal to Postgres'.`,
      'Cast it to text, or leave it out.',
      expression.location,
    ),
  );
}

/** How the engine puts the items of an array in order; null where it does not. */
function itemKind(type: PgType): string | null {
  if (isInteger(type)) return 'integer';
  if (isFloat(type)) return 'float';
  if (isMoment(type)) return 'moment';
  if (type.name === 'bpchar') return 'padded';
  if (type.name === 'numeric' || type.name === 'interval') return type.name;
  return ['text', 'varchar', 'bool', 'uuid'].includes(type.name) ? 'text' : null;
}

/** Whether the order of these values depends on a collation. */
export function isCollated(type: PgType): boolean {
  if (type.element !== undefined) return isCollated(type.element);
  return type.name === 'text' || type.name === 'varchar' || type.name === 'bpchar' || type.name === 'unknown';
}
