/** Functions that make json and jsonb of values: each value is written as Postgres' to_json writes it. */
import { decimalText, textOf } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { type Binder, counted, type FunctionCall, refuseCall } from './function-call.ts';
import { coerceLiteral } from './literals.ts';
import { describeType, isFixed, isInteger, isString, JSON_TYPE, JSONB, TEXT } from './pg-type.ts';

const quoted = (sql: string): string => `('"' || ${sql} || '"')`;

/** The value as json; NULL stays NULL. */
export function jsonOf(statement: Statement, given: Expression): Expression {
  const value = given.type.name === 'unknown' ? coerceLiteral(statement, given, TEXT) : given;
  const { type, sql } = value;
  const made = (json: string): Expression => computed(JSON_TYPE, json, [value]);
  const number = (text: string): Expression =>
    made(`CASE WHEN ${text} IN ('NaN', 'Infinity', '-Infinity') THEN ${quoted(text)} ELSE ${text} END`);
  switch (type.name) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
      return made(`CAST(${sql} AS VARCHAR)`);
    case 'numeric':
      return isFixed(type) ? made(decimalText(type, sql)) : number(sql);
    case 'float4':
    case 'float8':
      return number(textOf(statement, value).sql);
    case 'text':
    case 'varchar':
    case 'bpchar':
      return made(`rtdp_json_quote(${sql})`);
    case 'date':
    case 'uuid':
    case 'interval':
      return made(quoted(textOf(statement, value).sql));
    case 'timestamp':
      return made(quoted(`replace(CAST(${sql} AS VARCHAR), ' ', 'T')`));
    case 'timestamptz': {
      const text = `replace(CAST(${sql} AS VARCHAR), ' ', 'T')`;
      return made(quoted(`CASE WHEN isinf(${sql}) THEN ${text} ELSE ${text} || '+00:00' END`));
    }
    case 'json':
    case 'jsonb':
      return made(sql);
    case 'array': {
      const element = type.element!;
      const kind = isInteger(element)
        ? 'number'
        : element.name === 'bool'
          ? 'boolean'
          : element.name === 'text' || element.name === 'varchar' || element.name === 'uuid' || element.name === 'date'
            ? 'text'
            : null;
      if (kind !== null && statement.ordersTextByBytes) return made(`rtdp_array_json(${sql}, '${kind}')`);
    }
  }
  throw statement.refuse(
    'SQL_UNSUPPORTED',
    `The json of ${describeType(type)} is not proven.`,
    'Cast it to text.',
    value.location,
  );
}

/** The name of a member; a row where it is NULL fails. */
export function jsonKey(statement: Statement, given: Expression): Expression {
  const key = given.type.name === 'unknown' ? coerceLiteral(statement, given, TEXT) : given;
  if (!isString(key.type) && !isInteger(key.type)) {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      `${describeType(key.type)} as the name of a member is not proven.`,
      'Cast it to text.',
      key.location,
    );
  }
  const text = textOf(statement, key).sql;
  if (typeof key.literal === 'string') return computed(TEXT, `rtdp_json_quote(${text})`, [key]);
  const sql = `CASE WHEN ${text} IS NULL THEN rtdp_fail('field name must not be null') ELSE rtdp_json_quote(${text}) END`;
  return computed(TEXT, sql, [key], { fallible: true });
}

function finished(isBinary: boolean, json: string, parts: readonly Expression[], call: FunctionCall): Expression {
  return computed(isBinary ? JSONB : JSON_TYPE, isBinary ? `rtdp_jsonb_read(${json})` : `(${json})`, parts, {
    fallible: isBinary,
    location: call.location,
  });
}

function convert(isBinary: boolean): Binder {
  return (call) => {
    counted(call, 1);
    const json = jsonOf(call.statement, call.arguments[0]!);
    return finished(isBinary, json.sql, [json], call);
  };
}

function buildArray(isBinary: boolean): Binder {
  return (call) => {
    const parts = call.arguments.map((argument) => jsonOf(call.statement, argument));
    const items = parts.map(({ sql }) => `coalesce(${sql}, 'null')`).join(` || ', ' || `);
    return finished(isBinary, parts.length === 0 ? `'[]'` : `'[' || ${items} || ']'`, parts, call);
  };
}

function buildObject(isBinary: boolean): Binder {
  return (call) => {
    if (call.arguments.length % 2 !== 0)
      throw refuseCall(call, 'needs a name and a value for each member.', 'Give an even number of arguments.');
    const parts: Expression[] = [];
    const members: string[] = [];
    for (let index = 0; index < call.arguments.length; index += 2) {
      const key = jsonKey(call.statement, call.arguments[index]!);
      const value = jsonOf(call.statement, call.arguments[index + 1]!);
      parts.push(key, value);
      members.push(`${key.sql} || ' : ' || coalesce(${value.sql}, 'null')`);
    }
    return finished(
      isBinary,
      members.length === 0 ? `'{}'` : `'{' || ${members.join(` || ', ' || `)} || '}'`,
      parts,
      call,
    );
  };
}

export const JSON_FUNCTIONS: Record<string, Binder> = {
  to_json: convert(false),
  to_jsonb: convert(true),
  json_build_array: buildArray(false),
  jsonb_build_array: buildArray(true),
  json_build_object: buildObject(false),
  jsonb_build_object: buildObject(true),
};
