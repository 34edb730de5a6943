/** Shows a table. */
import { type CSSProperties, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DataGrid, type GridColumn } from '../../shell/data-grid.tsx';
import { Empty } from '../../shell/states.tsx';
import type { WidgetViewProps } from '../contract.ts';
import { isPicked, pickOf } from '../picks.ts';
import { numberOf } from '../series.ts';
import { formatAtGrain } from '../time-values.ts';
import { type TableColumn, toColumns, toneOf } from './to-option.ts';

export default function View({ widget, data, onPick, chosen = [] }: WidgetViewProps) {
  const { t, i18n } = useTranslation('widgets');
  const columns = useMemo(
    () => toColumns(widget, data).map((column) => gridColumn(column, i18n.language)),
    [widget, data, i18n.language],
  );
  return (
    <DataGrid
      bare
      label={widget.name}
      columns={columns}
      rows={data.rows}
      empty={<Empty small title={t('noRows.plain')} />}
      {...(chosen.length === 0
        ? {}
        : { isChosen: (index: number) => isPicked(widget, data.rows[index] ?? [], chosen) })}
      {...(onPick === undefined
        ? {}
        : {
            onRow: (index: number) =>
              onPick(widget.query.dimensions.map((dimension, at) => pickOf(dimension, data.rows[index]?.[at] ?? null))),
          })}
    />
  );
}

function gridColumn(column: TableColumn, language: string): GridColumn {
  return {
    key: column.key,
    title: column.title,
    numeric: column.numeric,
    format: column.format,
    ...(column.time ? { write: (value) => formatAtGrain(value, column.grain, language) } : {}),
    ...(column.rules.length === 0 && column.most === undefined
      ? {}
      : {
          style: (value): CSSProperties | undefined => {
            const tone = toneOf(column.rules, value);
            const part = column.most ? Math.abs(numberOf(value) ?? 0) / column.most : 0;
            return {
              ...(tone === undefined
                ? {}
                : { color: `var(--${tone})`, backgroundColor: `var(--${tone}-soft)`, fontWeight: 600 }),
              ...(part === 0
                ? {}
                : {
                    backgroundImage: `linear-gradient(to right, var(--accent-soft) ${part * 100}%, transparent ${part * 100}%)`,
                  }),
            };
          },
        }),
  };
}
