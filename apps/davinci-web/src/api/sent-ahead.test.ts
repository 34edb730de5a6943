/** Proves that what was sent before the application was read is found by it once, and that what went wrong there is sent again. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, api } from './client.ts';
import { leaveSentAhead, maySendAhead, REFRESH_PATH } from './sent-ahead.ts';

let sent: string[] = [];

beforeEach(() => {
  globalThis.davinciSentAhead = undefined;
  sent = [];
  vi.stubGlobal('fetch', async (path: string) => {
    sent.push(path);
    return Response.json({ from: 'now' });
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.davinciSentAhead = undefined;
});

const ask = () => api<{ from: string }>(REFRESH_PATH, { method: 'POST', authenticated: false });

test('who asks first gets what was sent ahead, the next one asks anew', async () => {
  expect(maySendAhead()).toBe(true);
  leaveSentAhead(REFRESH_PATH, Promise.resolve(Response.json({ from: 'ahead' })));
  expect([await ask(), sent]).toEqual([{ from: 'ahead' }, []]);
  expect([await ask(), sent]).toEqual([{ from: 'now' }, [REFRESH_PATH]]);
});

test('a refusal is told as it is; what did not arrive, or was not sent after all, is sent', async () => {
  leaveSentAhead(REFRESH_PATH, Promise.resolve(Response.json({ code: 'X', message: 'over' }, { status: 401 })));
  await expect(ask()).rejects.toThrow(ApiError);
  expect(sent).toEqual([]);
  leaveSentAhead(REFRESH_PATH, Promise.reject(new TypeError('network')));
  expect(await ask()).toEqual({ from: 'now' });
  leaveSentAhead(REFRESH_PATH, Promise.resolve(undefined));
  expect([await ask(), sent.length]).toEqual([{ from: 'now' }, 2]);
});

test('once the application has asked, nothing is sent ahead any more', async () => {
  await ask();
  expect(maySendAhead()).toBe(false);
});
