/** Decides how `from: pull` gets its rows: DBus is asked to pull each table of the pattern, until it has taken every request. */
import { matchesPattern, type NamespacePattern, parseNamespace, parsePattern } from '@rtdp/ums/namespace';
import type { Reason } from '../state/flow-store.ts';

/** What Wormhole needs of DBus, in the name of one organisation: only its sources are there. */
export interface PullService {
  /** Captured tables of the sources that the pattern may mean, as namespaces; the version may be any. */
  capturedTables(pattern: NamespacePattern): Promise<{ namespace: string }[]>;
  /**
   * Asks for a full pull of a table; gives the pull's name. A pull of it that waits already may be given instead; with `since`,
   * any that was asked for after that moment and not cancelled, whatever became of it.
   */
  requestPull(namespace: string, since?: Date): Promise<string>;
  /** Why a pull of this table gave up; null while it has not, or is not known any more. */
  failureOf(namespace: string, pullId: string): Promise<Reason | null>;
}

export interface RequestedPulls {
  /** Namespace → name of the pull. */
  tables: Record<string, string>;
}

/**
 * Asks for what is not in `asked` yet; `since`: see {@link PullService.requestPull}. No captured table at all is not an answer: the source may be registered after the flow.
 * @returns undefined when there was nothing to ask for yet
 */
export async function requestPulls(
  service: PullService,
  patternText: string,
  asked: Readonly<Record<string, string>>,
  since?: Date,
): Promise<RequestedPulls | undefined> {
  const pattern: NamespacePattern = parsePattern(patternText);
  const captured = await service.capturedTables(pattern);
  const wanted = captured.filter(({ namespace }) => matchesPattern(pattern, parseNamespace(namespace)));
  if (wanted.length === 0) return undefined;
  const tables: Record<string, string> = { ...asked };
  for (const { namespace } of wanted) {
    const { database, table } = parseNamespace(namespace);
    const name = `${database}.${table}`;
    if (tables[name] === undefined) tables[name] = await service.requestPull(namespace, since);
  }
  return { tables };
}
