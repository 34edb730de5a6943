/** Decides how a graph is told where a picture of it could not be read: kind after kind, each thing with its state and with where it leads. */
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { GRAPH_KINDS, type Graph } from './graph.ts';
import { GraphBox } from './graph-box.tsx';

export function GraphList({ graph, label }: { graph: Graph; label: string }): ReactNode {
  const { t, i18n } = useTranslation('console');
  const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  const follow = useMemo(() => {
    const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]));
    const grouped = Map.groupBy(graph.edges, ({ from }) => from);
    return new Map([...grouped].map(([from, edges]) => [from, edges.map(({ to }) => titles.get(to) ?? to)]));
  }, [graph]);
  return (
    <section className="graph-list stack" aria-label={label}>
      {GRAPH_KINDS.map((kind) => {
        const nodes = graph.nodes.filter((node) => node.kind === kind);
        if (nodes.length === 0) return null;
        return (
          <section key={kind} className="stack tight" aria-label={t(`graph.kind.${kind}`)}>
            {nodes.map((node) => {
              const next = follow.get(node.id);
              return (
                <div key={node.id}>
                  <GraphBox node={node} />
                  {next === undefined ? null : (
                    <p className="graph-next small muted">{t('graph.leadsTo', { names: names.format(next) })}</p>
                  )}
                </div>
              );
            })}
          </section>
        );
      })}
    </section>
  );
}
