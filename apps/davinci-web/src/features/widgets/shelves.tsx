/** The shelves of the workbench: what lies on them. */
import { useDroppable } from '@dnd-kit/core';
import type { View } from '@rtdp/davinci-api/client';
import type { Dispatch, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type Dimension, type Measure, nameOf, type Shelf } from '../../widgets/contract.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { splitDimensions } from '../../widgets/shelves.ts';
import { FieldPill } from './field-pill.tsx';
import { FilterShelf } from './filter-shelf.tsx';
import type { Change, WidgetDraft } from './workbench-draft.ts';

export interface ShelvesProps {
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
