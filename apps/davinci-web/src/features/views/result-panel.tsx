/** Decides what is shown below the editor: how long it runs, the rows, or what went wrong and where. */
import type { View } from '@rtdp/davinci-api/client';
import { Button } from 'antd';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DataGrid, type GridColumn } from '../../shell/data-grid.tsx';
import { formatDuration, formatNumber } from '../../shell/numbers.ts';
import { Empty } from '../../shell/states.tsx';
import { Reason } from '../console/reason.tsx';
import type { ErrorPlace } from './error-places.ts';
import { type Runner, useElapsed } from './use-run.ts';
import { writerOf } from './write-cell.ts';

export function ResultPanel(props: {
  runner: Runner;
  places: readonly ErrorPlace[];
  model: View['model'];
  /** Variables that had no value when it was run. */
  unset: readonly string[];
  /** Leads to where variables get their values. */
  onVariables: () => void;
  onGoTo: (offset: number) => void;
  /** Writes what was probably meant. */
  onCorrect?: (place: ErrorPlace, text: string) => void;
}): ReactNode {
  const { t, i18n } = useTranslation('views');
  const { runner, places, model } = props;
  const { state } = runner;
  const isUnderWay = state.is === 'running' || state.is === 'cancelling';
  const elapsed = useElapsed(isUnderWay ? state.since : undefined);
  const time = (milliseconds: number): string => formatDuration(milliseconds, i18n.language);
  const result = state.is === 'done' ? state.result : undefined;
  const columns = useMemo(
    () =>
      (result?.columns ?? []).map((column, at): GridColumn => {
        const values = result?.rows.map((row) => row[at] ?? null) ?? [];
        const write = writerOf(column, model, values, i18n.language);
        return {
          key: `${at} ${column.name}`,
          title: column.name,
          numeric: column.modelType === 'number',
          ...(write === undefined ? {} : { write }),
        };
      }),
    [result, model, i18n.language],
  );
  if (isUnderWay) {
    return (
      <div className="state" role="status">
        <h2 className="numbers">{time(elapsed)}</h2>
        <p>{state.is === 'cancelling' ? t('run.cancelling') : t('run.running')}</p>
        <div className="row">
          <Button disabled={state.is === 'cancelling'} onClick={runner.cancel}>
            {t('run.cancel')}
          </Button>
        </div>
      </div>
    );
  }
  switch (state.is) {
    case 'idle':
      return (
        <Empty small title={t('run.idle')}>
          {t('run.idleHint')}
        </Empty>
      );
    case 'cancelled':
      return <Empty small title={t('run.cancelled', { time: time(state.after) })} />;
    case 'failed':
      return (
        <div className="result-error" role="alert">
          {places.length === 0 ? <Reason reason={state.error} /> : null}
          {places.map((place) => (
            <Reason key={`${place.code} ${place.message}`} reason={place}>
              <div className="row wrap">
                {place.correction === undefined || props.onCorrect === undefined ? null : (
                  <Button size="small" onClick={() => props.onCorrect?.(place, place.correction!)}>
                    {t('run.correct', { text: place.correction })}
                  </Button>
                )}
                <Button size="small" onClick={() => props.onGoTo(place.from)}>
                  {t('run.goTo')}
                </Button>
              </div>
            </Reason>
          ))}
        </div>
      );
    case 'done': {
      const { result } = state;
      const count = formatNumber(result.rowCount, i18n.language, { kind: 'number' }, 'exact');
      return (
        <div className="result">
          <p className="result-line muted small" role="status">
            {t(result.truncated ? 'run.truncated' : 'run.done', {
              count: result.rowCount,
              rows: count,
              time: time(result.milliseconds),
            })}
          </p>
          <DataGrid
            bare
            label={t('run.result')}
            columns={columns}
            rows={result.rows}
            empty={
              props.unset.length === 0 ? (
                <Empty small title={t('run.noRows')} />
              ) : (
                <Empty
                  small
                  title={t('run.unset', {
                    count: props.unset.length,
                    names: props.unset.map((name) => `:${name}`).join(', '),
                  })}
                  action={
                    <Button size="small" onClick={props.onVariables}>
                      {t('run.toVariables')}
                    </Button>
                  }
                />
              )
            }
          />
        </div>
      );
    }
  }
}
