/** Decides which kinds of message there are and what each is for; an unknown kind is not an error but a skip that the reader counts. */

/** `data` holds rows of a table; all others stand at their place among the rows and hold none. */
export type KindFamily = 'data' | 'heartbeat' | 'termination' | 'truncate' | 'directive' | 'feedback' | 'unknown';

export const MESSAGE_KINDS = [
  'data_increment_data',
  'data_initial_data',
  'data_batch_data',
  'data_increment_heartbeat',
  'data_increment_termination',
  'data_batch_termination',
  'data_increment_truncate',
  'directive_pull_start',
  'directive_pull_end',
  'directive_pull_cancel',
] as const;

export type MessageKind = (typeof MESSAGE_KINDS)[number];

const FAMILIES: ReadonlyMap<string, KindFamily> = new Map<MessageKind, KindFamily>([
  ['data_increment_data', 'data'],
  ['data_initial_data', 'data'],
  ['data_batch_data', 'data'],
  ['data_increment_heartbeat', 'heartbeat'],
  ['data_increment_termination', 'termination'],
  ['data_batch_termination', 'termination'],
  ['data_increment_truncate', 'truncate'],
]);

/** What to do with a message. Any `directive_*` and `feedback_*` belongs to its family. */
export function familyOf(kind: string): KindFamily {
  const family = FAMILIES.get(kind);
  if (family !== undefined) return family;
  if (kind.startsWith('directive_')) return 'directive';
  if (kind.startsWith('feedback_')) return 'feedback';
  return 'unknown';
}

export function isDataKind(kind: string): boolean {
  return FAMILIES.get(kind) === 'data';
}
