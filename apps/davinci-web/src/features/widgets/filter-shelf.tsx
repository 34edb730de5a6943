/** The shelf of filters: on columns before anything is added up, on measures after it. */
import { CloseOutlined, FilterOutlined, PlusOutlined } from '@ant-design/icons';
import { useDroppable } from '@dnd-kit/core';
import { Button, Dropdown, Popover } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Filter, Having } from '../../widgets/contract.ts';
import { FieldLabel } from './field-list.tsx';
import { FilterEditor, FilterText } from './filter-editor.tsx';
import { HavingEditor } from './having-editor.tsx';
import type { ShelvesProps } from './shelves.tsx';

export function FilterShelf({ draft, model, dispatch, dragging }: ShelvesProps): ReactNode {
  const { t } = useTranslation('workbench');
  const { setNodeRef, isOver } = useDroppable({ id: 'shelf:filters' });
  const [open, setOpen] = useState<number>();
  const { filters, having } = draft.query;
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
      {having.map((each, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a filter is its place; two may say the same.
        <HavingPill key={index} {...{ draft, model, dispatch, dragging }} having={each} index={index} />
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

function HavingPill({
  draft,
  model,
  dispatch,
  having,
  index,
}: ShelvesProps & { having: Having; index: number }): ReactNode {
  const { t } = useTranslation('workbench');
  const all = draft.query.having;
  const label = <FieldLabel name={having.by} model={model} query={draft.query} settings={draft.settings} />;
  const set = (next: Having) => dispatch({ do: 'having', having: all.map((each, at) => (at === index ? next : each)) });
  return (
    <span className="pill filter">
      <Popover
        placement="bottomLeft"
        trigger="click"
        destroyOnHidden
        content={<HavingEditor having={having} label={label} onChange={set} />}
      >
        <button type="button" className="plain ellipsis">
          {label} {t(`operators.${having.operator}`)} {having.values.join(' – ')}
        </button>
      </Popover>
      <button
        type="button"
        className="plain"
        aria-label={t('removeFilter', { name: having.by })}
        onClick={() => dispatch({ do: 'having', having: all.filter((_, at) => at !== index) })}
      >
        <CloseOutlined />
      </button>
    </span>
  );
}
