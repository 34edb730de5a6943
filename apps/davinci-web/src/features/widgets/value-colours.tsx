/** Decides how the values of a dimension are given colours: each its own, or one that is free. */
import type { valuesResultSchema } from '@rtdp/davinci-api/client';
import { useQuery } from '@tanstack/react-query';
import { Modal, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { type ApiError, api } from '../../api/client.ts';
import { useAppearance } from '../../shell/appearance.tsx';
import { viewerZone } from '../../shell/numbers.ts';
import { Answer, Empty } from '../../shell/states.tsx';
import type { Cell } from '../../widgets/contract.ts';

/** Values that can be given a colour at once: a picture has ten series at most. */
const MOST_VALUES = 50;

export function ValueColours(props: {
  viewId: string;
  column: string;
  label: string;
  /** Value as JSON → place in the palette of series. */
  chosen: Readonly<Record<string, number>>;
  onChange: (chosen: Record<string, number>) => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation(['workbench', 'widgets']);
  const { palette } = useAppearance();
  const { viewId, column, chosen } = props;
  const values = useQuery<z.output<typeof valuesResultSchema>, ApiError>({
    queryKey: ['/api/query/values', { viewId, column, limit: MOST_VALUES }],
    queryFn: ({ signal }) =>
      api('/api/query/values', { signal, body: { timeZone: viewerZone(), viewId, column, limit: MOST_VALUES } }),
  });
  const wordOf = (value: Cell) =>
    value === null ? t('widgets:none') : value === '' ? t('widgets:emptyText') : String(value);
  const options = [
    { value: -1, label: t('colourFree') },
    ...palette.series.map((colour, place) => ({
      value: place,
      label: (
        <span className="row">
          <span className="tip-dot" style={{ background: colour }} />
          {t('colourNumber', { number: place + 1 })}
        </span>
      ),
    })),
  ];
  const choose = (key: string, place: number) => {
    const { [key]: _, ...others } = chosen;
    props.onChange(place < 0 ? others : { ...others, [key]: place });
  };
  return (
    <Modal
      open
      title={t('valueColours', { name: props.label })}
      okText={t('apply')}
      footer={(_, { OkBtn }) => <OkBtn />}
      onOk={props.onClose}
      onCancel={props.onClose}
    >
      <Answer
        query={values}
        shape="lines"
        isEmpty={({ values: found }) => found.length === 0}
        empty={<Empty small title={t('widgets:noRows.plain')} />}
      >
        {({ values: found }) => {
          const keys = new Set([...Object.keys(chosen), ...found.map((each) => JSON.stringify(each))]);
          return (
            <div className="stack tight value-colours">
              {[...keys].sort().map((key) => {
                const word = wordOf(JSON.parse(key) as Cell);
                return (
                  <div key={key} className="setting">
                    <span className="ellipsis">{word}</span>
                    <Select
                      size="small"
                      aria-label={t('colourOf', { value: word })}
                      popupMatchSelectWidth={false}
                      value={chosen[key] ?? -1}
                      options={options}
                      onChange={(place: number) => choose(key, place)}
                    />
                  </div>
                );
              })}
            </div>
          );
        }}
      </Answer>
    </Modal>
  );
}
