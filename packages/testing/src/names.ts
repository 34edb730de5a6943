/** Makes names that no other test, run or machine uses at the same time. */
import { randomBytes } from 'node:crypto';

/** `prefix` and eight random characters: valid in topics, databases, slots and namespaces. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(4).toString('hex')}`;
}
