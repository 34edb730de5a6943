/** Gives a test a real Chromium: an address of one in the environment, else the machine's own program. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { RtdpError } from '@rtdp/ums/error';
import { type Browser, chromium } from 'playwright-core';
import { TESTING_ERROR_CODES } from './error-codes.ts';
import { permitHere } from './permission.ts';

export interface TestBrowser extends AsyncDisposable {
  browser: Browser;
  close(): Promise<void>;
}

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Starts Chromium without a window; RTDP_TEST_CHROMIUM names another program. Throws RTDP_TEST_NO_SERVER. */
export async function testBrowser(options: { arguments?: readonly string[] } = {}): Promise<TestBrowser> {
  await permitHere('browser');
  const browser = await chromium.launch({
    executablePath: chromiumPath(),
    headless: true,
    args: [
      // Its sandbox does not work for root, nor in most containers.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--force-color-profile=srgb',
      ...(options.arguments ?? []),
    ],
  });
  const close = () => browser.close();
  return { browser, close, [Symbol.asyncDispose]: close };
}

function chromiumPath(): string {
  if (process.env.RTDP_TEST_CHROMIUM) return process.env.RTDP_TEST_CHROMIUM;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/snap/bin'];
  for (const program of PROGRAMS) {
    for (const folder of folders) {
      const path = join(folder, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new RtdpError({
    code: 'RTDP_TEST_NO_SERVER',
    message: `${TESTING_ERROR_CODES.RTDP_TEST_NO_SERVER} There is no Chromium on this machine.`,
    next: 'Install it (Debian: apt install chromium), or name the program in RTDP_TEST_CHROMIUM.',
    facts: { server: 'browser' },
  });
}
