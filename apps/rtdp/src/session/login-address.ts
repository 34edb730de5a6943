/** Decides which address lets a person in: the web application with a code that is good once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DavinciClient } from '@rtdp/davinci-api/client';
import type { PlatformDescription } from '../platform/contract.ts';

const RETRY_MILLISECONDS = 500;

export interface LoginAddressOptions {
  /** Page to show afterwards; home when not given. */
  path?: string;
  /** Whom it lets in; the first administrator when not given. */
  email?: string;
  /** Ends the password and every sign-in of this user first. */
  forgetPassword?: boolean;
  /** How long a service that does not answer yet is asked again. */
  milliseconds?: number;
}

/** @throws RtdpError of the service */
export async function loginAddress(
  davinci: DavinciClient,
  { web }: PlatformDescription,
  { path = '/', milliseconds = 0, email, forgetPassword = false }: LoginAddressOptions = {},
): Promise<string> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      const { code } = await davinci.createLoginLink({ forgetPassword, ...(email === undefined ? {} : { email }) });
      return addressOfCode(web.url, code, path);
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await sleep(RETRY_MILLISECONDS);
    }
  }
}

export function addressOfCode(webUrl: string, code: string, path = '/'): string {
  const from = path === '/' ? '' : `?from=${encodeURIComponent(path)}`;
  return `${webUrl}/login${from}#code=${encodeURIComponent(code)}`;
}
