/** Binds an expression of the syntax tree: resolves names and types, and refuses every node whose meaning is not proven. */
import type { A_Expr, FuncCall, Node, TypeName } from 'libpg-query';
import { bindPrefix } from './arithmetic.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { bindDistinct, bindIn, compare } from './comparison.ts';
import { constructName } from './construct-name.ts';
import { computed, constant, type Expression, type Statement } from './expression.ts';
import type { FunctionCall } from './function-call.ts';
import { bindExtreme, bindFunction } from './functions.ts';
import { intervalConstant, numberLiteral, readIntervalText } from './literals.ts';
import { bindOperator } from './operators.ts';
import { BOOL, describeType, isString, type PgType, UNKNOWN } from './pg-type.ts';
import { readTypeName } from './read-type-name.ts';
import { bindLike } from './text-operators.ts';

/** What names mean at this level. */
export interface Scope {
  resolve(path: readonly string[], location: number | undefined): Expression;
}

const COLLATIONS_BY_BYTE = new Set(['C', 'POSIX', 'ucs_basic', 'pg_c_utf8']);

/** Names of a qualified name, without the catalogue's own schema. */
export function namesOf(nodes: readonly Node[] | undefined): string[] {
  const names = (nodes ?? []).map((node) => ('String' in node ? (node.String.sval ?? '') : '*'));
  return names[0] === 'pg_catalog' ? names.slice(1) : names;
}

export class ExpressionBinder {
  readonly statement: Statement;
  readonly scope: Scope;

  constructor(statement: Statement, scope: Scope) {
    this.statement = statement;
    this.scope = scope;
  }

  /** Throws `Refusal`. */
  bind(node: Node | undefined): Expression {
    if (node === undefined) throw this.#unsupported('an empty expression', undefined);
    if ('A_Const' in node) return this.#constant(node.A_Const as ConstantNode);
    if ('ColumnRef' in node) {
      const path = namesOf(node.ColumnRef.fields);
      if (path.includes('*')) throw this.#unsupported('* inside an expression', node.ColumnRef.location);
      return this.scope.resolve(path, node.ColumnRef.location);
    }
    if ('A_Expr' in node) return this.#operator(node.A_Expr);
    if ('BoolExpr' in node)
      return this.#boolean(node.BoolExpr.boolop, node.BoolExpr.args ?? [], node.BoolExpr.location);
    if ('NullTest' in node) {
      const value = this.bind(node.NullTest.arg);
      const not = node.NullTest.nulltesttype === 'IS_NOT_NULL' ? 'NOT ' : '';
      if (value.type.name === 'unknown') throw this.#unsupported('IS NULL of a literal', node.NullTest.location);
      return computed(BOOL, `(${value.sql} IS ${not}NULL)`, [value], { location: node.NullTest.location });
    }
    if ('BooleanTest' in node)
      return this.#booleanTest(node.BooleanTest.arg, node.BooleanTest.booltesttype ?? '', node.BooleanTest.location);
    if ('TypeCast' in node) {
      const { arg, typeName, location } = node.TypeCast;
      const type = this.typeOf(typeName);
      const value = this.bind(arg);
      const place = location === undefined || location < 0 ? value.location : location;
      if (type.name === 'interval' && value.type.name !== 'interval') return this.#interval(value, place);
      return { ...cast(this.statement, value, type, 'explicit'), location: value.location };
    }
    if ('CaseExpr' in node) return this.#case(node.CaseExpr);
    if ('CoalesceExpr' in node) {
      const parts = (node.CoalesceExpr.args ?? []).map((part) => this.bind(part));
      const type = commonType(this.statement, parts, 'COALESCE');
      const values = parts.map((part) => castToCommon(this.statement, part, type));
      return computed(type, `coalesce(${values.map((part) => part.sql).join(', ')})`, values, {
        location: node.CoalesceExpr.location,
      });
    }
    if ('MinMaxExpr' in node) {
      const parts = (node.MinMaxExpr.args ?? []).map((part) => this.bind(part));
      const which = node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest';
      return bindExtreme(this.statement, which, parts, node.MinMaxExpr.location);
    }
    if ('FuncCall' in node) return this.#call(node.FuncCall);
    if ('CollateClause' in node) {
      const value = this.bind(node.CollateClause.arg);
      const name = namesOf(node.CollateClause.collname).join('.');
      if (!isString(value.type) && value.type.name !== 'unknown')
        throw this.#unsupported('COLLATE of something that is not text', node.CollateClause.location);
      if (!COLLATIONS_BY_BYTE.has(name)) {
        throw this.statement.refuse(
          'SQL_UNSUPPORTED',
          `The collation "${name}" may order differently on another machine.`,
          'Use COLLATE "C".',
          node.CollateClause.location,
        );
      }
      return { ...value, byteOrder: true };
    }
    if ('ParamRef' in node) {
      throw this.statement.refuse(
        'SQL_PLACEHOLDER',
        'A flow has no parameters.',
        'Write the value.',
        node.ParamRef.location,
      );
    }
    const [kind, body] = Object.entries(node)[0] as [string, { location?: number }];
    throw this.#unsupported(constructName(kind), body.location);
  }

  /** A condition: must be boolean. */
  bindCondition(node: Node, what: string): Expression {
    return this.#asBoolean(this.bind(node), what);
  }

  typeOf(typeName: TypeName | undefined): PgType {
    return readTypeName(this.statement, namesOf(typeName?.names).join('.'), typeName);
  }

  #unsupported(what: string, location: number | undefined, next = 'Compute it another way.'): Error {
    return this.statement.refuse('SQL_UNSUPPORTED', `${what} is not proven equal to Postgres'.`, next, location);
  }

  #constant(node: ConstantNode): Expression {
    const { location } = node;
    if (node.isnull === true) return { ...constant(UNKNOWN, 'NULL', null, location) };
    if (node.ival !== undefined) return numberLiteral(String(node.ival.ival ?? 0), location);
    if (node.fval !== undefined) {
      if (!/^-?[\d.]+(?:e[+-]?\d{1,3})?$/i.test(node.fval.fval ?? ''))
        throw this.#unsupported(`the number ${node.fval.fval}`, location);
      return numberLiteral(node.fval.fval!, location);
    }
    if (node.boolval !== undefined) {
      const value = node.boolval.boolval === true ? 'true' : 'false';
      return constant(BOOL, value, value, location);
    }
    if (node.sval !== undefined) return constant(UNKNOWN, 'NULL', node.sval.sval ?? '', location);
    throw this.#unsupported('a bit string', location);
  }

  #interval(value: Expression, location: number | undefined): Expression {
    const interval = typeof value.literal === 'string' ? readIntervalText(value.literal) : null;
    if (interval === null) {
      throw this.statement.refuse(
        'SQL_UNSUPPORTED',
        'Only a constant interval of whole numbers with units is proven.',
        "Write interval '2 days 3 hours'.",
        location,
      );
    }
    return intervalConstant(String(value.literal), interval, location);
  }

  #asBoolean(value: Expression, what: string): Expression {
    if (value.type.name === 'unknown') return cast(this.statement, value, BOOL, 'implicit');
    if (value.type.name !== 'bool') {
      throw this.statement.refuse(
        'SQL_TYPE_MISMATCH',
        `${what} is ${describeType(value.type)}, not boolean.`,
        'Write a comparison.',
        value.location,
      );
    }
    return value;
  }

  #boolean(operator: string | undefined, nodes: readonly Node[], location: number | undefined): Expression {
    if (operator === 'NOT_EXPR') {
      const value = this.bindCondition(nodes[0]!, 'The argument of NOT');
      return computed(BOOL, `(NOT ${value.sql})`, [value], { location });
    }
    const and = operator === 'AND_EXPR';
    const parts = nodes.map((node) => this.bindCondition(node, `An argument of ${and ? 'AND' : 'OR'}`));
    return inOrder(and, parts, location);
  }

  #booleanTest(node: Node | undefined, test: string, location: number | undefined): Expression {
    const value = this.#asBoolean(this.bind(node), 'The argument of IS TRUE');
    const sql: Record<string, string> = {
      IS_TRUE: `coalesce(${value.sql}, false)`,
      IS_NOT_TRUE: `(NOT coalesce(${value.sql}, false))`,
      IS_FALSE: `(NOT coalesce(${value.sql}, true))`,
      IS_NOT_FALSE: `coalesce(${value.sql}, true)`,
      IS_UNKNOWN: `(${value.sql} IS NULL)`,
      IS_NOT_UNKNOWN: `(${value.sql} IS NOT NULL)`,
    };
    return computed(BOOL, sql[test]!, [value], { location });
  }

  #case(node: { arg?: Node; args?: Node[]; defresult?: Node; location?: number }): Expression {
    const subject = node.arg === undefined ? null : this.bind(node.arg);
    const arms = (node.args ?? []).map((arm) => {
      if (!('CaseWhen' in arm)) throw this.#unsupported('this CASE', node.location);
      const { expr, result, location } = arm.CaseWhen;
      const condition =
        subject === null
          ? this.bindCondition(expr!, 'The condition of WHEN')
          : compare(this.statement, '=', subject, this.bind(expr), location);
      return { condition, result: this.bind(result) };
    });
    const otherwise = node.defresult === undefined ? null : this.bind(node.defresult);
    const results = [...arms.map((arm) => arm.result), ...(otherwise === null ? [] : [otherwise])];
    const type = commonType(this.statement, results, 'CASE');
    const typed = results.map((result) => castToCommon(this.statement, result, type));
    const whens = arms.map((arm, index) => `WHEN ${arm.condition.sql} THEN ${typed[index]!.sql}`).join(' ');
    const last = otherwise === null ? '' : ` ELSE ${typed.at(-1)!.sql}`;
    return computed(type, `CASE ${whens}${last} END`, [...arms.map((arm) => arm.condition), ...typed], {
      location: node.location,
    });
  }

  #operator(node: A_Expr): Expression {
    const { statement } = this;
    const { location } = node;
    const name = namesOf(node.name).join('.');
    const items = (list: Node | undefined): Expression[] => {
      if (list !== undefined && 'List' in list) return (list.List.items ?? []).map((item) => this.bind(item));
      if (list !== undefined && 'A_ArrayExpr' in list)
        return (list.A_ArrayExpr.elements ?? []).map((item) => this.bind(item));
      throw this.#unsupported(`${name} over something that is not a list of values`, location);
    };
    switch (node.kind) {
      case 'AEXPR_OP': {
        if (node.lexpr === undefined) return bindPrefix(statement, name, this.bind(node.rexpr), location);
        return this.bindBinary(name, this.bind(node.lexpr), this.bind(node.rexpr), location);
      }
      case 'AEXPR_IN':
        return bindIn(statement, this.bind(node.lexpr), items(node.rexpr), name === '<>', location);
      case 'AEXPR_OP_ANY':
        if (name !== '=') throw this.#unsupported(`${name} ANY`, location);
        return bindIn(statement, this.bind(node.lexpr), items(node.rexpr), false, location);
      case 'AEXPR_OP_ALL':
        throw this.#unsupported(
          `${name} ${constructName(node.kind)}`,
          location,
          name === '<>' ? 'Write NOT IN (…).' : undefined,
        );
      case 'AEXPR_DISTINCT':
      case 'AEXPR_NOT_DISTINCT':
        return bindDistinct(
          statement,
          this.bind(node.lexpr),
          this.bind(node.rexpr),
          node.kind === 'AEXPR_NOT_DISTINCT',
          location,
        );
      case 'AEXPR_NULLIF': {
        const [left, right] = [this.bind(node.lexpr), this.bind(node.rexpr)];
        if (left.type.name === 'unknown') throw this.#unsupported('NULLIF of a literal', location);
        const equal = compare(statement, '=', left, right, location);
        return computed(left.type, `CASE WHEN ${equal.sql} THEN NULL ELSE ${left.sql} END`, [equal, left], {
          location,
        });
      }
      case 'AEXPR_LIKE':
      case 'AEXPR_ILIKE':
        return this.#like(node, name);
      case 'AEXPR_BETWEEN':
      case 'AEXPR_NOT_BETWEEN': {
        const value = this.bind(node.lexpr);
        const [least, greatest] = items(node.rexpr);
        const from = this.bindBinary('>=', value, least!, location);
        const to = this.bindBinary('<=', value, greatest!, location);
        const both = inOrder(true, [from, to], location);
        return node.kind === 'AEXPR_BETWEEN' ? both : { ...both, sql: `(NOT ${both.sql})` };
      }
      default:
        throw this.#unsupported(constructName(node.kind ?? 'this operator'), location);
    }
  }

  #like(node: A_Expr, name: string): Expression {
    let escapeCharacter: string | null = null;
    let patternNode = node.rexpr;
    if (
      patternNode !== undefined &&
      'FuncCall' in patternNode &&
      namesOf(patternNode.FuncCall.funcname)[0] === 'like_escape'
    ) {
      const [pattern, character] = patternNode.FuncCall.args ?? [];
      patternNode = pattern;
      const literal = this.bind(character).literal;
      if (typeof literal !== 'string' || literal.length !== 1)
        throw this.#unsupported('an ESCAPE that is not one constant character', node.location);
      escapeCharacter = literal;
    }
    const foldCase = node.kind === 'AEXPR_ILIKE';
    if (foldCase && escapeCharacter !== null) throw this.#unsupported('ILIKE with ESCAPE', node.location);
    const pattern = this.bind(patternNode);
    return bindLike(
      this.statement,
      { left: this.bind(node.lexpr), pattern, escape: escapeCharacter, negated: name.startsWith('!'), foldCase },
      node.location,
    );
  }

  #call(node: FuncCall): Expression {
    const names = namesOf(node.funcname);
    const name = names.join('.');
    if (names.length !== 1) {
      throw this.statement.refuse(
        'SQL_UNKNOWN_FUNCTION',
        `${name} is a function of its own schema.`,
        'Use a function of Postgres itself.',
        node.location,
      );
    }
    return this.bindCall({
      statement: this.statement,
      name,
      arguments: (node.args ?? []).map((part) => this.bind(part)),
      location: node.location,
    });
  }

  /** An operator between two bound operands. */
  protected bindBinary(
    operator: string,
    left: Expression,
    right: Expression,
    location: number | undefined,
  ): Expression {
    return bindOperator(this.statement, operator, left, right, location);
  }

  /** A call of a function with bound arguments. */
  protected bindCall(call: FunctionCall): Expression {
    return bindFunction(call);
  }
}

/** AND or OR, from left to right: what may fail is only computed where the parts before it leave the answer open. */
function inOrder(and: boolean, parts: readonly Expression[], location: number | undefined): Expression {
  const word = and ? ' AND ' : ' OR ';
  // Parts that cannot fail stay side by side; before one that may, the answer so far is asked first.
  let last = parts.length - 1;
  while (last > 0 && !parts[last]!.fallible) last -= 1;
  if (last === 0) return computed(BOOL, `(${parts.map(({ sql }) => sql).join(word)})`, parts, { location });
  let sql = `(${parts
    .slice(last)
    .map((part) => part.sql)
    .join(word)})`;
  for (const part of parts.slice(0, last).reverse()) {
    sql = and
      ? `CASE WHEN NOT ${part.sql} THEN false ELSE (${part.sql} AND ${sql}) END`
      : `CASE WHEN ${part.sql} THEN true ELSE (${part.sql} OR ${sql}) END`;
  }
  return computed(BOOL, sql, parts, { location });
}

/** The shape of a constant in the syntax tree; zero, false and '' are left out by the parser. */
interface ConstantNode {
  ival?: { ival?: number };
  fval?: { fval?: string };
  sval?: { sval?: string };
  boolval?: { boolval?: boolean };
  isnull?: boolean;
  location?: number;
}
