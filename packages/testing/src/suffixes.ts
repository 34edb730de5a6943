/** Decides which servers a test file may ask for: its suffix says what it needs. */

export type TestServer = 'postgres' | 'mariadb' | 'kafka' | 'registry' | 'browser';

/** One vitest project per suffix, in the order in which they run. */
export const SUFFIXES: readonly { project: string; suffix: string; servers: readonly TestServer[] }[] = [
  { project: 'pure', suffix: '.test.ts', servers: [] },
  { project: 'pg', suffix: '.pg.test.ts', servers: ['postgres', 'mariadb'] },
  { project: 'kafka', suffix: '.kafka.test.ts', servers: ['postgres', 'mariadb', 'kafka', 'registry'] },
  { project: 'e2e', suffix: '.e2e.test.ts', servers: ['postgres', 'mariadb', 'kafka', 'registry', 'browser'] },
];

/** The suffix that a file must have to use `server`: the first that allows it. */
export function suffixFor(server: TestServer): string {
  return SUFFIXES.find((each) => each.servers.includes(server))?.suffix ?? '.e2e.test.ts';
}

/** The servers that the test file of this path may use. */
export function serversOf(path: string): readonly TestServer[] {
  const longestFirst = [...SUFFIXES].sort((a, b) => b.suffix.length - a.suffix.length);
  return longestFirst.find((each) => path.endsWith(each.suffix))?.servers ?? [];
}
