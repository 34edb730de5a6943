/** Downloads artifacts by the machine's own Maven client, where there is one. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Puts the artifacts, under their repository file names, into `folder`; tells why when that fails. */
export async function downloadWithMaven(
  coordinates: readonly string[],
  folder: string,
): Promise<{ ok: true } | { ok: false; why: string }> {
  const project = await mkdtemp(join(tmpdir(), 'rtdp-maven-'));
  try {
    await writeFile(join(project, 'pom.xml'), projectFile(coordinates, folder));
    await run('mvn', ['-q', '-B', 'dependency:copy'], { cwd: project, timeout: 240_000 });
    return { ok: true };
  } catch (cause) {
    const failure = cause as NodeJS.ErrnoException & { stdout?: string };
    if (failure.code === 'ENOENT') return { ok: false, why: 'no `mvn` on the PATH' };
    const said = failure.stdout?.split('\n').find((line) => line.includes('ERROR'));
    return { ok: false, why: said ?? failure.message };
  } finally {
    await rm(project, { recursive: true, force: true });
  }
}

/** A project whose one plugin copies exactly the listed artifacts, without what they depend on. */
export function projectFile(coordinates: readonly string[], folder: string): string {
  const items = coordinates.map((each) => {
    const [group, artifact, ...rest] = each.split(':');
    const version = rest.at(-1);
    const type = rest.length > 1 ? `<type>${rest[0]}</type>` : '';
    const classifier = rest.length > 2 ? `<classifier>${rest[1]}</classifier>` : '';
    return `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>${type}${classifier}</artifactItem>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>rtdp</groupId><artifactId>download</artifactId><version>1</version><build><plugins><plugin>
<groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
<configuration><outputDirectory>${folder}</outputDirectory><artifactItems>${items.join('\n')}</artifactItems></configuration>
</plugin></plugins></build></project>
`;
}
