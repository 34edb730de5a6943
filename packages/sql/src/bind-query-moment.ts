/** Binds the moments that a statement fixes: its own time, constants moved by constant intervals, and intervals with their unit behind them. */
import type { A_Expr, Node } from 'libpg-query';
import { type ExpressionBinder, namesOf } from './bind-expression.ts';
import { constant, type Expression } from './expression.ts';
import { foldMoment } from './fold-moment.ts';
import { coerceLiteral } from './literals.ts';
import { DATE, isMoment, type PgType, TIMESTAMP, TIMESTAMPTZ, UNKNOWN } from './pg-type.ts';
import type { QueryContext } from './query-context.ts';

/** A constant moment moved by a constant interval; null for anything else. */
export function moveConstant(binder: ExpressionBinder, { name, lexpr, rexpr, location }: A_Expr): Expression | null {
  const operator = namesOf(name).join('.');
  if (
    (operator !== '+' && operator !== '-') ||
    rexpr === undefined ||
    !('TypeCast' in rexpr) ||
    lexpr === undefined ||
    'A_Const' in lexpr
  )
    return null;
  if (namesOf(rexpr.TypeCast.typeName?.names).join('.') !== 'interval') return null;
  const [moment, { interval }] = [binder.bind(lexpr), binder.bind(rexpr)];
  if (typeof moment.literal !== 'string' || interval === undefined || !isMoment(moment.type)) return null;
  const text = foldMoment(moment.literal, interval, operator === '+' ? 1 : -1);
  if (text === null) return null;
  const type = moment.type.name === 'date' ? TIMESTAMP : moment.type;
  return coerceLiteral(binder.statement, constant(UNKNOWN, 'NULL', text, location), type);
}

/** CURRENT_DATE and its like: one value for the whole statement. */
export function timeOfStatement(context: QueryContext, operation: string, location: number | undefined): Expression {
  const { statement } = context;
  const moment = context.options.now.toISOString().replace('T', ' ').replace('Z', '');
  const types: Record<string, PgType> = {
    SVFOP_CURRENT_DATE: DATE,
    SVFOP_CURRENT_TIMESTAMP: TIMESTAMPTZ,
    SVFOP_LOCALTIMESTAMP: TIMESTAMP,
  };
  const type = types[operation];
  if (type === undefined) {
    const word = operation.replace(/^SVFOP_|_N$/g, '').toLowerCase();
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      `${word} is not proven here.`,
      'Use current_date or current_timestamp.',
      location,
    );
  }
  context.facts.readsClock = true;
  const text = type === DATE ? moment.slice(0, 10) : moment;
  return coerceLiteral(statement, constant(UNKNOWN, 'NULL', text, location), type);
}

const UNITS = new Map([
  [4, 'year'],
  [2, 'month'],
  [8, 'day'],
  [1024, 'hour'],
  [2048, 'minute'],
  [4096, 'second'],
]);

/** `interval '3' month` as `interval '3 month'`; null where it is anything else. */
export function intervalWithUnit(node: Node): Node | null {
  if (!('TypeCast' in node)) return null;
  const { arg, typeName } = node.TypeCast;
  if (namesOf(typeName?.names).join('.') !== 'interval' || typeName?.typmods?.length !== 1) return null;
  const [modifier] = typeName.typmods;
  const mask = modifier !== undefined && 'A_Const' in modifier ? modifier.A_Const.ival?.ival : undefined;
  const unit = UNITS.get(mask ?? 0);
  const text = arg !== undefined && 'A_Const' in arg ? arg.A_Const.sval?.sval : undefined;
  if (unit === undefined || text === undefined || !/^\s*[+-]?\d+\s*$/.test(text)) return null;
  const { typmods: _typmods, ...plain } = typeName;
  return {
    TypeCast: { ...node.TypeCast, typeName: plain, arg: { A_Const: { sval: { sval: `${text.trim()} ${unit}` } } } },
  } as Node;
}
