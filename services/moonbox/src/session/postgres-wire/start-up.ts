/** Decides how a session begins: encryption, who the client says it is, and that it knows the password. Nothing of the service is told before. */

import { createHash, X509Certificate } from 'node:crypto';
import type { SecureContext } from 'node:tls';
import { typedCommandForStrangers } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import type { Channel } from './channel.ts';
import type { WireLogin, WirePasswords } from './contract.ts';
import type { LoginLimiter } from './login-limiter.ts';
import { FieldReader, MAXIMUM_START_BYTES, protocolError } from './message-reader.ts';
import { imaginaryVerifier, MECHANISM, MECHANISM_PLUS, parseScramVerifier, scramExchange } from './scram.ts';

const PROTOCOL_3 = 3;
const CANCEL_REQUEST = 80_877_102;
const TLS_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;
const SASL_RESPONSE = 0x70;

export interface StartSurroundings {
  readonly secureContext: SecureContext;
  /** Undefined where the certificate's signature has no hash that both sides would agree on. */
  readonly certificateHash: Buffer | undefined;
  readonly plainOnLoopback: boolean;
  readonly passwords: WirePasswords;
  readonly limiter: LoginLimiter;
  /** Makes up the salts of users who do not exist. */
  readonly secret: Buffer;
}

export interface StartedSession {
  readonly kind: 'session';
  readonly login: WireLogin;
  readonly user: string;
  readonly database: string;
  /** Run-time settings the client begins with, names in lower case. */
  readonly settings: ReadonlyMap<string, string>;
}

export interface CancelRequest {
  readonly kind: 'cancel';
  readonly processId: number;
  readonly secretKey: number;
}

/** What `tls-server-end-point` binds to: the certificate's hash under its own signature's algorithm, at least SHA-256. */
export function certificateHash(pem: string): Buffer | undefined {
  const certificate = new X509Certificate(pem);
  const algorithm = /sha-?(1|256|384|512)|md5/i.exec(certificate.signatureAlgorithm ?? '')?.[0].toLowerCase();
  if (algorithm === undefined) return undefined;
  const size = algorithm.endsWith('384') ? 'sha384' : algorithm.endsWith('512') ? 'sha512' : 'sha256';
  return createHash(size).update(certificate.raw).digest();
}

/**
 * @returns undefined when the client went
 * @throws RtdpError WIRE_PROTOCOL, WIRE_TLS_REQUIRED, WIRE_LOGIN_FAILED, WIRE_LOGIN_LIMITED
 */
export async function startUp(
  channel: Channel,
  surroundings: StartSurroundings,
): Promise<StartedSession | CancelRequest | undefined> {
  const head = await readHead(channel, surroundings);
  if (head === undefined || head.kind === 'cancel') return head;
  if (!channel.isEncrypted && !(surroundings.plainOnLoopback && isLoopback(channel.remoteAddress))) {
    throw new RtdpError({
      code: 'WIRE_TLS_REQUIRED',
      message: 'The gateway only takes connections with TLS.',
      next: 'Connect with sslmode=require (or verify-full with the certificate of the gateway).',
    });
  }
  const parameters = readParameters(head.body);
  const user = parameters.get('user') ?? '';
  if (user === '') throw protocolError('the client names no user');
  const login = await authenticate(channel, user, surroundings);
  if (login === undefined) return undefined;
  const database = parameters.get('database') ?? user;
  const settings = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name === 'options') for (const [option, text] of commandOptions(value)) settings.set(option, text);
    else if (name !== 'user' && name !== 'database' && name !== 'replication' && !name.startsWith('_pq_.')) {
      settings.set(name.toLowerCase(), value);
    }
  }
  if (/^(true|on|yes|1|database)$/i.test(parameters.get('replication') ?? '')) {
    throw new RtdpError({
      code: 'WIRE_UNSUPPORTED',
      message: 'The gateway has no replication connections.',
      next: 'Connect without the parameter replication; rows that change are read from Kafka.',
    });
  }
  return { kind: 'session', login, user, database, settings };
}

interface Start {
  readonly kind: 'start';
  readonly body: FieldReader;
}

async function readHead(channel: Channel, surroundings: StartSurroundings): Promise<Start | CancelRequest | undefined> {
  if (await channel.startsWithTls()) await channel.encrypt(surroundings.secureContext, true);
  // A client may ask for either encryption before it starts, each once.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const message = await channel.read(true);
    if (message === undefined) return undefined;
    const body = new FieldReader(message.body);
    const version = body.int32();
    if (version === TLS_REQUEST) {
      if (channel.isEncrypted) throw protocolError('encryption was agreed already');
      channel.sendByte('S');
      await channel.encrypt(surroundings.secureContext, false);
    } else if (version === GSS_REQUEST) {
      channel.sendByte('N');
    } else if (version === CANCEL_REQUEST) {
      return { kind: 'cancel', processId: body.int32(), secretKey: body.int32() };
    } else if (version >> 16 === PROTOCOL_3) {
      if ((version & 0xffff) > 0) negotiateVersion(channel, message.body);
      return { kind: 'start', body };
    } else throw protocolError(`protocol ${version >> 16}.${version & 0xffff}`);
  }
  throw protocolError('it only asks for encryption');
}

/** Newer minor versions and options of the protocol are answered with what is spoken here: 3.0. */
function negotiateVersion(channel: Channel, body: Buffer): void {
  const reader = new FieldReader(body);
  reader.int32();
  const unknown = [...readParameters(reader).keys()].filter((name) => name.startsWith('_pq_.'));
  const { writer } = channel;
  writer
    .begin('v')
    .int32(PROTOCOL_3 << 16)
    .int32(unknown.length);
  for (const name of unknown) writer.text(name);
  writer.end();
}

function readParameters(body: FieldReader): Map<string, string> {
  const parameters = new Map<string, string>();
  while (body.left > 1) parameters.set(body.text(), body.text());
  return parameters;
}

/** `-c name=value` and `--name=value`, as the start parameter `options` carries them; a backslash keeps the next character. */
function* commandOptions(options: string): Generator<[string, string]> {
  const words = options.match(/(?:\\.|[^\s\\])+/g) ?? [];
  for (const [index, word] of words.entries()) {
    const plain = word.replace(/\\(.)/g, '$1');
    const text =
      words[index - 1] === '-c' ? plain : /^(?:-c|--)(?=.)/.test(plain) ? plain.replace(/^(?:-c|--)/, '') : '';
    const equals = text.indexOf('=');
    if (equals > 0) yield [text.slice(0, equals).replaceAll('-', '_').toLowerCase(), text.slice(equals + 1)];
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** The same messages and the same work whether the user exists or not. */
async function authenticate(
  channel: Channel,
  user: string,
  surroundings: StartSurroundings,
): Promise<WireLogin | undefined> {
  const { limiter, passwords, secret } = surroundings;
  const address = channel.remoteAddress;
  const wait = limiter.waitFor(address, user);
  if (wait > 0) {
    throw new RtdpError({
      code: 'WIRE_LOGIN_LIMITED',
      message: `Too many logins failed; user ${JSON.stringify(user)} has to wait.`,
      next: `Try again in ${Math.ceil(wait / 1_000)} seconds.`,
      facts: { waitMs: wait },
    });
  }
  const binding = channel.isEncrypted ? surroundings.certificateHash : undefined;
  const mechanisms = binding === undefined ? [MECHANISM] : [MECHANISM_PLUS, MECHANISM];
  const { writer } = channel;
  writer.begin('R').int32(10);
  for (const mechanism of mechanisms) writer.text(mechanism);
  writer.byte(0).end();
  await channel.flush();

  const first = await readResponse(channel);
  if (first === undefined) return undefined;
  const mechanism = first.text();
  if (!mechanisms.includes(mechanism)) throw protocolError(`login by ${mechanism}`);
  const found = await passwords.find(user);
  const known = found === undefined ? undefined : parseScramVerifier(found.verifier);
  const exchange = scramExchange({
    mechanism,
    verifier: known ?? imaginaryVerifier(user, secret),
    certificateHash: binding,
  });
  const serverFirst = exchange.first(first.bytes(first.int32()).toString('utf8'));
  writer.begin('R').int32(11).bytes(Buffer.from(serverFirst)).end();
  await channel.flush();

  const last = await readResponse(channel);
  if (last === undefined) return undefined;
  const serverLast = exchange.last(last.bytes(last.left).toString('utf8'));
  if (serverLast === undefined || known === undefined || found === undefined) {
    limiter.failed(address, user);
    throw new RtdpError({
      code: 'WIRE_LOGIN_FAILED',
      message: `Password authentication failed for user ${JSON.stringify(user)}.`,
      next: `Check user and password. A new one is made on the page Queries, Connect, or by "${typedCommandForStrangers('password')}".`,
    });
  }
  limiter.succeeded(address, user);
  writer.begin('R').int32(12).bytes(Buffer.from(serverLast)).end();
  writer.begin('R').int32(0).end();
  return found;
}

async function readResponse(channel: Channel): Promise<FieldReader | undefined> {
  const message = await channel.read(false, MAXIMUM_START_BYTES);
  if (message === undefined) return undefined;
  if (message.kind !== SASL_RESPONSE) throw protocolError('it does not log in');
  return new FieldReader(message.body);
}
