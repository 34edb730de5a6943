/** Decides whether what a file asks for is in force already: every value it gives, and nothing it leaves out, is compared. */

/** A value that differs, by its path; secrets are never told and therefore never compared. */
export interface Difference {
  path: string;
  is: unknown;
  asked: unknown;
}

const SECRETS = new Set(['password']);

export function differences(asked: unknown, is: unknown, path = ''): Difference[] {
  if (Array.isArray(asked)) {
    if (!Array.isArray(is) || is.length !== asked.length) return [{ path, is, asked }];
    return asked.flatMap((part, at) => differences(part, is[at], `${path}[${at}]`));
  }
  if (typeof asked === 'object' && asked !== null) {
    const held = typeof is === 'object' && is !== null ? (is as Record<string, unknown>) : {};
    return Object.entries(asked)
      .filter(([name]) => !SECRETS.has(name))
      .flatMap(([name, part]) => differences(part, held[name], path === '' ? name : `${path}.${name}`));
  }
  return asked === is ? [] : [{ path, is, asked }];
}

/** A flow in the form Wormhole keeps it: a pattern of seven parts, and `sql` as the one step it stands for. */
export function flowAsKept(flow: Record<string, unknown>): Record<string, unknown> {
  const { sql, ...rest } = flow;
  const source = rest.source as { namespace?: unknown } | undefined;
  const kept: Record<string, unknown> = { ...rest };
  if (typeof source?.namespace === 'string') {
    const parts = source.namespace.split('.');
    kept.source = {
      ...source,
      namespace: [...parts, ...Array<string>(Math.max(0, 7 - parts.length)).fill('*')].join('.'),
    };
  }
  if (sql !== undefined) kept.steps = [{ name: 'result', sql }];
  return kept;
}

/** A mount without what Moonbox keeps elsewhere: who may read it is among its grants. */
export function mountAsKept({ readableBy: _grants, ...mount }: Record<string, unknown>): Record<string, unknown> {
  return mount;
}
