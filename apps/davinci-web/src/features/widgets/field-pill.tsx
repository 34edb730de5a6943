/** One field on a shelf: its menu says how it is grouped or added up, written, named, coloured, sorted, filtered and moved. */
import { CloseOutlined } from '@ant-design/icons';
import { useDraggable } from '@dnd-kit/core';
import type { View } from '@rtdp/davinci-api/client';
import { Dropdown, Input, type MenuProps, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../../shell/appearance.tsx';
import { useFirstField } from '../../shell/use-first-field.ts';
import { chosenColours } from '../../widgets/colours.ts';
import { type Dimension, type Measure, nameOf, type Shelf } from '../../widgets/contract.ts';
import { chosenColour, FORMATS, textsOf } from '../../widgets/dress.ts';
import { isTime } from '../../widgets/shelves.ts';
import { FieldLabel } from './field-list.tsx';
import type { ShelvesProps } from './shelves.tsx';
import { ValueColours } from './value-colours.tsx';

const GRAINS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
const AGGREGATIONS = ['sum', 'avg', 'min', 'max', 'count', 'count_distinct'] as const;
/** Kinds whose series are their measures, each of one colour. */
const COLOURED: readonly string[] = ['line', 'area', 'bar'];
/** Kinds whose colours are values of the dimension on this shelf. */
const COLOURED_BY: Readonly<Record<string, Shelf['name']>> = {
  line: 'series',
  area: 'series',
  bar: 'series',
  scatter: 'series',
  pie: 'category',
};

export function FieldPill(
  props: ShelvesProps & { shelf: Shelf; field: Dimension | Measure; shelves: readonly Shelf[] },
): ReactNode {
  const { t } = useTranslation(['workbench', 'widgets']);
  const { field, draft, model, dispatch, shelf, shelves } = props;
  const name = nameOf(field);
  const { setNodeRef, listeners } = useDraggable({ id: `field:${name}` });
  const { palette } = useAppearance();
  const [naming, setNaming] = useState<string>();
  const [isColouring, setColouring] = useState(false);
  const isMeasure = 'aggregation' in field;
  const others = shelves.filter((each) => each.takes === 'dimension' && each.name !== shelf.name);
  const formats = textsOf(draft.settings.formats);
  const colour = chosenColour(draft.settings, name);
  const coloured = isMeasure && COLOURED.includes(draft.kind);
  const byValue = !isMeasure && COLOURED_BY[draft.kind] === shelf.name && !isTime(field, model);
  const colours = chosenColours([draft.settings]);
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
          ...(coloured
            ? [
                {
                  key: 'colour',
                  label: t('colour'),
                  children: [
                    { key: 'colour:', label: t('colourAuto') },
                    ...palette.series.map((one, index) => ({
                      key: `colour:${index}`,
                      label: t('colourNumber', { number: index + 1 }),
                      icon: <span className="tip-dot" style={{ background: one }} />,
                    })),
                  ],
                },
              ]
            : []),
          ...(isNumeric(field, model) ? [{ key: 'having:', label: t('addHaving') }] : []),
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
    ...(byValue ? [{ key: 'values:', label: t('colourValues') }] : []),
    { key: 'label:', label: t('rename') },
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
      ? [`aggregation:${field.aggregation}`, `format:${formats[name] ?? ''}`, `colour:${colour ?? ''}`]
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
    } else if (what === 'colour') {
      const { [name]: _, ...rest } = (draft.settings.colours ?? {}) as Record<string, unknown>;
      dispatch({ do: 'setting', name: 'colours', value: value === '' ? rest : { ...rest, [name]: Number(value) } });
    } else if (what === 'values') setColouring(true);
    else if (what === 'label') setNaming(textsOf(draft.settings.names)[name] ?? '');
    else if (what === 'having')
      dispatch({ do: 'having', having: [...draft.query.having, { by: name, operator: '>', values: [0] }] });
    else dispatch({ do: 'remove', field: name });
  };
  const rename = () => {
    if (naming !== undefined) dispatch({ do: 'label', field: name, label: naming });
    setNaming(undefined);
  };
  return (
    // What is asked for in a window is beside the pill, which a pointer drags.
    <>
      <span ref={setNodeRef} className={`pill ${isMeasure ? 'measure' : ''}`} {...listeners}>
        <Dropdown trigger={['click']} menu={{ items, selectable: true, selectedKeys: selected, onClick: act }}>
          <button type="button" className="plain ellipsis">
            <FieldLabel name={name} model={model} query={draft.query} settings={draft.settings} />
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
      {isColouring && draft.viewId !== undefined ? (
        <ValueColours
          viewId={draft.viewId}
          column={field.column}
          label={model.find((each) => each.column === field.column)?.label || field.column}
          chosen={colours[field.column] ?? {}}
          onChange={(chosen) =>
            dispatch({ do: 'setting', name: 'valueColours', value: { ...colours, [field.column]: chosen } })
          }
          onClose={() => setColouring(false)}
        />
      ) : null}
      {naming === undefined ? null : (
        <Renaming name={naming} onChange={setNaming} onApply={rename} onClose={() => setNaming(undefined)} />
      )}
    </>
  );
}

function Renaming(props: {
  name: string;
  onChange: (name: string) => void;
  onApply: () => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation('workbench');
  const { field, afterOpenChange } = useFirstField();
  return (
    <Modal
      open
      title={t('rename')}
      okText={t('apply')}
      onOk={props.onApply}
      onCancel={props.onClose}
      afterOpenChange={afterOpenChange}
    >
      <Input
        ref={field}
        aria-label={t('rename')}
        placeholder={t('renameHint')}
        maxLength={200}
        value={props.name}
        onChange={(event) => props.onChange(event.target.value)}
        onPressEnter={props.onApply}
      />
    </Modal>
  );
}

/** Whether what the measure gives is a number, which a comparison can be made with. */
function isNumeric(field: Measure, model: View['model']): boolean {
  if (!['min', 'max'].includes(field.aggregation)) return true;
  return model.find((each) => each.column === field.column)?.type === 'number';
}
