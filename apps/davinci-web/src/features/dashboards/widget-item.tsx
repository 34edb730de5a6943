/** A widget on a dashboard: asks for its data when it is seen, and shows it with its freshness and what can be done with it. */
import { CloseOutlined } from '@ant-design/icons';
import type { DashboardBundle, Widget } from '@rtdp/davinci-api/client';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { late } from '../../shell/late.tsx';
import { useGo } from '../../shell/link.tsx';
import { asSentence } from '../../shell/sentence.ts';
import { Empty, ErrorState, Loading } from '../../shell/states.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { isKept } from '../../widgets/body-state.ts';
import type { Pick, WidgetDefinition, WidgetQuery } from '../../widgets/contract.ts';
import { dress } from '../../widgets/dress.ts';
import { download, fileName, toCsv, toTabs } from '../../widgets/export.ts';
import { withMeasureNames } from '../../widgets/measure-names.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { formatAtGrain } from '../../widgets/time-values.ts';
import { useStandingError, useWidgetData, WIDGET_QUERY } from '../../widgets/use-widget-data.ts';
import { WidgetBody } from '../../widgets/widget-body.tsx';
import type { DetailsTab } from '../../widgets/widget-details.tsx';
import { drilledQuery } from './drill.ts';
import { DrillPath } from './drill-path.tsx';
import { type Asked, notFollowed } from './filters.ts';
import type { ItemProps } from './item-contract.ts';
import { ItemHead } from './item-head.tsx';
import { isDeaf } from './live-mark.tsx';
import { useTellNotFollowed } from './pick-marks.tsx';
import { useAskAgain, useNewest } from './use-answer-age.ts';
import { useCloser } from './use-closer.ts';
import { useLatest } from './use-latest.ts';
import { useSeen } from './use-seen.ts';
import { WidgetHead } from './widget-head.tsx';
import type { WidgetAct } from './widget-menu.tsx';
import { versionOf, widgetRequest } from './widget-request.ts';

/** A table says by itself where it ends; a trend of the last hour is meant to end there. */
const SELF_LIMITED: ReadonlySet<string> = new Set(['table', 'scorecard']);

/** The newest moments are what was asked for: what is left out is only older. */
function isNewest({ dimensions, sort }: WidgetQuery): boolean {
  return dimensions.length === 1 && dimensions[0]?.grain !== undefined && sort.length === 0;
}

// Read when somebody asks for them.
const MarkMenu = late(async () => (await import('./mark-menu.tsx')).MarkMenu, { floating: true });
const WidgetDetails = late(async () => (await import('../../widgets/widget-details.tsx')).WidgetDetails, {
  floating: true,
});

export default function WidgetItem(props: ItemProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const widget = props.bundle.widgets.find((each) => each.id === props.item.widgetId);
  const view = props.bundle.views.find((each) => each.id === widget?.viewId);
  if (widget === undefined || view === undefined) {
    return (
      <div className="widget">
        <ItemHead name="–" editing={props.editing} onMoveKey={props.onMoveKey}>
          <h2 className="ellipsis">–</h2>
          {props.editing ? (
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={t('item.remove', { name: '' })}
              onClick={props.onRemove}
            />
          ) : null}
        </ItemHead>
        {!props.drafted.awaited.has(props.item.widgetId ?? '') ? (
          <Empty small title={t('item.missing')} />
        ) : props.drafted.error === null ? (
          <Loading />
        ) : (
          <ErrorState small error={props.drafted.error} onRetry={props.drafted.retry} />
        )}
      </div>
    );
  }
  return <KnownWidget {...props} widget={widget} view={view} />;
}

function KnownWidget(props: ItemProps & { widget: Widget; view: DashboardBundle['views'][number] }): ReactNode {
  const { t, i18n } = useTranslation(['dashboards', 'widgets', 'shell']);
  const { message } = App.useApp();
  const tell = useTell();
  const { item, widget, view, filters, live, editing } = props;
  const go = useGo();
  const client = useQueryClient();
  const place = useRef<HTMLElement>(null);
  const picture = useRef<() => Promise<string>>(undefined);
  const [details, setDetails] = useState<DetailsTab>();
  const [broken, setBroken] = useState(false);

  // Compared by what they say: every change of the URL makes new objects.
  const asked = JSON.stringify(filters.askedOf(view, item.id));
  const drilled = useMemo(
    () => drilledQuery(widget.query as WidgetQuery, (JSON.parse(asked) as Asked).closer ?? [], view.model),
    [widget, view, asked],
  );
  const definition = useMemo<WidgetDefinition>(
    () => ({
      kind: widget.kind,
      name: widget.name,
      query: drilled.query,
      settings: withMeasureNames(widget.settings, drilled.query, view.model, (key, holes) =>
        t(`widgets:${key}`, holes),
      ),
    }),
    [widget, drilled, view, t],
  );
  const request = useMemo(() => widgetRequest(widget, view, JSON.parse(asked) as Asked), [widget, view, asked]);

  // What draws the answer is fetched while the answer is on its way; where that fails, drawing asks for it again, and tells.
  useEffect(
    () =>
      void widgetKind(widget.kind)
        ?.picture.fetch()
        .catch(() => undefined),
    [widget.kind],
  );

  const version = versionOf(view);
  // What was asked before the page stood is in sight as well.
  const [isAsked] = useState(() => client.getQueryState([WIDGET_QUERY, request, version]) !== undefined);
  const seen = useSeen(place, isAsked);
  const answer = useWidgetData(seen && !broken ? request : undefined, version);
  const data = answer.data;
  useAskAgain(answer, live.freshness);
  const freshness = useNewest(data?.freshness, live.freshness);
  const error = useStandingError(answer);
  const kept = isKept({ data, error });
  const failed = error !== null && !kept;
  const isAgain = error !== null && answer.isFetching;
  const shown = useMemo(() => ({ data, error, isFetching: isAgain }), [data, error, isAgain]);

  const takePicture = useCallback((take: (() => Promise<string>) | undefined) => {
    picture.current = take;
  }, []);
  const moveByKey = useLatest(props.onMoveKey);
  const remove = useLatest(props.onRemove);
  const cancel = useLatest(() => {
    setBroken(true);
    void client.cancelQueries({ queryKey: [WIDGET_QUERY, request] });
  });
  const retry = useLatest(() => {
    setBroken(false);
    void answer.refetch();
  });
  const labelOf = useCallback(
    (each: Pick) => {
      const column = view.model.find((other) => other.column === each.column);
      const value =
        each.value === null
          ? t('widgets:none')
          : each.grain !== undefined || column?.type === 'date'
            ? formatAtGrain(each.value, each.grain, i18n.language)
            : String(each.value);
      return `${column?.label || each.column}: ${value}`;
    },
    [view, t, i18n.language],
  );
  const pick = useCallback(
    (picks: Pick[]) => filters.pick(picks, item.id, view.id, labelOf),
    [filters, item.id, view, labelOf],
  );
  const canPick = props.bundle.dashboard.crossFilter && !editing;
  const closer = useCloser({
    itemId: item.id,
    view,
    filters,
    drilled,
    data,
    pick: canPick ? pick : undefined,
    labelOf,
  });
  const chosen = useMemo(
    () => filters.crossFilters.filter((each) => each.from === item.id),
    [filters.crossFilters, item.id],
  );

  const clear = useLatest(() => filters.setCrossFilters(filters.crossFilters.filter((each) => each.from !== item.id)));
  const told = useTellNotFollowed(canPick ? notFollowed(view, item.id, filters.crossFilters) : [], props.bundle.views);

  const act = useLatest(async (key: WidgetAct) => {
    if (key === 'data' || key === 'sql' || key === 'freshness') setDetails(key);
    else if (key === 'csv' && data !== undefined)
      download(fileName(widget.name, 'csv'), toCsv(dress(data, definition.settings)));
    else if (key === 'png') {
      const url = await picture.current?.();
      if (url) download(fileName(widget.name, 'png'), url);
    } else if (key === 'copy' && data !== undefined) {
      await navigator.clipboard.writeText(toTabs(dress(data, definition.settings))).then(
        () => message.success(t('widgets:copied')),
        () => message.error(t('widgets:notCopied')),
      );
    } else if (key === 'workbench') go(`/widgets/${widget.id}`);
  });
  const isOpen = details !== undefined;
  const detailed = useMemo(
    () => (isOpen && data !== undefined ? dress(data, definition.settings) : undefined),
    [isOpen, data, definition],
  );
  const hasPicture = useLatest(() => picture.current !== undefined);
  const hasData = data !== undefined;
  const flush = widget.kind === 'table';

  return (
    <section
      ref={place}
      className={`widget ${chosen.length > 0 ? 'chosen' : ''}`}
      aria-label={widget.name}
      data-widget-id={widget.id}
      data-state={failed ? 'error' : hasData ? (answer.isFetching ? 'refreshing' : 'full') : 'loading'}
      data-answered={data?.askedAt ?? ''}
    >
      <WidgetHead
        name={widget.name}
        description={widget.description}
        freshness={freshness}
        failed={failed}
        deaf={data !== undefined && (isDeaf(live) || kept)}
        why={kept && error !== null ? asSentence(tell(error.message)) : undefined}
        editing={editing}
        chosen={canPick ? chosen.map(({ label }) => label).join(', ') : ''}
        onClear={clear}
        notFollowed={told}
        hasData={hasData}
        hasPicture={hasPicture}
        onMoveKey={moveByKey}
        onRemove={remove}
        onAct={act}
        ways={closer.ways}
      />
      {drilled.steps.length === 0 ? null : (
        <DrillPath name={widget.name} steps={drilled.steps} onBack={closer.goBack} />
      )}
      <div className={`widget-body ${flush ? 'flush' : ''}`}>
        {broken && !hasData ? (
          <Empty
            small
            title={t('widgets:cancelled')}
            action={
              <Button size="small" onClick={retry}>
                {t('shell:error.retry')}
              </Button>
            }
          />
        ) : (
          <WidgetBody
            widget={definition}
            answer={shown}
            isAsked={seen}
            colours={props.colours}
            onRetry={retry}
            onCancel={cancel}
            pictureRef={takePicture}
            chosen={chosen}
            {...(canPick ? { onPick: pick } : {})}
            {...(editing ? {} : { onMenu: closer.openMenu })}
          />
        )}
      </div>
      {data?.truncated && !SELF_LIMITED.has(widget.kind) && !isNewest(definition.query) ? (
        <div className="widget-note">{t('widgets:truncated')}</div>
      ) : null}
      {closer.menu === undefined || place.current === null ? null : (
        <MarkMenu
          anchor={{ of: place.current, at: closer.menu.at }}
          items={closer.menu.items}
          onClose={closer.closeMenu}
        />
      )}
      {details !== undefined && detailed !== undefined ? (
        <WidgetDetails
          name={widget.name}
          answer={detailed}
          freshness={freshness}
          tab={details}
          onTab={setDetails}
          onClose={() => setDetails(undefined)}
        />
      ) : null}
    </section>
  );
}
