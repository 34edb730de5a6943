/** Decides what an error means for a lane: try again, wait for a person, or give the partition up. One pure function. */
import { isRetriable } from '@rtdp/stores/retry-decision';
import { RtdpError } from '@rtdp/ums/error';
import type { Reason } from '../state/flow-store.ts';

export type LaneDecision = { action: 'retry' | 'pause' | 'fenced'; reason: Reason };

/** Codes after which only a person can say how to go on; trying again would fail in the same way. */
const PAUSING_CODES = new Set([
  'WORMHOLE_SCHEMA_INCOMPATIBLE',
  'WORMHOLE_SEVERAL_SOURCES',
  'WORMHOLE_DEAD_LETTER_LIMIT',
  'ENGINE_FLOW_REFUSED',
  'STORE_INCOMPATIBLE',
  'STORE_OTHER_WRITER',
  'STORE_TABLE_FOREIGN',
  'STORE_BAD_DEFINITION',
]);

export function afterLaneError(error: unknown): LaneDecision {
  const reason = reasonOf(error);
  if (error instanceof RtdpError) {
    if (error.facts.paused === true || PAUSING_CODES.has(error.code)) return { action: 'pause', reason };
    if (error.code === 'STORE_FENCED') return { action: 'fenced', reason };
    if (isRetriable(error)) return { action: 'retry', reason };
  }
  // Not known: nothing was lost, because the position did not move; it is shown, and tried again ever more slowly.
  return { action: 'retry', reason };
}

/** Any error → what is told of it. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof RtdpError) {
    const { code, message, next, facts } = error.toJSON();
    return { code, message, next, facts: jsonFacts(facts) };
  }
  return {
    code: 'SERVICE_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    next: 'Look at the log of the service; it is tried again.',
  };
}

function jsonFacts(facts: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(facts, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
  ) as Record<string, unknown>;
}
