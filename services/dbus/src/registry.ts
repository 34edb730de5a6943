/** Decides which kinds of source there are: a lazy map, so that a kind's code is loaded only where it is used. */
import { RtdpError } from '@rtdp/ums/error';
import type { SourceKind } from './sources/contract.ts';

const SOURCE_KINDS: Readonly<Record<string, () => Promise<{ kind: SourceKind }>>> = {
  postgres: () => import('./sources/postgres/kind.ts'),
};

/** @throws RtdpError DBUS_SOURCE_KIND_INVALID naming the kinds there are */
export async function loadSourceKind(name: string): Promise<SourceKind> {
  const load = Object.hasOwn(SOURCE_KINDS, name) ? SOURCE_KINDS[name] : undefined;
  if (load !== undefined) return (await load()).kind;
  throw new RtdpError({
    code: 'DBUS_SOURCE_KIND_INVALID',
    message: `there is no source of kind ${name}`,
    next: `Use one of: ${Object.keys(SOURCE_KINDS).join(', ')}.`,
    facts: { kind: name, kinds: Object.keys(SOURCE_KINDS) },
  });
}
