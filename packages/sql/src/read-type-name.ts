/** Decides which type the name in a cast means, and refuses those whose meaning is not proven. */
import type { TypeName } from 'libpg-query';
import type { Statement } from './expression.ts';
import { INTERVAL, MAXIMUM_PRECISION, type PgType, parseTypeText } from './pg-type.ts';

/** `written`: its name, without the catalogue's own schema. Throws `Refusal`. */
export function readTypeName(statement: Statement, written: string, typeName: TypeName | undefined): PgType {
  const location = typeName?.location;
  const modifiers = (typeName?.typmods ?? []).map((node) => {
    const modifier = 'A_Const' in node ? (node.A_Const as { ival?: { ival?: number } }).ival : undefined;
    // The parser leaves a zero out.
    return modifier === undefined ? undefined : (modifier.ival ?? 0);
  });
  const refuse = (why: string, next: string) =>
    statement.refuse('SQL_UNKNOWN_TYPE', `${written}: ${why}`, next, location);
  if ((typeName?.arrayBounds ?? []).length > 0)
    throw refuse('arrays are not made here.', 'Carry the array unchanged, or explode it with unnest.');
  if (written === 'interval') return INTERVAL;
  if (modifiers.some((modifier) => modifier === undefined))
    throw refuse('its modifier is not a number.', 'Write a number.');
  const type = parseTypeText(modifiers.length === 0 ? written : `${written}(${modifiers.join(',')})`);
  if (type.name === 'opaque' || type.name === 'bytea') {
    throw refuse(
      'is not on the list of types proven equal to Postgres.',
      'Use boolean, integer types, numeric, real, double precision, text, date, timestamp, timestamptz, uuid, json or jsonb.',
    );
  }
  if (type.name === 'numeric') {
    const [precision, scale] = modifiers;
    if (
      precision !== undefined &&
      (precision > MAXIMUM_PRECISION || scale === MAXIMUM_PRECISION || (scale ?? 0) < 0 || (scale ?? 0) > precision)
    ) {
      throw refuse(
        'more than 38 digits, or a scale outside them, cannot be held.',
        'Use numeric(p,s) with 0 ≤ s ≤ p ≤ 38, or numeric.',
      );
    }
    // An unmarked numeric keeps every value's own scale.
    return precision === undefined
      ? { name: 'numeric' }
      : { name: 'numeric', precision, scale: scale ?? 0, written: type.written! };
  }
  if (modifiers.length > 0 && (type.name === 'timestamp' || type.name === 'timestamptz')) {
    throw refuse('rounding to a precision is not proven.', `Use ${type.name} without a precision.`);
  }
  // A cast to char(n) without a length is char(1), which pads and cuts.
  const { written: _written, ...plain } = type;
  return plain;
}
