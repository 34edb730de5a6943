/** The fields of a view: dragged onto a shelf, or put there by a click or Enter. */
import {
  CalendarOutlined,
  FieldNumberOutlined,
  FontSizeOutlined,
  NumberOutlined,
  SearchOutlined,
  TagOutlined,
} from '@ant-design/icons';
import { useDraggable } from '@dnd-kit/core';
import type { ModelColumn, View } from '@rtdp/davinci-api/client';
import { Input } from 'antd';
import { type ComponentType, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nameOf, type Settings, type WidgetQuery } from '../../widgets/contract.ts';
import { textsOf } from '../../widgets/dress.ts';

/** A search field helps from so many fields on. */
const SEARCH_FROM = 12;

export function FieldList(props: {
  model: View['model'];
  query: WidgetQuery;
  onAdd: (column: ModelColumn) => void;
}): ReactNode {
  const { t } = useTranslation('workbench');
  const [search, setSearch] = useState('');
  const used = new Set([...props.query.dimensions, ...props.query.measures].map((each) => each.column));
  const shown = props.model.filter((each) =>
    `${each.label} ${each.column}`.toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <>
      {props.model.length < SEARCH_FROM ? null : (
        <Input
          allowClear
          size="small"
          prefix={<SearchOutlined />}
          aria-label={t('searchFields')}
          placeholder={t('searchFields')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {(['dimension', 'measure'] as const).map((role) => (
        <div key={role} className="field-list">
          <div className="field-group">{t(role === 'dimension' ? 'dimensions' : 'measures')}</div>
          {shown
            .filter((each) => each.role === role)
            .map((column) => (
              <Field
                key={column.column}
                column={column}
                used={used.has(column.column)}
                onAdd={() => props.onAdd(column)}
              />
            ))}
        </div>
      ))}
    </>
  );
}

function Field({ column, used, onAdd }: { column: ModelColumn; used: boolean; onAdd: () => void }): ReactNode {
  const { t } = useTranslation('workbench');
  const { setNodeRef, listeners } = useDraggable({ id: `column:${column.column}` });
  const Icon = iconOf(column);
  return (
    <button
      type="button"
      ref={setNodeRef}
      className={`plain field ${column.role} ${used ? 'used' : ''}`}
      title={t('addField', { name: column.label || column.column })}
      onClick={onAdd}
      {...listeners}
    >
      <Icon />
      <span className="ellipsis">{column.label || column.column}</span>
    </button>
  );
}

function iconOf(column: ModelColumn): ComponentType {
  if (column.role === 'measure') return FieldNumberOutlined;
  if (['date', 'datetime', 'instant'].includes(column.type)) return CalendarOutlined;
  if (column.type === 'number') return NumberOutlined;
  return column.type === 'text' ? FontSizeOutlined : TagOutlined;
}

/** The reader's name of a field of the query, or of a column. */
export function FieldLabel({
  name,
  model,
  query,
  settings,
}: {
  name: string;
  model: View['model'];
  query: WidgetQuery;
  /** Of the widget, where its own names count. */
  settings?: Settings;
}): ReactNode {
  const { t } = useTranslation('workbench');
  const field = [...query.dimensions, ...query.measures].find((each) => nameOf(each) === name);
  const own = settings === undefined ? undefined : textsOf(settings.names)[name];
  if (own !== undefined) return own;
  const column = model.find((each) => each.column === (field?.column ?? name));
  const label = column?.label || field?.column || name;
  if (field !== undefined && 'aggregation' in field) return `${t(`aggregations.${field.aggregation}`)} · ${label}`;
  const grain = field !== undefined && 'grain' in field ? field.grain : undefined;
  return grain === undefined ? label : `${label} · ${t(`grains.${grain}`)}`;
}
