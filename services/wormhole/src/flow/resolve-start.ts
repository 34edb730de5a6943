/** Decides at which offsets a new flow begins: now (a pull brings the rest), at the earliest that is there, or where it was told. */
import type { TopicOffsets } from '@rtdp/bus/bus';
import { RtdpError } from '@rtdp/ums/error';
import type { FlowDefinition } from './definition.ts';

/** @throws RtdpError WORMHOLE_POSITION_LOST for an offset that the partition does not hold. */
export function resolveStart(from: FlowDefinition['from'], offsets: readonly TopicOffsets[]): Map<number, bigint> {
  return new Map(offsets.map((at) => [at.partition, startOf(from, at)]));
}

function startOf(from: FlowDefinition['from'], { partition, low, high }: TopicOffsets): bigint {
  if (from === 'pull') return high;
  if (from === 'earliest') return low;
  const given = typeof from.offset === 'object' ? from.offset[String(partition)] : from.offset;
  // A partition that is not named begins now.
  if (given === undefined) return high;
  const offset = BigInt(given);
  if (offset >= low && offset <= high) return offset;
  throw new RtdpError({
    code: 'WORMHOLE_POSITION_LOST',
    message: `offset ${offset} is not in partition ${partition}, which holds ${low} to ${high}`,
    next: 'Choose an offset in this range, earliest, or pull.',
    facts: { partition, offset: offset.toString(), low: low.toString(), high: high.toString() },
  });
}
