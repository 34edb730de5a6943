/** Decides how a password is kept and checked: argon2id, and the same time whether or not there is such a user. */
import { hash, verify } from '@node-rs/argon2';

/** Of argon2id, the library's default: 19 MiB, two passes, one lane, the least that OWASP asks. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Checked where there is no user or no password, so that the answer takes as long. Made once; nobody knows what it is of. */
let stranger: Promise<string> | undefined;

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** `stored` is null where there is no such user or the user has no password: false, after the same work. */
export async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  stranger ??= hash(crypto.randomUUID(), COST);
  const matches = await verify(stored ?? (await stranger), password);
  return stored !== null && matches;
}
