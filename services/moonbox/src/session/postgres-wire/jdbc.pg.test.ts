/** The Postgres wire with pgjdbc: metadata, binary values, portions, timeouts. */
import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWire, type TestWire } from './testing/wire-harness.ts';

const run = promisify(execFile);

/** Debian's libpostgresql-jdbc-java, which `npm test` installs. */
const DRIVER = '/usr/share/java/postgresql.jar';

let wire: TestWire;

beforeAll(async () => {
  wire = await startWire();
});

afterAll(() => wire?.[Symbol.asyncDispose]());

it('pgjdbc connects, reads metadata, values, portions, and is told of mistakes and of time', async () => {
  expect(existsSync(DRIVER), `${DRIVER} is missing: apt install libpostgresql-jdbc-java`).toBe(true);
  const { user, password } = await wire.login('jane', 'editor');
  const certificate = join(await mkdtemp(join(tmpdir(), 'jdbc-')), 'certificate.pem');
  writeFileSync(certificate, wire.certificate);
  const java = process.env.JAVA_HOME === undefined ? 'java' : join(process.env.JAVA_HOME, 'bin', 'java');
  const program = join(import.meta.dirname, 'testing', 'JdbcProbe.java');
  const address = `jdbc:postgresql://127.0.0.1:${wire.port}/shop`;
  const flags = [
    '-Xmx256m',
    '-XX:TieredStopAtLevel=1',
    '-XX:+UseSerialGC',
    '-Duser.timezone=Europe/Berlin',
    '-Dfile.encoding=UTF-8',
  ];
  const { stdout } = await run(java, [...flags, '-cp', DRIVER, program, address, user, password, certificate], {
    timeout: 110_000,
  });
  const row =
    'row|true|-32768|9223372036854775807|0.1|0.1|12345.678900|häßlich 🦀|2|2026-02-28|2026-02-28T23:59:59.999999|2026-02-28T21:59:59.500Z' +
    '|1 year -2 days +03:04:05.6|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|{"b": 1}|[1, null, -3]|[a b, null, c"d]';
  expect(stdout.trimEnd().split('\n')).toEqual([
    'valid|true|shop|shop',
    'table|shop|kinds|TABLE|one of each',
    'table|shop|orders|TABLE|null',
    'table|shop|large|VIEW|null',
    'column|id|int4|10|0|NO',
    'column|name|text|2147483647|0|NO',
    'column|amount|numeric|12|2|NO',
    'key|id|1',
    'index|orders_pkey|id',
    'catalog|shop',
    'schema|shop',
    'types|true',
    'metadata|done',
    row,
    row,
    row,
    'declared|2',
    'portions|200010000',
    'copied|20000',
    'mistake|42703|14',
    'late|57014',
    'alive|20000',
  ]);
}, 120_000);
