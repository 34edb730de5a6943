/** Shows which failures are about a certificate, as Node and the drivers word them. */
import { expect, test } from 'vitest';
import { toCertificateError } from './certificate-error.ts';

const failure = (message: string, code: string) => Object.assign(new Error(message), { code });

test.each([
  failure(
    'self-signed certificate; if the root CA is installed locally, try --use-system-ca',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ),
  failure('certificate has expired', 'CERT_HAS_EXPIRED'),
  failure("Hostname/IP does not match certificate's altnames", 'ERR_TLS_CERT_ALTNAME_INVALID'),
  failure('unable to verify the first certificate', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
  failure('unable to verify the first certificate', 'HANDSHAKE_SSL_ERROR'),
])('an untrusted certificate is neither an outage nor a refusal: $code', (error) => {
  const mapped = toCertificateError(error, { host: 'db' });
  expect(mapped).toMatchObject({ code: 'STORE_UNREACHABLE', facts: { host: 'db', reason: error.code } });
  expect(mapped?.message).not.toContain('root CA');
});

test('any other failure is not', () => {
  expect(toCertificateError(failure('connect ECONNREFUSED 127.0.0.1:9', 'ECONNREFUSED'), {})).toBeUndefined();
  expect(toCertificateError('certificate', {})).toBeUndefined();
});
