/** Decides which address lets a person in: the web application with a code that is good once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DavinciClient } from '@rtdp/davinci-api/client';
import type { PlatformDescription } from '../platform/contract.ts';

const RETRY_MILLISECONDS = 500;

/** Signs in the first administrator. While the service does not answer it is asked again, for `milliseconds`; then it throws. */
export async function loginAddress(
  davinci: DavinciClient,
  { web }: PlatformDescription,
  milliseconds = 0,
): Promise<string> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      const { code } = await davinci.createLoginLink();
      return `${web.url}/login#code=${encodeURIComponent(code)}`;
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await sleep(RETRY_MILLISECONDS);
    }
  }
}
