/** A token is checked again after some seconds, and at once when it has ended; what is refused is never remembered. */
import { expect, test } from 'vitest';
import { rememberVerified } from './remember-verified.ts';

const tokenUntil = (seconds: number): string =>
  `head.${Buffer.from(JSON.stringify({ exp: seconds })).toString('base64url')}.sign`;

test('remembers for a short time, not beyond the end of the token, and no refusal', async () => {
  let now = 1_000_000;
  let checks = 0;
  const identity = { subject: 'ann', organisationId: 'o', roles: ['viewer'] };
  const verifier = rememberVerified(
    {
      async verify(token) {
        checks++;
        if (token === 'bad') throw new Error('refused');
        return identity;
      },
    },
    () => now,
  );
  const long = tokenUntil(9_999);
  for (let time = 0; time < 3; time++) expect(await verifier.verify(long)).toBe(identity);
  expect(checks).toBe(1);
  now += 5_001;
  await verifier.verify(long);
  expect(checks).toBe(2);
  const short = tokenUntil(now / 1_000 + 1);
  await verifier.verify(short);
  now += 1_000;
  await verifier.verify(short);
  expect(checks).toBe(4);
  for (let time = 0; time < 2; time++) await expect(verifier.verify('bad')).rejects.toThrow('refused');
  expect(checks).toBe(6);
});
