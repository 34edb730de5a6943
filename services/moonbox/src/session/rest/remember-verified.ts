/**
 * Decides how long a token that was found valid is not checked again: some seconds, never beyond its own end. A signature costs more than a
 * point query; who asks a thousand times a second shows the same token each time.
 */
import type { RequestIdentity, RequestVerifier } from '@rtdp/service/http';

interface Remembered {
  identity: RequestIdentity;
  /** Milliseconds since 1970. */
  until: number;
}

const REMEMBERED_MS = 5_000;
const MOST_REMEMBERED = 1_000;

export function rememberVerified(verifier: RequestVerifier, now: () => number): RequestVerifier {
  const remembered = new Map<string, Remembered>();
  return {
    async verify(token) {
      const known = remembered.get(token);
      if (known !== undefined && known.until > now()) return known.identity;
      remembered.delete(token);
      const identity = await verifier.verify(token);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(token, { identity, until: Math.min(now() + REMEMBERED_MS, endOf(token)) });
      return identity;
    },
  };
}

/** Of a token that was verified, so its claims are what they say. */
function endOf(token: string): number {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  const { exp } = claims as { exp?: unknown };
  return typeof exp === 'number' ? exp * 1_000 : 0;
}
