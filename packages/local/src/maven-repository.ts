/** Decides which Maven repository artifacts come from: ours to say, else the one this machine's Maven settings name. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The base address of the repository, ending in `/`, or undefined for the downloader's default.
 * `RTDP_MAVEN_REPOSITORY` wins, then a mirror of everything or of `central` in `~/.m2/settings.xml`.
 */
export function mavenRepository(env: NodeJS.ProcessEnv = process.env, settingsFile?: string): string | undefined {
  if (env.RTDP_MAVEN_REPOSITORY) return withSlash(env.RTDP_MAVEN_REPOSITORY);
  let settings: string;
  try {
    settings = readFileSync(settingsFile ?? join(homedir(), '.m2', 'settings.xml'), 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
  return mirrorOf(settings);
}

/** The mirror of Maven Central that the text of a settings file names, if any. */
export function mirrorOf(settings: string): string | undefined {
  const text = settings.replace(/<!--[\s\S]*?-->/g, '');
  for (const [, mirror = ''] of text.matchAll(/<mirror>([\s\S]*?)<\/mirror>/g)) {
    const of = element(mirror, 'mirrorOf')?.split(',') ?? [];
    const url = element(mirror, 'url');
    const covers = of.some((name) => ['*', 'central', 'external:*'].includes(name.trim()));
    if (url !== undefined && covers && !of.includes('!central')) return withSlash(url);
  }
  return undefined;
}

function element(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(text)?.[1];
}

function withSlash(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
}
