/** Shows what stands behind a widget at the side of the page: its data, its SQL, its freshness. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { App, Button, Descriptions, Drawer, Tabs } from 'antd';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DataGrid } from '../shell/data-grid.tsx';
import { formatDuration } from '../shell/numbers.ts';
import { Null, When } from '../shell/quantity.tsx';
import { Empty } from '../shell/states.tsx';
import { tableName } from '../shell/table-name.ts';
import { formatOf, isTimeColumn, labelOf } from './chart-words.ts';
import type { WidgetData } from './contract.ts';
import { download, fileName, toCsv } from './export.ts';
import { formatAtGrain } from './time-values.ts';
import type { WidgetAnswer } from './use-widget-data.ts';

export type DetailsTab = 'data' | 'sql' | 'freshness';

export function WidgetDetails(props: {
  name: string;
  answer: WidgetAnswer;
  freshness: readonly Freshness[];
  tab: DetailsTab;
  onTab: (tab: DetailsTab) => void;
  onClose: () => void;
}): ReactNode {
  const { t, i18n } = useTranslation('widgets');
  const { message } = App.useApp();
  const { answer } = props;
  // Told to those only who may read the view.
  const { sql } = answer;
  // It goes at once, and does not wait to give back the focus by itself.
  const [focused] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
    },
    [focused],
  );
  return (
    <Drawer
      open
      size="large"
      title={props.name}
      onClose={props.onClose}
      destroyOnHidden
      styles={{ body: { display: 'flex', flexDirection: 'column' } }}
    >
      <Tabs
        activeKey={props.tab}
        onChange={(key) => props.onTab(key as DetailsTab)}
        style={{ height: '100%' }}
        items={[
          {
            key: 'data',
            label: t('details.data'),
            children: (
              <div className="stack details-data">
                <div className="row">
                  <span className="muted grow">
                    {t('details.rows', { count: answer.rowCount })}
                    {answer.truncated ? ` · ${t('truncated')}` : ''}
                  </span>
                  <Button size="small" onClick={() => download(fileName(props.name, 'csv'), toCsv(answer))}>
                    {t('menu.csv')}
                  </Button>
                </div>
                <PlainData name={props.name} data={answer} />
              </div>
            ),
          },
          ...(sql === null
            ? []
            : [
                {
                  key: 'sql',
                  label: t('details.sql'),
                  children: (
                    <div className="stack tight">
                      <div className="row">
                        <span className="muted grow">
                          {t('details.took', { time: formatDuration(answer.milliseconds, i18n.language) })}
                          {answer.cached ? ` · ${t('details.cached')}` : ''}
                        </span>
                        <Button
                          size="small"
                          onClick={() =>
                            void navigator.clipboard.writeText(sql).then(
                              () => message.success(t('copied')),
                              () => message.error(t('notCopied')),
                            )
                          }
                        >
                          {t('copy')}
                        </Button>
                      </div>
                      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long SQL is scrolled by the keyboard too. */}
                      <pre className="code" tabIndex={0}>
                        {sql}
                      </pre>
                    </div>
                  ),
                },
              ]),
          {
            key: 'freshness',
            label: t('details.freshness'),
            children:
              props.freshness.length === 0 ? (
                <Empty title={t('fresh.notLive')}>{t('fresh.notLiveWhy')}</Empty>
              ) : (
                <div className="stack">
                  {props.freshness.map((each) => (
                    <Descriptions
                      key={each.sinkNamespace}
                      size="small"
                      bordered
                      column={1}
                      title={<span title={each.sinkNamespace}>{tableName(each.sinkNamespace)}</span>}
                      items={[
                        {
                          key: 'mark',
                          label: t('fresh.watermark'),
                          children: each.watermark === null ? <Null /> : <When at={each.watermark} />,
                        },
                        { key: 'commit', label: t('fresh.commit'), children: each.commitNumber ?? <Null /> },
                        {
                          key: 'state',
                          label: t('fresh.state'),
                          children: each.loading ? t('fresh.loading') : t('fresh.live'),
                        },
                      ]}
                    />
                  ))}
                </div>
              ),
          },
        ]}
      />
    </Drawer>
  );
}

export function PlainData({ name, data }: { name: string; data: WidgetData }): ReactNode {
  const { t, i18n } = useTranslation('widgets');
  const columns = useMemo(
    () =>
      data.columns.map((column) => ({
        key: column.name,
        title: labelOf(column),
        numeric: column.modelType === 'number',
        format: formatOf(column),
        ...(isTimeColumn(column)
          ? { write: (value: string | number | boolean | null) => formatAtGrain(value, undefined, i18n.language) }
          : {}),
      })),
    [data.columns, i18n.language],
  );
  return <DataGrid label={name} columns={columns} rows={data.rows} empty={<Empty small title={t('noRows.plain')} />} />;
}
