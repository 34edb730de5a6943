/** Shows that only artifacts with the locked bytes reach the cache, and what is said when they cannot be had. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { artifactFileName, ensureArtifacts, type LockedArtifact, readLock } from './artifacts.ts';
import { projectFile } from './maven-client.ts';
import { mavenRepository, mirrorOf } from './maven-repository.ts';

const BODIES: Record<string, string> = {
  '/org/example/one/1.0/one-1.0.jar': 'the first',
  '/org/example/two/2.0/two-2.0-all.tar.gz': 'the second',
};
const ONE = locked('org.example:one:1.0', 'the first');
const TWO = locked('org.example:two:tar.gz:all:2.0', 'the second');

function locked(coordinates: string, body: string): LockedArtifact {
  return { coordinates, sha256: createHash('sha256').update(body).digest('hex') };
}

let folder: string;
let requests: string[];
const server = createServer((request, response) => {
  requests.push(request.url ?? '');
  const body = BODIES[request.url ?? ''];
  response.statusCode = body === undefined ? 404 : 200;
  response.end(body ?? 'nothing here');
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtdp-artifacts-'));
  requests = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // No Maven client of this machine may step in.
  vi.stubEnv('PATH', '/nowhere');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function repository(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('what is missing is downloaded once, checked, and told', async () => {
  const told: string[] = [];
  const tell = (done: number, total: number) => told.push(`${done}/${total}`);
  await ensureArtifacts([ONE, TWO], folder, tell, repository());
  expect((await readdir(folder)).sort()).toEqual(['one-1.0.jar', 'two-2.0-all.tar.gz']);
  expect(await readFile(join(folder, 'one-1.0.jar'), 'utf8')).toBe('the first');
  expect(told).toEqual(['1/2', '2/2']);
  await ensureArtifacts([ONE, TWO], folder, tell, repository());
  expect(requests).toHaveLength(2);
});

test('an artifact with other bytes is refused and not kept', async () => {
  const altered = { ...ONE, sha256: '0'.repeat(64) };
  await expect(ensureArtifacts([altered], folder, undefined, repository())).rejects.toMatchObject({
    code: 'LOCAL_ARTIFACT_ALTERED',
    next: 'Start again; if it stays so, the repository serves an altered file and must not be trusted.',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('an unreachable registry ends with what to check, and what arrived is kept', async () => {
  const missing = locked('org.example:three:3.0', '');
  await expect(ensureArtifacts([ONE, missing], folder, undefined, repository())).rejects.toMatchObject({
    code: 'LOCAL_REGISTRY_UNREACHABLE',
    message: expect.stringMatching(/org\.example:three:3\.0: Unable to fetch .*404.*no `mvn` on the PATH/),
    next: 'Check the network, or name a reachable Maven repository in RTDP_MAVEN_REPOSITORY, and start again: what is there is kept.',
  });
  expect(await readdir(folder)).toEqual(['one-1.0.jar']);
  await expect(ensureArtifacts([missing], folder, undefined, 'http://127.0.0.1:9/')).rejects.toMatchObject({
    code: 'LOCAL_REGISTRY_UNREACHABLE',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('coordinates give the file names of a repository, and a project for the Maven client', () => {
  expect(artifactFileName('a.b:c:1.2')).toBe('c-1.2.jar');
  expect(artifactFileName('a.b:c:tar.gz:all:1.2')).toBe('c-1.2-all.tar.gz');
  expect(projectFile([TWO.coordinates], '/target')).toContain(
    '<artifactItem><groupId>org.example</groupId><artifactId>two</artifactId><version>2.0</version><type>tar.gz</type><classifier>all</classifier></artifactItem>',
  );
});

test('the lock files hold whole checksums and no file name twice', () => {
  const broker = readLock('kafka.lock.json');
  const tools = readLock('kafka-tools.lock.json');
  expect(broker).toHaveLength(46);
  const all = [...broker, ...tools, ...readLock('registry.lock.json')];
  for (const { sha256 } of all) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(new Set(all.map((each) => artifactFileName(each.coordinates))).size).toBe(all.length);
});

test('the repository is the one we are told, else the mirror that Maven itself would use', () => {
  const settings = (of: string) =>
    `<settings><mirrors><!-- <mirror><mirrorOf>*</mirrorOf><url>http://no</url></mirror> -->
     <mirror><id>m</id><mirrorOf>${of}</mirrorOf><url> https://mirror.example/maven </url></mirror></mirrors></settings>`;
  expect(mirrorOf(settings('*'))).toBe('https://mirror.example/maven/');
  expect(mirrorOf(settings('central'))).toBe('https://mirror.example/maven/');
  expect(mirrorOf(settings('*,!central'))).toBeUndefined();
  expect(mirrorOf(settings('other'))).toBeUndefined();
  expect(mavenRepository({ RTDP_MAVEN_REPOSITORY: 'https://ours.example' })).toBe('https://ours.example/');
  expect(mavenRepository({}, join(folder, 'none.xml'))).toBeUndefined();
});
