/** The widget as it will be, with the data and the SQL behind it. */
import type { QueryRequest, View } from '@rtdp/davinci-api/client';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keyOf } from '../../api/use-api.ts';
import { formatDuration } from '../../shell/numbers.ts';
import { Empty } from '../../shell/states.tsx';
import { isKept } from '../../widgets/body-state.ts';
import { chosenColours, createColourBook } from '../../widgets/colours.ts';
import type { WidgetDefinition } from '../../widgets/contract.ts';
import { dress } from '../../widgets/dress.ts';
import { FreshnessMark } from '../../widgets/freshness-mark.tsx';
import { withMeasureNames } from '../../widgets/measure-names.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { misfit } from '../../widgets/shelves.ts';
import { useStandingError, useWidgetData, WIDGET_QUERY } from '../../widgets/use-widget-data.ts';
import { WidgetBody } from '../../widgets/widget-body.tsx';
import { PlainData } from '../../widgets/widget-details.tsx';
import { isDeaf, LiveMark, LiveNote } from '../dashboards/live-mark.tsx';
import { useAskAgain, useNewest } from '../dashboards/use-answer-age.ts';
import { useLive } from '../dashboards/use-live.ts';
import type { WidgetDraft } from './workbench-draft.ts';

type Side = 'picture' | 'data' | 'sql';

export function Preview({ draft, view }: { draft: WidgetDraft; view: View | undefined }): ReactNode {
  const { t, i18n } = useTranslation(['workbench', 'widgets', 'shell', 'dashboards']);
  const client = useQueryClient();
  const [side, setSide] = useState<Side>('picture');
  const [stopped, setStopped] = useState<string>();
  const kind = widgetKind(draft.kind);
  const { query } = draft;
  const nothing = query.dimensions.length + query.measures.length === 0;
  const problem = kind === undefined || view === undefined ? undefined : misfit(kind.schema, query, view.model);

  const asked = useMemo(() => {
    if (kind === undefined || view === undefined || nothing || problem !== undefined) return undefined;
    return JSON.stringify({ ...kind.buildQuery(query, view.model), viewId: view.id } satisfies QueryRequest);
  }, [kind, view, nothing, problem, query]);
  const request = useMemo(() => (asked === undefined ? undefined : (JSON.parse(asked) as QueryRequest)), [asked]);
  const answer = useWidgetData(asked === stopped ? undefined : request, view?.version);
  const reload = useCallback(() => void client.invalidateQueries({ queryKey: keyOf('/api/views') }), [client]);
  const live = useLive(view === undefined ? undefined : { view: view.id }, undefined, reload);
  const error = useStandingError(answer);
  useAskAgain(answer, live.freshness);
  const freshness = useNewest(answer.data?.freshness, live.freshness);
  const definition = useMemo<WidgetDefinition>(
    () => ({
      kind: draft.kind,
      name: draft.name || t('newWidget'),
      query,
      settings: withMeasureNames(draft.settings, query, view?.model ?? [], (key, holes) => t(`widgets:${key}`, holes)),
    }),
    [draft.kind, draft.name, query, draft.settings, view, t],
  );
  const colours = useMemo(() => createColourBook(chosenColours([draft.settings])), [draft.settings]);
  const data =
    answer.isPlaceholderData && answer.data?.columns.length !== query.dimensions.length + query.measures.length
      ? undefined
      : answer.data;

  const kept = isKept({ data, error });
  const dressed = useMemo(
    () => (data === undefined ? undefined : dress(data, definition.settings)),
    [data, definition.settings],
  );

  const body = () => {
    if (view === undefined) return <Empty title={t('start')}>{t('startWithView')}</Empty>;
    if (nothing) return <Empty title={t('start')}>{t('startText')}</Empty>;
    if (problem !== undefined) {
      const shelf = t([`shelves.${draft.kind}.${problem.shelf}`, `shelves.any.${problem.shelf}`]);
      return <Empty title={t(`misfit.${problem.problem}`, { shelf, kind: t(`widgets:kinds.${draft.kind}`) })} />;
    }
    if (asked === stopped) {
      return (
        <Empty
          small
          title={t('widgets:cancelled')}
          action={<Button onClick={() => setStopped(undefined)}>{t('shell:error.retry')}</Button>}
        />
      );
    }
    if (side === 'data' && dressed !== undefined) return <PlainData name={definition.name} data={dressed} />;
    if (side === 'sql' && data !== undefined) {
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: long SQL is scrolled by the keyboard too.
        <pre className="code" tabIndex={0}>
          {data.sql}
        </pre>
      );
    }
    return (
      <WidgetBody
        widget={definition}
        answer={{ data, error, isFetching: answer.isFetching }}
        colours={colours}
        onRetry={() => void answer.refetch()}
        onCancel={() => {
          setStopped(asked);
          void client.cancelQueries({ queryKey: [WIDGET_QUERY, request] });
        }}
      />
    );
  };

  return (
    <section className="widget workbench-preview" aria-label={t('preview')}>
      <div className="widget-head">
        <h2 className="ellipsis">{draft.name || t('newWidget')}</h2>
        {isDeaf(live) ? (
          <LiveMark live={live} on />
        ) : (
          <FreshnessMark freshness={freshness} failed={error !== null && !kept} deaf={kept} />
        )}
        <span className="faint small numbers">
          {data === undefined || problem !== undefined
            ? ''
            : `${t('widgets:details.rows', { count: data.rowCount })} · ${formatDuration(data.milliseconds, i18n.language)}`}
        </span>
        <Segmented
          size="small"
          value={side}
          aria-label={t('preview')}
          options={(['picture', 'data', 'sql'] as const).map((each) => ({ value: each, label: t(`sides.${each}`) }))}
          onChange={setSide}
        />
      </div>
      {isDeaf(live) ? (
        <div className="workbench-note">
          <LiveNote live={live} />
        </div>
      ) : null}
      <div className="widget-body">{body()}</div>
      {data?.truncated && problem === undefined ? <div className="widget-note">{t('widgets:truncated')}</div> : null}
    </section>
  );
}
