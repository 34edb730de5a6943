/** MOUNT DATABASE: tests a connection to a store and shows the store's tables as a database of the gateway. */
import { RtdpError } from '@rtdp/ums/error';
import type { Administration } from '../admin/administration.ts';
import { mountRequestSchema } from '../client/mounts.ts';
import type { StatementKind } from './contract.ts';
import type { Tokens } from './tokens.ts';

const CONNECTION = ['host', 'port', 'database', 'user', 'password', 'tls', 'certificate_authority'];
const OPTIONS = ['kind', ...CONNECTION, 'schemas', 'sink_system', 'sink_instance', 'readable_by'];

export function mountDatabase(administration: Administration): StatementKind {
  return {
    head: ['MOUNT', 'DATABASE'],
    syntax:
      "MOUNT DATABASE name OPTIONS (kind 'postgres', host '…', port '5432', database '…', user '…', password '…' [, tls 'require'] [, schemas 'a,b'] [, readable_by 'viewer'])",
    read(tokens) {
      const name = tokens.name('name of the database');
      const request = toRequest(name, readOptions(tokens), tokens);
      return {
        tag: 'MOUNT DATABASE',
        columns: null,
        run: async ({ principal }) => void (await administration.mount(principal, request)),
      };
    },
  };
}

function readOptions(tokens: Tokens): Map<string, string> {
  tokens.expect('OPTIONS');
  tokens.expect('(');
  const options = new Map<string, string>();
  do {
    const option = tokens.name('name of an option');
    if (!OPTIONS.includes(option)) throw tokens.fail(`there is no option "${option}"`, OPTIONS, 'last');
    if (options.has(option)) throw tokens.fail(`option "${option}" is given twice`, [], 'last');
    tokens.skip('=');
    options.set(option, tokens.literal(`value of ${option}`, option === 'password'));
  } while (tokens.skip(','));
  tokens.expect(')');
  tokens.end();
  return options;
}

function toRequest(name: string, options: Map<string, string>, tokens: Tokens) {
  const list = (option: string): string[] | undefined =>
    options
      .get(option)
      ?.split(',')
      .map((part) => part.trim());
  const kind = options.get('kind');
  const system = options.get('sink_system');
  const instance = options.get('sink_instance');
  const parsed = mountRequestSchema.safeParse({
    name,
    kind,
    connection: {
      host: options.get('host'),
      port: Number(options.get('port') ?? (kind === 'mysql' ? 3306 : 5432)),
      database: options.get('database'),
      user: options.get('user'),
      password: options.get('password') ?? '',
      tls: options.get('tls'),
      certificateAuthority: options.get('certificate_authority'),
    },
    schemas: list('schemas'),
    readableBy: list('readable_by'),
    ...(system === undefined || instance === undefined ? {} : { sinkNamespacePrefix: { system, instance } }),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'options'}: ${message}`);
  throw new RtdpError({
    code: 'MOONBOX_STATEMENT_INVALID',
    message: problems.join('; '),
    next: `Write: ${tokens.syntax}`,
    facts: { problems },
  });
}

const BETWEEN = String.raw`"?(?:\s|=|--[^\n]*\n|/\*[\s\S]*?\*/)*`;
const QUOTED = `'(?:[^']|'')*(?:'|$)`;
const PASSWORD = new RegExp(`(\\bpassword\\b${BETWEEN})${QUOTED}`, 'giu');
/** Whatever somebody takes for a way to write a text: none of it is one here, and all of it may hold the password. */
const PASSWORD_OF_MOUNT = new RegExp(`(\\bpassword\\b${BETWEEN})(?:${QUOTED}|[^\\s,)]+)`, 'giu');

/** The text with every password taken out; also of a statement that cannot be read. */
export function withoutPasswords(sql: string): string {
  return sql.replaceAll(/\bmount\b/i.test(sql) ? PASSWORD_OF_MOUNT : PASSWORD, "$1'***'");
}
