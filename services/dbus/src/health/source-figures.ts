/** Decides which figures of each source are kept for its history: how fast it was, how far behind, and what its server held back. */
import type { FigureSample } from '@rtdp/service/figure-ring';
import type { SourceStore } from '../catalog/source-store.ts';
import type { Supervisor } from '../supervisor.ts';

interface Counted {
  at: number;
  rows: number;
  bytes: number;
}

/** Samples of all sources; rates are since the sample before, and null where the counters began anew. */
export function sourceSampler(
  sources: SourceStore,
  supervisor: Supervisor,
  now: () => number,
): () => Promise<FigureSample[]> {
  let before = new Map<string, Counted>();
  return async () => {
    const counted = new Map<string, Counted>();
    const samples = (await sources.list()).map(({ id, organisationId, name }): FigureSample => {
      const figures = supervisor.running(name)?.stream.figures;
      const slot = supervisor.slot(name);
      const slotLagBytes = slot === undefined ? null : slot.lagBytes;
      if (figures === undefined) {
        const nothing = { rowsPerSecond: null, bytesPerSecond: null, lagMillis: null, latencyMillis: null };
        return {
          organisationId,
          subject: name,
          values: { ...nothing, slotLagBytes, restarts: null, deadLetters: null },
        };
      }
      const { rows, bytes, publishedCommitMillis, lastLatencyMillis, restarts, deadLetters } = figures;
      const at = now();
      counted.set(id, { at, rows, bytes });
      const last = before.get(id);
      const perSecond = (name: 'rows' | 'bytes'): number | null =>
        last === undefined || figures[name] < last[name] || at <= last.at
          ? null
          : ((figures[name] - last[name]) * 1_000) / (at - last.at);
      return {
        organisationId,
        subject: name,
        values: {
          rowsPerSecond: perSecond('rows'),
          bytesPerSecond: perSecond('bytes'),
          lagMillis: publishedCommitMillis === 0 ? null : Math.max(0, at - publishedCommitMillis),
          latencyMillis: lastLatencyMillis,
          slotLagBytes,
          restarts,
          deadLetters,
        },
      };
    });
    before = counted;
    return samples;
  };
}
