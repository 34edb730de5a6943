/** Decides whether a client knows its password, by SCRAM-SHA-256 (RFC 5802, 7677) as Postgres runs it; no input or output. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { protocolError } from './message-reader.ts';

export const MECHANISM = 'SCRAM-SHA-256';
/** With the hash of the server's certificate bound in, so that nobody in between can pass the exchange on. */
export const MECHANISM_PLUS = 'SCRAM-SHA-256-PLUS';
const BINDING_TYPE = 'tls-server-end-point';
const ITERATIONS = 4096;

export interface ScramVerifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

function hmac(key: Buffer, text: string | Buffer): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function hash(value: Buffer): Buffer {
  return createHash('sha256').update(value).digest();
}

/** Text to keep instead of a password (which has to be ASCII, so that it needs no normalisation), in Postgres' own form. */
export function makeScramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = hash(hmac(salted, 'Client Key'));
  const serverKey = hmac(salted, 'Server Key');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey.toString('base64')}:${serverKey.toString('base64')}`;
}

/** @returns undefined for a text that is no verifier */
export function parseScramVerifier(text: string): ScramVerifier | undefined {
  const match = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(text);
  if (match === null) return undefined;
  const [salt, storedKey, serverKey] = match.slice(2).map((part) => Buffer.from(part, 'base64')) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  if (storedKey.length !== 32 || serverKey.length !== 32) return undefined;
  return { iterations: Number(match[1]), salt, storedKey, serverKey };
}

/** For a user that does not exist: the same salt each time, keys that no password has. */
export function imaginaryVerifier(user: string, secret: Buffer): ScramVerifier {
  return {
    iterations: ITERATIONS,
    salt: hmac(secret, `salt ${user}`).subarray(0, 16),
    storedKey: hmac(secret, `stored ${user}`),
    serverKey: hmac(secret, `server ${user}`),
  };
}

export interface ScramExchange {
  /** Takes the client's first message, gives the server's first. */
  first(message: string): string;
  /** Takes the client's last message; gives the server's last, or undefined for a wrong password. */
  last(message: string): string | undefined;
}

export interface ScramOptions {
  readonly mechanism: string;
  readonly verifier: ScramVerifier;
  /** SHA-256 of the server's certificate (DER); undefined without TLS. */
  readonly certificateHash: Buffer | undefined;
  readonly nonce?: string;
}

/** @throws RtdpError WIRE_PROTOCOL for messages that are not of the exchange, or that pretend a weaker one was offered */
export function scramExchange(options: ScramOptions): ScramExchange {
  const { mechanism, verifier, certificateHash } = options;
  let clientFirst = '';
  let serverFirst = '';
  let nonce = '';
  let bindingHeader = '';

  return {
    first(message) {
      const match = /^((?:n|y|p=([^,]*)),(?:a=[^,]*)?,)((?:n=[^,]*),r=([\x21-\x2b\x2d-\x7e]+))(?:,.*)?$/.exec(message);
      if (match === null) throw protocolError('the first message of SCRAM cannot be read');
      const [, header = '', binding, bare = '', clientNonce = ''] = match;
      if ((binding !== undefined) !== (mechanism === MECHANISM_PLUS)) {
        throw protocolError('channel binding and mechanism do not fit');
      }
      if (binding !== undefined && binding !== BINDING_TYPE) {
        throw protocolError(`channel binding ${binding} is not offered`);
      }
      if (header.startsWith('y') && certificateHash !== undefined) {
        // The client would have bound, and believes the server cannot: somebody in between took the offer out.
        throw protocolError('the offer of channel binding was removed on the way');
      }
      bindingHeader = header;
      clientFirst = bare;
      nonce = clientNonce + (options.nonce ?? randomBytes(18).toString('base64'));
      serverFirst = `r=${nonce},s=${verifier.salt.toString('base64')},i=${verifier.iterations}`;
      return serverFirst;
    },
    last(message) {
      const match = /^(c=([A-Za-z0-9+/=]+),r=([^,]+)(?:,[^p].*)?),p=([A-Za-z0-9+/=]+)$/.exec(message);
      if (match === null) throw protocolError('the last message of SCRAM cannot be read');
      const [, withoutProof = '', binding = '', returnedNonce, proofText = ''] = match;
      const expected = Buffer.concat([
        Buffer.from(bindingHeader),
        mechanism === MECHANISM_PLUS ? (certificateHash ?? Buffer.alloc(0)) : Buffer.alloc(0),
      ]);
      const proof = Buffer.from(proofText, 'base64');
      const authMessage = `${clientFirst},${serverFirst},${withoutProof}`;
      const signature = hmac(verifier.storedKey, authMessage);
      if (proof.length !== 32) return undefined;
      const clientKey = Buffer.from(proof.map((byte, index) => byte ^ signature[index]!));
      const isRight =
        timingSafeEqual(hash(clientKey), verifier.storedKey) &&
        returnedNonce === nonce &&
        expected.equals(Buffer.from(binding, 'base64'));
      return isRight ? `v=${hmac(verifier.serverKey, authMessage).toString('base64')}` : undefined;
    },
  };
}

/** The client's side, for the gateway's own connection to the shadow catalog. */
export function scramClient(password: string): { first: string; last(serverFirst: string): string } {
  const bare = `n=,r=${randomBytes(18).toString('base64')}`;
  return {
    first: `n,,${bare}`,
    last(serverFirst) {
      const match = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(serverFirst);
      if (match === null) throw protocolError('the answer to SCRAM cannot be read');
      const salted = pbkdf2Sync(password, Buffer.from(match[2]!, 'base64'), Number(match[3]), 32, 'sha256');
      const clientKey = hmac(salted, 'Client Key');
      const withoutProof = `c=biws,r=${match[1]}`;
      const signature = hmac(hash(clientKey), `${bare},${serverFirst},${withoutProof}`);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
      return `${withoutProof},p=${proof.toString('base64')}`;
    },
  };
}
