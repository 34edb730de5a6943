/** Decides which of the few kinds of column the model knows a type of Postgres is. */
import { isNumber, isString, parseTypeText } from '@rtdp/sql/pg-type';
import type { ColumnType } from '../client/views.ts';

export function columnTypeOf(typeText: string): ColumnType {
  const type = parseTypeText(typeText);
  if (isNumber(type)) return 'number';
  if (isString(type)) return 'text';
  switch (type.name) {
    case 'bool':
      return 'boolean';
    case 'date':
      return 'date';
    case 'timestamp':
      return 'datetime';
    case 'timestamptz':
      return 'instant';
    default:
      return 'other';
  }
}
