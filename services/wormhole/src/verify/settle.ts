/** Decides when a sink table has passed a position of its source: its watermark, which heartbeats move on, is later than the source's clock was. */

import { setTimeout as sleep } from 'node:timers/promises';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import type { FlowStatus, TableStatus } from '../client.ts';

const POLL_MS = 200;

export interface SettleOptions {
  readonly status: () => Promise<Pick<FlowStatus, 'state' | 'tables'>>;
  /** The source's own, in UTC: nothing that it committed before has a later commit time. */
  readonly clock: () => Promise<string>;
  readonly flow: string;
  readonly schema: string;
  readonly table: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Resolves when everything the source had committed at the time of the call is in the sink. @throws WORMHOLE_NOT_SETTLED */
export async function settle(options: SettleOptions): Promise<void> {
  const mark = await options.clock();
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    const status = await options.status();
    const table = status.tables.find((each) => each.schema === options.schema && each.table === options.table);
    // Texts of one form: a fraction that is left out counts as zeros.
    if (table?.watermark && table.watermark.padEnd(19 + 7, table.watermark.length === 19 ? '.000000' : '0') >= mark)
      return;
    const isHeld = table?.state === 'paused' || table?.state === 'stopped';
    if (isHeld || Date.now() > deadline) throw notSettled(options, table, mark, status.state);
    await sleep(POLL_MS, undefined, { signal: options.signal });
  }
}

function notSettled(
  options: SettleOptions,
  table: TableStatus | undefined,
  mark: string,
  flowState: string,
): RtdpError {
  const reason = table?.reason?.message ?? (table?.loading ? 'a pull is loading' : `the flow is ${flowState}`);
  return new RtdpError({
    code: 'WORMHOLE_NOT_SETTLED',
    message: `${options.schema}.${options.table} stands at ${table?.watermark ?? 'no time yet'} and has not passed ${mark}: ${reason}`,
    next: `Look at "${typedCommand(`flow show ${options.flow}`)}"; verify again when the table runs and its lag is small.`,
    facts: {
      flow: options.flow,
      schema: options.schema,
      table: options.table,
      watermark: table?.watermark ?? null,
      mark,
    },
  });
}
