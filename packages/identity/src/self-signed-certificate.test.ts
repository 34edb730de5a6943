import { X509Certificate } from 'node:crypto';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from './self-signed-certificate.ts';

test('is taken by a client that was given it and no other, under its names alone', async () => {
  const pair = selfSignedCertificate('RTDP test', ['localhost', '127.0.0.1']);
  const certificate = new X509Certificate(pair.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkHost('localhost')).toBe('localhost');
  const server = createServer({ cert: pair.certificate, key: pair.key }, (socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const outcome = (options: object) =>
    new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ...options }, () => resolve(String(socket.authorized)));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.resume();
    });
  try {
    expect(await outcome({ ca: pair.certificate })).toBe('true');
    expect(await outcome({ ca: pair.certificate, servername: 'elsewhere' })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await outcome({ ca: selfSignedCertificate('RTDP test', ['localhost']).certificate })).toMatch(
      /SELF_SIGNED|SIGNATURE/,
    );
  } finally {
    server.close();
  }
});
