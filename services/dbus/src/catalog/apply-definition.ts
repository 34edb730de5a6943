/** Decides what a declared definition does to the catalog: registers what is new, changes what differs, leaves the rest alone. */

import type { Supervisor } from '../supervisor.ts';
import { changeDefinition } from './change-definition.ts';
import { readSourceDefinition, type SourceDefinitionInput } from './source-definition.ts';
import type { SourceStore } from './source-store.ts';
import { withPassword } from './source-store.ts';

/** @returns what was done */
export async function applyDefinition(
  supervisor: Supervisor,
  sources: SourceStore,
  organisationId: string,
  given: SourceDefinitionInput,
  subject: string,
): Promise<'registered' | 'changed' | 'same'> {
  const stored = await sources.find(given.name);
  if (stored === undefined) {
    await supervisor.register(organisationId, given, 'file', subject);
    return 'registered';
  }
  const before = withPassword(stored);
  const after = changeDefinition(before, given);
  // Compared with every default filled in, so that spelling one out changes nothing.
  if (JSON.stringify(readSourceDefinition(before)) === JSON.stringify(readSourceDefinition(given))) return 'same';
  await supervisor.change(stored, { ...after, ...given }, subject);
  return 'changed';
}
