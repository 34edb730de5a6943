/** Checks that every link of the README, the contributor's page and `docs/` leads to a file and a heading that exist. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import type { Check, Finding } from './finding.ts';

const RULE = 'links of documents';

export const documentLinks: Check = {
  name: RULE,
  async run(root) {
    const findings: Finding[] = [];
    for (const file of await documents(root)) {
      const text = await readFile(join(root, file), 'utf8');
      for (const { target, line } of linksOf(text)) {
        const sentence = await problemOf(root, file, target);
        if (sentence !== undefined) findings.push({ file, line, rule: RULE, sentence });
      }
    }
    return findings;
  },
};

async function documents(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of ['README.md', 'CONTRIBUTING.md']) if (await exists(join(root, name))) found.push(name);
  if (!(await exists(join(root, 'docs')))) return found;
  for (const entry of await readdir(join(root, 'docs'), { recursive: true })) {
    if (entry.endsWith('.md')) found.push(join('docs', entry));
  }
  return found.sort();
}

/** Links and pictures of a Markdown text, without those inside code. */
export function linksOf(text: string): { target: string; line: number }[] {
  const links: { target: string; line: number }[] = [];
  let fenced = false;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(```|~~~)/.test(raw)) fenced = !fenced;
    if (fenced) continue;
    const withoutCode = raw.replace(/(`+)(?:(?!\1).)+\1(?!\])/g, (code) => (raw.includes(`[${code}`) ? code : ''));
    for (const [, target = ''] of withoutCode.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) {
      links.push({ target, line: index + 1 });
    }
    const definition = /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/.exec(withoutCode);
    if (definition?.[1] !== undefined) links.push({ target: definition[1], line: index + 1 });
  }
  return links;
}

async function problemOf(root: string, file: string, target: string): Promise<string | undefined> {
  // Pages of others are not ours to check, and a test must not depend on them.
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  const [path = '', anchor] = target.split('#');
  const place = path === '' ? file : normalize(join(dirname(file), decodeURIComponent(path)));
  if (relative('.', place).startsWith('..')) return `${target} leads out of the repository.`;
  if (!(await exists(join(root, place)))) return `${target} leads to ${place}, which does not exist.`;
  if (anchor === undefined || !place.endsWith('.md')) return undefined;
  const headings = headingAnchors(await readFile(join(root, place), 'utf8'));
  return headings.has(anchor) ? undefined : `${target} names a heading that ${place} does not have.`;
}

/** The anchors of a text's headings, made as GitHub makes them. */
export function headingAnchors(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*]/g, '');
    const anchor = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let free = anchor;
    for (let copy = 1; anchors.has(free); copy++) free = `${anchor}-${copy}`;
    anchors.add(free);
  }
  for (const [, id = ''] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
