/** Decides when a browser has gone: its connection closed before the answer was out. */
import { RtdpError } from '@rtdp/ums/error';
import type { FastifyReply } from 'fastify';

/** Aborts with DAVINCI_QUERY_CANCELLED. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(cancelled('the connection was closed'));
  });
  return controller.signal;
}

export function cancelled(why: string): RtdpError {
  return new RtdpError({
    code: 'DAVINCI_QUERY_CANCELLED',
    message: `the query was cancelled: ${why}`,
    next: 'Ask again.',
  });
}
