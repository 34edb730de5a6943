/** Prints the values of one level of a query for MySQL and MariaDB: columns, casts, CASE, aggregates, windows; what is not proven throws. */
import type { A_Expr, CaseExpr, ColumnRef, FuncCall, Node, SelectStmt, SubLink, WindowDef } from 'libpg-query';
import { isAggregate } from './bind-aggregate.ts';
import { namesOf } from './bind-expression.ts';
import { type MysqlValue, mostBytes, NotProven, nullableOf, ofLength } from './mysql-value.ts';
import { BOOL, INT4, INT8, isFixed, isInteger, type PgType, TEXT } from './pg-type.ts';
import {
  comparablePair,
  type MysqlColumn,
  type MysqlCondition,
  type MysqlNames,
  printMysqlCondition,
} from './print-mysql.ts';
import { aggregateOf } from './print-mysql-aggregate.ts';
import { fitsInteger, integerConstant, printMysqlArithmetic } from './print-mysql-arithmetic.ts';
import { type MysqlCallLevel, printMysqlCall, printMysqlConcat } from './print-mysql-call.ts';
import { isMysqlText, type MysqlConstants, mysqlLiteralOf, quoteMysqlText } from './print-mysql-literal.ts';
import { neighbourOf, printMysqlWindow } from './print-mysql-window.ts';
import { checkedDate } from './print-mysql-zero-date.ts';

/** What grouping leaves of the rows. */
export interface MysqlGrouping {
  readonly rows: MysqlValues;
  /** The key with this SQL over the rows; null where there is none. */
  keyOf(sql: string): MysqlValue | null;
  aggregate(value: MysqlValue): MysqlValue;
  /** A column that the keys determine. */
  dependent(value: MysqlValue): MysqlValue;
}

export interface MysqlLevel extends MysqlConstants {
  /** `own`: of this level, not of one around it. Throws NotProven. */
  readonly column: (reference: ColumnRef) => { value: MysqlValue; own: boolean };
  /** The type Postgres gives a node. */
  readonly typeOf: (node: Node) => PgType | undefined;
  readonly byteCollation: string | undefined;
  /** Prints a subquery of an expression; `byBytes`: its texts are compared. Throws NotProven. */
  readonly subquery: (select: SelectStmt, use: 'exists' | 'in' | 'scalar') => { sql: string; value: MysqlValue };
  readonly grouping?: MysqlGrouping;
  /** Present where window functions may stand. */
  readonly windows?: ReadonlyMap<string, WindowDef>;
}

export class MysqlValues implements MysqlNames {
  readonly level: MysqlLevel;

  constructor(level: MysqlLevel) {
    this.level = level;
  }

  get now(): Date {
    return this.level.now;
  }

  readonly parameter = (number: number): string | null | undefined => this.level.parameter(number);
  readonly column = (reference: object): MysqlColumn | null =>
    this.#attempt(() => this.print({ ColumnRef: reference as ColumnRef } as Node));
  readonly value = (node: Node): MysqlColumn | null =>
    mysqlLiteralOf(node, this) !== undefined ? null : this.#attempt(() => this.#steady(this.print(node)));
  readonly subquery = (link: SubLink): MysqlCondition | null => this.#attempt(() => this.#askSubquery(link));
  #reason: string | undefined;

  /** A condition the source judges exactly. Throws NotProven. */
  condition(node: Node): string {
    this.#reason = undefined;
    const printed = printMysqlCondition(node, this);
    if (printed?.exact !== true)
      throw new NotProven(this.#reason ?? 'a condition is not proven to mean the same there');
    return printed.sql;
  }

  /** Throws NotProven. */
  print(node: Node | undefined): MysqlValue {
    if (node === undefined) throw new NotProven('an expression is empty');
    const { grouping } = this.level;
    if ('A_Const' in node) return this.#constant(node);
    if (grouping !== undefined && !('SubLink' in node)) {
      const row = this.#attempt(() => grouping.rows.print(node));
      const key = row === null ? null : grouping.keyOf(row.sql);
      if (key !== null) return key;
    }
    if ('ColumnRef' in node) {
      const { value, own } = this.level.column(node.ColumnRef);
      return grouping === undefined || !own ? value : grouping.dependent(value);
    }
    if ('FuncCall' in node) return this.#call(node.FuncCall, this.#typeOf(node));
    if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP' && this.#typeOf(node).name !== 'bool')
      return this.#arithmetic(node.A_Expr, this.#typeOf(node));
    if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_NULLIF') return this.#nullIf(node.A_Expr);
    if ('CaseExpr' in node) return this.#case(node.CaseExpr, this.#typeOf(node));
    if ('CoalesceExpr' in node) {
      const values = (node.CoalesceExpr.args ?? []).map((part) => this.#steady(this.print(part)));
      return this.#chosen(values, this.#typeOf(node), `COALESCE(${values.map(chosenForm).join(', ')})`);
    }
    if ('TypeCast' in node) return this.#cast(node, this.#typeOf(node));
    if ('SubLink' in node && node.SubLink.subLinkType === 'EXPR_SUBLINK') return this.#scalar(node.SubLink);
    if (this.#typeOf(node).name === 'bool') return { sql: `(${this.condition(node)})`, type: BOOL, exact: true };
    throw new NotProven('an expression is not proven to mean the same there');
  }

  #attempt<Value>(work: () => Value): Value | null {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof NotProven)) throw error;
      this.#reason ??= error.message;
      return null;
    }
  }

  #typeOf(node: Node): PgType {
    const type = this.level.typeOf(node);
    if (type === undefined) throw new NotProven('the type of an expression is not known');
    return type;
  }

  #steady(value: MysqlValue): MysqlValue {
    if (value.fallible === true) throw new NotProven('when a number that is too large fails there is not proven');
    return value;
  }

  #constant(node: Node & { A_Const: object }): MysqlValue {
    const { ival, fval, sval } = node.A_Const as {
      ival?: { ival?: number };
      fval?: { fval?: string };
      sval?: { sval?: string };
    };
    if (ival !== undefined) return integerConstant(String(ival.ival ?? 0), INT4);
    const text = fval?.fval ?? '';
    if (/^\d{1,18}$/.test(text)) return integerConstant(text, INT8);
    const decimal = /^(\d{1,18})\.(\d{1,10})$/.exec(text);
    if (decimal !== null) {
      const [digits, scale] = [decimal[1]!.length + decimal[2]!.length, decimal[2]!.length];
      const type: PgType = { name: 'numeric', precision: digits, scale };
      return { sql: text, type, exact: true, nullable: false, constant: true };
    }
    if (sval === undefined) throw new NotProven('a constant has no proven form there');
    return this.#textConstant(sval.sval ?? '');
  }

  #textConstant(text: string): MysqlValue {
    const value = { ...this.#text(quoteMysqlText(text)), nullable: false, constant: true };
    return ofLength(value, Buffer.byteLength(text));
  }

  /** A text of utf8mb4, in whatever collation. */
  #text(sql: string): MysqlValue {
    const { byteCollation } = this.level;
    if (byteCollation === undefined) throw new NotProven('no collation of it is known to compare bytes');
    return { sql, type: TEXT, exact: false, byBytes: `${sql} COLLATE ${byteCollation}` };
  }

  #cast(node: Node & { TypeCast: { arg?: Node } }, type: PgType): MysqlValue {
    const literal = mysqlLiteralOf(node, this);
    if (typeof literal === 'string') {
      if (type.name === 'date') return { sql: `DATE '${literal}'`, type, exact: true, nullable: false, constant: true };
      if (type.name === 'timestamp' || type.name === 'timestamptz')
        return { sql: `TIMESTAMP '${literal}'`, type, exact: true, nullable: false, constant: true };
      if (isInteger(type)) return integerConstant(literal, type);
      if (type.name === 'text') return this.#textConstant(literal);
    }
    const value = this.print(node.TypeCast.arg);
    if (isInteger(type) && isInteger(value.type) && fitsInteger(value, type)) return { ...value, type };
    if (isMysqlText(type) && isMysqlText(value.type) && type.length === undefined) {
      const bytes = mostBytes(value);
      return { ...value, type, ...(bytes === undefined ? {} : { bytes }) };
    }
    throw new NotProven('a cast that computes is not proven to mean the same there');
  }

  #arithmetic(expression: A_Expr, type: PgType): MysqlValue {
    const operator = namesOf(expression.name).join('.');
    const { lexpr, rexpr } = expression;
    if (operator === '||' && type.name === 'text' && lexpr !== undefined && rexpr !== undefined)
      return printMysqlConcat(this.#callLevel, [lexpr, rexpr], false);
    return printMysqlArithmetic((node) => this.print(node), expression, type);
  }

  #nullIf({ lexpr, rexpr }: A_Expr): MysqlValue {
    const value = this.#steady(this.print(lexpr));
    const equal = this.condition({ A_Expr: { kind: 'AEXPR_OP', name: [EQUAL], lexpr, rexpr } } as Node);
    return this.#chosen([value], value.type, `CASE WHEN ${equal} THEN NULL ELSE ${chosenForm(value)} END`, true);
  }

  #case({ arg, args = [], defresult }: CaseExpr, type: PgType): MysqlValue {
    const values: MysqlValue[] = [];
    let hasNull = defresult === undefined;
    const result = (node: Node | undefined): string => {
      if (node !== undefined && 'A_Const' in node && node.A_Const.isnull === true) {
        hasNull = true;
        return 'NULL';
      }
      const value = this.#steady(this.print(node));
      values.push(value);
      return chosenForm(value);
    };
    const arms = args.map((node) => {
      if (!('CaseWhen' in node)) throw new NotProven('this form of CASE is not proven there');
      const { expr, result: then } = node.CaseWhen;
      const test =
        arg === undefined ? expr! : ({ A_Expr: { kind: 'AEXPR_OP', name: [EQUAL], lexpr: arg, rexpr: expr } } as Node);
      return `WHEN ${this.condition(test)} THEN ${result(then)}`;
    });
    const otherwise = defresult === undefined ? '' : ` ELSE ${result(defresult)}`;
    return this.#chosen(values, type, `CASE ${arms.join(' ')}${otherwise} END`, hasNull);
  }

  /** One of several values, in a type and form that all of them have. */
  #chosen(values: readonly MysqlValue[], type: PgType, sql: string, hasNull = false): MysqlValue {
    const nullable = hasNull ? { nullable: true } : nullableOf(values);
    const [first] = values;
    if (first === undefined) throw new NotProven('a value that is always NULL has no proven type there');
    if (isInteger(type) && values.every((value) => isInteger(value.type))) {
      const summed = values.some((value) => value.summed === true);
      return { sql, type, exact: true, ...nullable, ...(summed ? { summed } : {}) };
    }
    if (isFixed(type) && values.every((value) => isFixed(value.type) && value.type.scale === type.scale))
      return { sql, type, exact: true, ...nullable };
    if (type.name === 'date' && values.every((value) => value.type.name === 'date' && value.exact)) {
      const mayBeZero = values.some((value) => value.mayBeZero === true);
      return { sql, type, exact: true, ...nullable, ...(mayBeZero ? { mayBeZero } : {}) };
    }
    if (isMysqlText(type) && values.every((value) => isMysqlText(value.type) && value.byBytes !== undefined))
      return { ...this.#text(`(${sql})`), type, ...nullable, isLong: values.some(({ isLong }) => isLong === true) };
    throw new NotProven('values of different forms would get one form there');
  }

  #call(call: FuncCall, type: PgType): MysqlValue {
    const name = namesOf(call.funcname).join('.');
    if (call.over !== undefined) {
      const { windows } = this.level;
      if (windows === undefined) throw new NotProven('it is not proven to compute windows');
      const over = printMysqlWindow((node) => this.print(node), call.over, windows, name);
      if (['row_number', 'rank', 'dense_rank'].includes(name) && (call.args ?? []).length === 0)
        return { sql: `${name.toUpperCase()}() OVER (${over})`, type: INT8, exact: true, nullable: false };
      const neighbour = neighbourOf((node) => this.#steady(this.print(node)), call, name, over);
      if (neighbour !== null)
        return neighbour.byBytes === undefined ? neighbour : { ...neighbour, ...this.#text(neighbour.sql), type };
      if (call.agg_distinct === true || call.agg_order !== undefined || !isAggregate(name))
        throw new NotProven(`${name} over a window is not proven there`);
      const value = aggregateOf(this, call, name, type);
      const sql = `${value.sql} OVER (${over})`;
      // Compared by bytes, it is still one value for each row.
      return value.byBytes === undefined ? { ...value, sql } : { ...value, ...this.#text(sql), type };
    }
    if (isAggregate(name)) {
      const { grouping } = this.level;
      if (grouping === undefined) throw new NotProven('an aggregate of a level around is not proven there');
      return grouping.aggregate(aggregateOf(grouping.rows, call, name, type));
    }
    return printMysqlCall(this.#callLevel, name, call.args ?? [], type);
  }

  readonly #callLevel: MysqlCallLevel = {
    print: (node) => this.print(node),
    text: (sql) => this.#text(sql),
  };

  #scalar({ subselect }: SubLink): MysqlValue {
    if (subselect === undefined || !('SelectStmt' in subselect)) throw new NotProven('a subquery is not proven there');
    const { sql, value } = this.level.subquery(subselect.SelectStmt, 'scalar');
    const { bounds: _bounds, ...others } = value;
    const held: MysqlValue = { ...others, sql: `(${sql})`, nullable: true };
    return value.byBytes === undefined
      ? held
      : { ...this.#text(`(${sql})`), type: value.type, isLong: value.isLong === true };
  }

  #askSubquery({ subLinkType, testexpr, subselect, operName }: SubLink): MysqlCondition {
    const { level } = this;
    if (subselect === undefined || !('SelectStmt' in subselect)) throw new NotProven('a subquery is not proven there');
    const select = subselect.SelectStmt;
    if (subLinkType === 'EXISTS_SUBLINK')
      return { sql: `EXISTS (${level.subquery(select, 'exists').sql})`, exact: true };
    const operator = namesOf(operName).join('.') || '=';
    const isIn = subLinkType === 'ANY_SUBLINK' && operator === '=';
    const isNotIn = subLinkType === 'ALL_SUBLINK' && operator === '<>';
    if (!isIn && !isNotIn) throw new NotProven('a comparison with all rows of a subquery is not proven there');
    const tested = this.#steady(this.print(testexpr));
    const { sql, value } = level.subquery(select, 'in');
    const isText = isMysqlText(tested.type) && isMysqlText(value.type);
    const pair = isText
      ? [tested.byBytes, value.byBytes]
      : comparablePair({ ...tested, sql: checkedDate(tested) }, value);
    if (pair?.[0] === undefined || pair[1] === undefined)
      throw new NotProven('it does not compare the values of a subquery as Postgres does');
    return { sql: `${pair[0]} ${isNotIn ? 'NOT ' : ''}IN (${sql})`, exact: true };
  }
}

const EQUAL = { String: { sval: '=' } } as Node;

/** Texts under one collation, since two of them do not mix. */
function chosenForm({ sql, type, byBytes }: MysqlValue): string {
  return isMysqlText(type) ? (byBytes ?? sql) : sql;
}
