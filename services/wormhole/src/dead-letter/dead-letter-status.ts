/** Decides what can be the matter with a dead letter: waiting for somebody, stored after all, or given up knowingly. */
export const DEAD_LETTER_STATUSES = ['open', 'replayed', 'discarded'] as const;
export type DeadLetterStatus = (typeof DEAD_LETTER_STATUSES)[number];
