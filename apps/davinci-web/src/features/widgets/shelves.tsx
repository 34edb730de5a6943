/** The shelves of the workbench: what lies on them, how it is grouped, added up and written. */
import { CloseOutlined, FilterOutlined, PlusOutlined } from '@ant-design/icons';
import { useDraggable, useDroppable } from '@dnd-kit/core';
import type { View } from '@rtdp/davinci-api/client';
import { Button, Dropdown, type MenuProps, Popover } from 'antd';
import { type Dispatch, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Dimension, type Filter, type Measure, nameOf, type Shelf } from '../../widgets/contract.ts';
import { FORMATS, textsOf } from '../../widgets/dress.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { isTime, splitDimensions } from '../../widgets/shelves.ts';
import { FieldLabel } from './field-list.tsx';
import { FilterEditor, FilterText } from './filter-editor.tsx';
import type { Change, WidgetDraft } from './workbench-draft.ts';

const GRAINS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'count_distinct'] as const;

interface ShelvesProps {
  draft: WidgetDraft;
  model: View['model'];
  dispatch: Dispatch<Change>;
  dragging: boolean;
}

export function Shelves(props: ShelvesProps): ReactNode {
  const { draft } = props;
  const schema = widgetKind(draft.kind)?.schema;
  if (schema === undefined) return null;
  const split = splitDimensions(schema, draft.query);
  const fieldsOn = (shelf: Shelf): (Dimension | Measure)[] =>
    shelf.takes === 'measure'
      ? draft.query.measures
      : split[shelf.name === 'series' ? 'series' : 'category'].map((index) => draft.query.dimensions[index]!);
  return (
    <div className="card shelves">
      {schema.shelves.map((shelf) => (
        <ShelfRow key={shelf.name} {...props} shelf={shelf} fields={fieldsOn(shelf)} shelves={schema.shelves} />
      ))}
      <FilterShelf {...props} />
    </div>
  );
}

function ShelfRow(
  props: ShelvesProps & { shelf: Shelf; fields: readonly (Dimension | Measure)[]; shelves: readonly Shelf[] },
): ReactNode {
  const { t } = useTranslation('workbench');
  const { draft, shelf, fields, dragging } = props;
  const { setNodeRef, isOver } = useDroppable({ id: `shelf:${shelf.name}` });
  return (
    <div ref={setNodeRef} className={`shelf ${dragging ? 'ready' : ''} ${isOver ? 'over' : ''}`}>
      <span className="shelf-name">{t([`shelves.${draft.kind}.${shelf.name}`, `shelves.any.${shelf.name}`])}</span>
      {fields.map((field) => (
        <FieldPill key={nameOf(field)} {...props} field={field} />
      ))}
      {fields.length === 0 ? (
        <span className="shelf-hint">
          {t(shelf.takes === 'measure' ? 'dropMeasure' : shelf.min > 0 ? 'dropDimension' : 'dropOptional')}
        </span>
      ) : null}
    </div>
  );
}

function FieldPill(
  props: ShelvesProps & { shelf: Shelf; field: Dimension | Measure; shelves: readonly Shelf[] },
): ReactNode {
  const { t } = useTranslation(['workbench', 'widgets']);
  const { field, draft, model, dispatch, shelf, shelves } = props;
  const name = nameOf(field);
  const { setNodeRef, listeners } = useDraggable({ id: `field:${name}` });
  const isMeasure = 'aggregation' in field;
  const others = shelves.filter((each) => each.takes === 'dimension' && each.name !== shelf.name);
  const formats = textsOf(draft.settings.formats);
  const sorted = draft.query.sort.find((each) => each.by === name)?.direction;
  const items: MenuProps['items'] = [
    ...(isMeasure
      ? [
          {
            type: 'group' as const,
            label: t('aggregation'),
            children: AGGREGATIONS.map((each) => ({ key: `aggregation:${each}`, label: t(`aggregations.${each}`) })),
          },
          {
            key: 'format',
            label: t('format'),
            children: [
              { key: 'format:', label: t('formats.view') },
              ...Object.entries(FORMATS).map(([key, value]) => ({
                key: `format:${value}`,
                label: t(`formats.${key}`),
              })),
            ],
          },
        ]
      : isTime(field, model)
        ? [
            {
              type: 'group' as const,
              label: t('grain'),
              children: [
                ...GRAINS.map((each) => ({ key: `grain:${each}`, label: t(`grains.${each}`) })),
                { key: 'grain:', label: t('grains.exact') },
              ],
            },
          ]
        : []),
    { type: 'divider' as const },
    { key: 'sort:asc', label: t('sortUp') },
    { key: 'sort:desc', label: t('sortDown') },
    { type: 'divider' as const },
    ...(isMeasure
      ? []
      : others.map((each) => ({
          key: `move:${each.name}`,
          label: t('moveTo', { shelf: t([`shelves.${draft.kind}.${each.name}`, `shelves.any.${each.name}`]) }),
        }))),
    { key: 'remove:', label: t('removeField') },
  ];
  const selected = [
    ...(isMeasure
      ? [`aggregation:${field.aggregation}`, `format:${formats[name] ?? ''}`]
      : [`grain:${field.grain ?? ''}`]),
    ...(sorted === undefined ? [] : [`sort:${sorted}`]),
  ];
  const act: MenuProps['onClick'] = ({ key }) => {
    const colon = key.indexOf(':');
    const value = key.slice(colon + 1);
    const what = key.slice(0, colon);
    if (what === 'aggregation')
      dispatch({ do: 'aggregation', field: name, aggregation: value as Measure['aggregation'] });
    else if (what === 'grain')
      dispatch({
        do: 'grain',
        field: name,
        grain: value === '' ? undefined : (value as NonNullable<Dimension['grain']>),
      });
    else if (what === 'sort') {
      const again = sorted === value;
      dispatch({ do: 'sort', field: again ? undefined : name, direction: value as 'asc' | 'desc' });
    } else if (what === 'move') dispatch({ do: 'move', field: name, shelf: value as Shelf['name'] });
    else if (what === 'format') {
      const { [name]: _, ...rest } = formats;
      dispatch({ do: 'setting', name: 'formats', value: value === '' ? rest : { ...rest, [name]: value } });
    } else dispatch({ do: 'remove', field: name });
  };
  return (
    <span ref={setNodeRef} className={`pill ${isMeasure ? 'measure' : ''}`} {...listeners}>
      <Dropdown trigger={['click']} menu={{ items, selectable: true, selectedKeys: selected, onClick: act }}>
        <button type="button" className="plain ellipsis">
          <FieldLabel name={name} model={model} query={draft.query} />
          {sorted === undefined ? '' : sorted === 'asc' ? ' ↑' : ' ↓'}
        </button>
      </Dropdown>
      <button
        type="button"
        className="plain"
        aria-label={`${t('removeField')}: ${name}`}
        onClick={() => dispatch({ do: 'remove', field: name })}
      >
        <CloseOutlined />
      </button>
    </span>
  );
}

function FilterShelf({ draft, model, dispatch, dragging }: ShelvesProps): ReactNode {
  const { t } = useTranslation('workbench');
  const { setNodeRef, isOver } = useDroppable({ id: 'shelf:filters' });
  const [open, setOpen] = useState<number>();
  const { filters } = draft.query;
  const set = (index: number, filter: Filter | undefined) =>
    dispatch({
      do: 'filters',
      filters:
        filter === undefined
          ? filters.filter((_, at) => at !== index)
          : filters.map((each, at) => (at === index ? filter : each)),
    });
  return (
    <div ref={setNodeRef} className={`shelf ${dragging ? 'ready' : ''} ${isOver ? 'over' : ''}`}>
      <span className="shelf-name">{t('filters')}</span>
      {filters.map((filter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a filter is its place; two may say the same.
        <span key={index} className="pill filter">
          <Popover
            placement="bottomLeft"
            trigger="click"
            open={open === index}
            onOpenChange={(next) => setOpen(next ? index : undefined)}
            destroyOnHidden
            content={
              <FilterEditor
                filter={filter}
                model={model}
                viewId={draft.viewId ?? ''}
                onChange={(next) => set(index, next)}
              />
            }
          >
            <button type="button" className="plain ellipsis">
              <FilterText filter={filter} model={model} />
            </button>
          </Popover>
          <button
            type="button"
            className="plain"
            aria-label={t('removeFilter', { name: filter.column })}
            onClick={() => set(index, undefined)}
          >
            <CloseOutlined />
          </button>
        </span>
      ))}
      <Dropdown
        trigger={['click']}
        disabled={model.length === 0}
        menu={{
          items: model.map((column) => ({ key: column.column, label: column.label || column.column })),
          onClick: ({ key }) => {
            dispatch({ do: 'filters', filters: [...filters, { column: key, operator: 'is not null', values: [] }] });
            // After the click that chose the column is over: it would close the editor again.
            setTimeout(() => setOpen(filters.length));
          },
        }}
      >
        <Button type="text" size="small" icon={filters.length === 0 ? <FilterOutlined /> : <PlusOutlined />}>
          {t('addFilter')}
        </Button>
      </Dropdown>
    </div>
  );
}
