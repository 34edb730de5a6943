/**
 * Decides how the schema registry is asked: with a time-out on everything, never twice for the same, and not at all for a
 * while after it failed. Data never waits for it; callers register beside the data path.
 */
import http from 'node:http';
import https from 'node:https';
import registryClient from '@kafkajs/confluent-schema-registry';
import { isRtdpError, type RtdpError } from '@rtdp/ums/error';
import { AVRO_READING } from './avro-values.ts';
import { busError } from './errors.ts';
import type { AvroRecord } from './to-avro-schema.ts';

export interface RegistryOptions {
  /** Base address, for example http://127.0.0.1:7481/apis/ccompat/v7. */
  url: string;
  username?: string;
  password?: string;
  /** PEM texts, for https. */
  ca?: string | string[];
  cert?: string;
  key?: string;
  /** For one call of ours, however many requests it makes; default 5000. */
  timeoutMs?: number;
  /** How long nothing is asked after a failure to answer; doubles up to a minute; default 2000. */
  restMs?: number;
}

export type Compatibility = 'BACKWARD' | 'BACKWARD_TRANSITIVE' | 'FULL' | 'FULL_TRANSITIVE' | 'FORWARD' | 'NONE';

export interface Registry {
  /**
   * The schema's id: the same for the same schema. The registry enforces the compatibility from the first version on.
   * @throws RtdpError BUS_SCHEMA_INCOMPATIBLE, BUS_SCHEMA_INVALID, BUS_REGISTRY_UNREACHABLE, BUS_REGISTRY_REFUSED
   */
  registerSchema(o: { subject: string; schema: AvroRecord | object; compatibility?: Compatibility }): Promise<number>;
  /** A value in the registry's wire format (magic byte, id, Avro). */
  encode(schemaId: number, value: unknown): Promise<Buffer>;
  /**
   * What a value in the registry's wire format holds: Avro as `avro-values.ts` says, JSON and Protobuf as their libraries read them.
   * @throws RtdpError BUS_SCHEMA_MISSING, BUS_SCHEMA_INVALID, BUS_VALUE_INVALID, BUS_REGISTRY_UNREACHABLE, BUS_REGISTRY_REFUSED
   */
  decode(bytes: Buffer): Promise<unknown>;
  health(): { status: 'ok' | 'degraded'; lastError?: string; restsUntil?: number };
  close(): void;
}

/** One refused connection in five seconds costs nothing, and a registry that starts beside us is found as soon as it answers. */
const MAX_REST_MS = 5_000;
/** A zero, and the schema's id in four bytes. */
const WIRE_HEAD_BYTES = 5;

interface RegistryResponse {
  data<Body>(): Body;
}

/** What the client calls beneath its own register, which leaves a gap: see registerSchema below. */
interface SubjectApi {
  latestVersion(o: { subject: string }): Promise<RegistryResponse>;
  config(o: { subject: string }): Promise<RegistryResponse>;
  updateConfig(o: { subject: string; body: { compatibility: string } }): Promise<RegistryResponse>;
}

export function connectRegistry(options: RegistryOptions): Registry {
  const timeoutMs = options.timeoutMs ?? 5000;
  const secure = options.url.startsWith('https:');
  const { ca, cert, key } = options;
  const agent = secure ? new https.Agent({ keepAlive: true, ca, cert, key }) : new http.Agent({ keepAlive: true });
  const withTimeout = () => ({
    prepareRequest: async (next: () => Promise<{ enhance(extras: object): unknown }>) =>
      (await next()).enhance({ timeout: timeoutMs }),
  });
  const address = {
    host: options.url.replace(/\/+$/, ''),
    retry: { retries: 0 },
    agent,
    middlewares: [withTimeout as never],
    ...(options.username === undefined
      ? {}
      : { auth: { username: options.username, password: options.password ?? '' } }),
  };
  const client = new registryClient.SchemaRegistry(address);
  // Beside the other one: what it reads cannot be written.
  const reader = new registryClient.SchemaRegistry(address, {
    [registryClient.SchemaType.AVRO]: AVRO_READING as never,
  });
  const subjects = (client as unknown as { api: { Subject: SubjectApi } }).api.Subject;

  const known = new Map<string, number>();
  const asking = new Map<string, Promise<number>>();
  let restMs = options.restMs ?? 2000;
  let restsUntil = 0;
  let lastError: string | undefined;

  const ask = async <Answer>(
    doing: string,
    facts: Record<string, unknown>,
    work: () => Promise<Answer>,
  ): Promise<Answer> => {
    if (Date.now() < restsUntil) {
      throw unreachable(
        `The schema registry failed a moment ago and is left alone until ${new Date(restsUntil).toISOString()}: ${lastError}`,
        options.url,
        facts,
      );
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(
          unreachable(`The schema registry did not answer within ${timeoutMs} ms while ${doing}.`, options.url, facts),
        );
      }, timeoutMs);
    });
    try {
      const answer = await Promise.race([work(), late]);
      lastError = undefined;
      restMs = options.restMs ?? 2000;
      return answer;
    } catch (error) {
      const mapped = toRegistryError(error, doing, options.url, facts);
      if (mapped.code === 'BUS_REGISTRY_UNREACHABLE') {
        lastError = mapped.message;
        restsUntil = Date.now() + restMs;
        restMs = Math.min(restMs * 2, MAX_REST_MS);
      }
      throw mapped;
    } finally {
      clearTimeout(timer);
    }
  };

  const orMissing = async <Answer>(request: Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return await request;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };

  const register = async (subject: string, text: string, compatibility: Compatibility): Promise<number> => {
    // The client sets the compatibility after the first version; if it died in between, the second would be unchecked.
    if ((await orMissing(subjects.latestVersion({ subject }))) !== undefined) {
      const config = await orMissing(subjects.config({ subject }));
      const level = config?.data<{ compatibilityLevel?: string }>().compatibilityLevel?.toUpperCase();
      if (level !== compatibility) await subjects.updateConfig({ subject, body: { compatibility } });
    }
    const schema = { type: registryClient.SchemaType.AVRO, schema: text } as const;
    const { id } = await client.register(schema, { subject, compatibility: compatibility as never });
    return id;
  };

  /** A schema that cannot be used says nothing against the registry. */
  const schemaOf = async (schemaId: number) => {
    try {
      return await reader.getSchema(schemaId);
    } catch (error) {
      const facts = { schemaId, url: options.url };
      if (statusOf(error) === 404) {
        throw busError('BUS_SCHEMA_MISSING', {
          message: `The registry has no schema ${schemaId}.`,
          next: 'It was written with the schemas of another registry, or with none: any bytes may begin with a zero.',
          facts,
          cause: error,
        });
      }
      if (typeof (error as { status?: unknown }).status === 'number') throw error;
      throw busError('BUS_SCHEMA_INVALID', {
        message: `Schema ${schemaId} of the registry cannot be used: ${saidBy(error)}`,
        next: 'Look at the schema in the registry.',
        facts,
        cause: error,
      });
    }
  };

  return {
    async registerSchema({ subject, schema, compatibility = 'BACKWARD' }) {
      const text = JSON.stringify(schema);
      const memo = `${subject}\n${compatibility}\n${text}`;
      const id = known.get(memo);
      if (id !== undefined) return id;
      let request = asking.get(memo);
      if (request === undefined) {
        request = ask(`registering ${subject}`, { subject }, () => register(subject, text, compatibility)).finally(() =>
          asking.delete(memo),
        );
        asking.set(memo, request);
      }
      const made = await request;
      known.set(memo, made);
      return made;
    },
    encode: (schemaId, value) =>
      ask(`encoding with schema ${schemaId}`, { schemaId }, () => client.encode(schemaId, value)),
    async decode(bytes) {
      const schemaId = bytes.readInt32BE(1);
      const schema = await ask(`looking up schema ${schemaId}`, { schemaId }, () => schemaOf(schemaId));
      try {
        return schema.fromBuffer(bytes.subarray(WIRE_HEAD_BYTES));
      } catch (cause) {
        throw busError('BUS_VALUE_INVALID', {
          message: `The value does not follow its schema ${schemaId}: ${saidBy(cause)}`,
          next: 'Look at its bytes, and at who wrote it.',
          facts: { schemaId },
          cause,
        });
      }
    },
    health: () => {
      const resting = Date.now() < restsUntil;
      if (lastError === undefined) return { status: 'ok' };
      return { status: 'degraded', lastError, ...(resting ? { restsUntil } : {}) };
    },
    close: () => agent.destroy(),
  };
}

/** The client's HTTP library reports a request that never got an answer as status 400 with the socket's own words. */
const NO_ANSWER =
  /status 400: (connect|read|write|getaddrinfo|socket|Timeout|Client network|.*(certificate|ECONNRESET|EPROTO|self.signed))/i;

/** The HTTP status of an answer; undefined if there was none. */
function statusOf(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | undefined)?.status;
  if (typeof status !== 'number' || (error instanceof Error && NO_ANSWER.test(error.message))) return undefined;
  return status;
}

/** The registry's refusals by HTTP status; whatever has none never reached it, unless the client refused the schema itself. */
function toRegistryError(error: unknown, doing: string, url: string, facts: Record<string, unknown>): RtdpError {
  if (isRtdpError(error)) return error;
  const status = statusOf(error);
  const said = saidBy(error);
  const details = { facts: { ...facts, url, ...(status === undefined ? {} : { status }) }, cause: error };
  if (status === 409) {
    return busError('BUS_SCHEMA_INCOMPATIBLE', {
      message: `The registry refuses the schema while ${doing}: ${said}`,
      next: 'Register it under the next major version of the subject, or make the change compatible: new columns nullable.',
      ...details,
    });
  }
  if (
    status === 422 ||
    /SchemaRegistryValidationError|ConfluentSchemaRegistryInvalidSchemaError|ConfluentSchemaRegistryArgumentError/.test(
      errorName(error),
    )
  ) {
    return busError('BUS_SCHEMA_INVALID', {
      message: `The schema is not valid while ${doing}: ${said}`,
      next: 'Correct the schema; the facts name the subject.',
      ...details,
    });
  }
  if (status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return busError('BUS_REGISTRY_REFUSED', {
      message: `The registry refuses with status ${status} while ${doing}: ${said}`,
      next:
        status === 401 || status === 403
          ? 'Correct the user and password for the registry.'
          : 'Check the address of the registry: it must end in its Confluent-compatible path.',
      ...details,
    });
  }
  return busError('BUS_REGISTRY_UNREACHABLE', {
    message: `The schema registry failed while ${doing}: ${said}`,
    next: 'Start the registry or correct its address; JSON data flows on without it.',
    ...details,
  });
}

function saidBy(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function errorName(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.constructor.name}` : '';
}

function unreachable(message: string, url: string, facts: Record<string, unknown>): RtdpError {
  return busError('BUS_REGISTRY_UNREACHABLE', {
    message,
    next: 'Start the registry or correct its address; JSON data flows on without it.',
    facts: { ...facts, url },
  });
}
