/** Shows that a connection to the log that cannot be ended in order is told of, and keeps nobody from ending. */
import { createLogger } from '@rtdp/service/logging';
import { LogicalReplicationService } from 'pg-logical-replication';
import { expect, test, vi } from 'vitest';
import { WalStream } from './wal-stream.ts';

test('a stream whose connection cannot be ended in order ends, and the log says why', async () => {
  const logger = createLogger('dbus');
  const warned = vi.spyOn(logger, 'warn').mockReturnValue(undefined);
  const reason = new Error('the library is in a state of which it knows nothing');
  vi.spyOn(LogicalReplicationService.prototype, 'destroy').mockRejectedValue(reason);
  const log = new WalStream({
    ...{ client: {}, logger, slot: 'erp', publications: [], textIsUtf8: true, from: 0n },
    ...{ onMessage: () => undefined, onEnd: () => undefined, durableLsn: () => 0n },
  });
  await log.stop();
  expect(warned.mock.calls).toEqual([[{ err: reason, slot: 'erp' }, expect.stringContaining('could not be ended')]]);
});
