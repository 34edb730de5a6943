/** Shows which errors let a pull try again. */
import { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { decideRetry } from './retry-decision.ts';

const ours = (code: string) => new RtdpError({ code, message: 'm', next: 'n' });
const server = (code: string) => Object.assign(new Error('m'), { code });
const refused = (state: string) =>
  new RtdpError({ code: 'DBUS_SOURCE_REFUSED', message: 'm', next: 'n', cause: server(state) });

test.each<[unknown, boolean]>([
  [ours('DBUS_STREAM_RESTARTED'), true],
  [ours('DBUS_PULL_NOT_VISIBLE'), true],
  [ours('BUS_UNREACHABLE'), true],
  [ours('BUS_FENCED'), true],
  [ours('BUS_MESSAGE_TOO_LARGE'), false],
  [ours('DBUS_TABLE_NOT_CAPTURED'), false],
  [ours('DBUS_PULL_FAILED'), false],
  [refused('53300'), true],
  [refused('28P01'), false],
  [server('57P01'), true],
  [server('55P03'), true],
  [server('08006'), true],
  [server('53300'), true],
  [server('ECONNRESET'), true],
  [new Error('Connection terminated unexpectedly'), true],
  [server('42P01'), false],
  [server('42501'), false],
  [server('XX001'), false],
  [new TypeError('undefined is not a function'), false],
  [new RangeError('a row of COPY has 3'), false],
])('%s → %s', (error, retry) => {
  expect(decideRetry(error, 1).retry).toBe(retry);
});

test('the pauses grow, and it gives up in the end', () => {
  const pauses = [1, 2, 3, 10].map((failures) => decideRetry(server('57P01'), failures));
  expect(pauses.every((decision) => decision.retry)).toBe(true);
  const millis = pauses.map((decision) => (decision.retry ? decision.afterMs : 0));
  expect(millis).toEqual([...millis].sort((a, b) => a - b));
  expect(decideRetry(server('57P01'), 26)).toEqual({ retry: false });
});
