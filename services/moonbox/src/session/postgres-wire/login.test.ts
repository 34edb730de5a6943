/** The exchange that proves a password, the certificate it is bound to, and how often a wrong one may be tried. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LoginLimiter } from './login-limiter.ts';
import { imaginaryVerifier, makeScramVerifier, parseScramVerifier, scramClient, scramExchange } from './scram.ts';
import { wireTls } from './wire-certificate.ts';

it('proves the right password and no other', () => {
  const verifier = parseScramVerifier(makeScramVerifier('right'))!;
  for (const [password, isRight] of [
    ['right', true],
    ['wrong', false],
  ] as const) {
    const client = scramClient(password);
    const server = scramExchange({ mechanism: 'SCRAM-SHA-256', verifier, certificateHash: undefined });
    expect(server.last(client.last(server.first(client.first))) !== undefined).toBe(isRight);
  }
});

it('is the exchange of RFC 7677', () => {
  const verifier = parseScramVerifier(makeScramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64')))!;
  const server = scramExchange({
    mechanism: 'SCRAM-SHA-256',
    verifier,
    certificateHash: undefined,
    nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  });
  expect(server.first('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')).toBe(
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  );
  expect(
    server.last(
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    ),
  ).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

it('does not let the offer of channel binding be taken out, nor bind to another certificate', () => {
  const verifier = parseScramVerifier(makeScramVerifier('right'))!;
  const certificateHash = Buffer.alloc(32, 1);
  const plain = scramExchange({ mechanism: 'SCRAM-SHA-256', verifier, certificateHash });
  expect(() => plain.first('y,,n=,r=abc')).toThrow(/removed/);
  const bound = scramExchange({ mechanism: 'SCRAM-SHA-256-PLUS', verifier, certificateHash });
  expect(() => bound.first('n,,n=,r=abc')).toThrow(/fit/);
});

it('gives a user that does not exist the same salt each time', () => {
  const secret = Buffer.alloc(32, 7);
  expect(imaginaryVerifier('a', secret).salt).toEqual(imaginaryVerifier('a', secret).salt);
  expect(imaginaryVerifier('a', secret).salt).not.toEqual(imaginaryVerifier('b', secret).salt);
});

it('makes a certificate once, and keeps the key to its owner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const made = wireTls({ folder, names: ['localhost', '127.0.0.1', 'gateway.example'] });
  const certificate = new X509Certificate(made.certificate);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('gateway.example')).toBe('gateway.example');
  expect(statSync(join(folder, 'wire-key.pem')).mode & 0o077).toBe(0);
  expect(wireTls({ folder, names: [] })).toEqual(made);
  const other = mkdtempSync(join(tmpdir(), 'certificate-'));
  wireTls({ folder: other, names: ['localhost'] });
  const mixed = { certificateFile: join(folder, 'wire-certificate.pem'), keyFile: join(other, 'wire-key.pem') };
  expect(() => wireTls({ ...mixed, folder, names: [] })).toThrow(/not the one of the certificate/);
});

it('makes somebody who fails again and again wait, whatever the name', () => {
  let now = 0;
  const limiter = new LoginLimiter({ perUser: 3, perAddress: 5, windowMs: 1_000 }, () => now);
  for (let attempt = 0; attempt < 3; attempt += 1) limiter.failed('10.0.0.1', 'ann');
  expect(limiter.waitFor('10.0.0.1', 'ann')).toBe(1_000);
  expect(limiter.waitFor('10.0.0.1', 'bob')).toBe(0);
  expect(limiter.waitFor('10.0.0.2', 'ann')).toBe(0);
  limiter.failed('10.0.0.1', 'bob');
  limiter.failed('10.0.0.1', 'cid');
  expect(limiter.waitFor('10.0.0.1', 'dan')).toBe(1_000);
  now = 1_000;
  expect(limiter.waitFor('10.0.0.1', 'ann')).toBe(0);
});
