/** Decides which types the columns of a view have: asked of its source without a row, and remembered per version of view and source and per who asks. */
import { isRtdpError } from '@rtdp/ums/error';
import type { View } from '../client/views.ts';
import type { DataSource, OnBehalf } from '../sources/data-source.ts';
import { compileTypes } from '../views/compile-shared.ts';
import type { Asker } from '../views/compile-view.ts';

type Types = ReadonlyMap<string, string>;

/** A table may be made anew with other types. Until that is known, an answer may name an old type; its values are right all the same. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 5_000;
const TIMEOUT_MS = 10_000;

export class ViewTypes {
  readonly #now: () => number;
  readonly #remembered = new Map<string, { at: number; types: Promise<Types> }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Column → type as the source writes it; empty where the source does not tell, so that nothing is taken for granted. */
  of(question: {
    view: View;
    source: DataSource;
    sourceVersion: number;
    onBehalf: OnBehalf;
    asker: Asker;
  }): Promise<Types> {
    const { view, source, sourceVersion, onBehalf, asker } = question;
    const subject = source.sameForAll ? '' : onBehalf.subject;
    const key = JSON.stringify([view.id, view.version, view.sourceId, sourceVersion, view.sql, asker.roles, subject]);
    const known = this.#remembered.get(key);
    if (known !== undefined && this.#now() - known.at < REMEMBERED_MS) return known.types;
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    const types = ask(question);
    this.#remembered.set(key, { at: this.#now(), types });
    return types;
  }
}

async function ask({ view, source, onBehalf, asker }: Parameters<ViewTypes['of']>[0]): Promise<Types> {
  const { sql, parameters, columns } = compileTypes(view, asker);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const query = { sql, parameters, maximumRows: 1, timeoutMs: TIMEOUT_MS, signal, label: `view:${view.id}` };
  try {
    const answer = await source.query(query, onBehalf);
    return new Map(columns.map((column, index) => [column, answer.columns[index]!.type]));
  } catch (error) {
    // Its questions will say what is wrong with it; here nothing depends on it.
    if (error instanceof Error && (isRtdpError(error) || signal.aborted)) return new Map();
    throw error;
  }
}
