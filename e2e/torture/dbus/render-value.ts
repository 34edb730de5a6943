/** Decides how a value in Kafka is turned back into Postgres' text for the comparison; on its own, not by the code under test. */
import type { UmsField, UmsValue } from '@rtdp/ums/types';

export function renderValue(field: UmsField, value: UmsValue): string | null {
  if (value === null) return null;
  if (field.type === 'boolean') return value === true ? 't' : 'f';
  if (field.type === 'datetime' && field.sourceType?.startsWith('timestamptz') === true) return `${value}+00`;
  return String(value);
}
