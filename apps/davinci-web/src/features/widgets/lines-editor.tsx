/** Decides how reference lines of a chart are said: a value each, and words for it. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { GROUPED } from '../../shell/grouped-number.ts';
import type { ReferenceLine } from '../../widgets/dress.ts';

const MOST_LINES = 10;

export function LinesEditor({
  lines,
  onChange,
}: {
  lines: readonly ReferenceLine[];
  onChange: (lines: ReferenceLine[]) => void;
}): ReactNode {
  const { t } = useTranslation('workbench');
  const set = (index: number, part: Partial<ReferenceLine>) =>
    onChange(lines.map((line, at) => (at === index ? { ...line, ...part } : line)));
  return (
    <div className="stack tight">
      <div className="setting">
        <span>{t('settings.lines')}</span>
        <Button
          type="text"
          size="small"
          icon={<PlusOutlined />}
          aria-label={t('addLine')}
          disabled={lines.length >= MOST_LINES}
          onClick={() => onChange([...lines, { value: 0, label: '' }])}
        />
      </div>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place; two may say the same.
        <div key={index} className="row">
          <InputNumber
            size="small"
            aria-label={t('lineValue')}
            changeOnWheel={false}
            {...GROUPED}
            value={line.value}
            onChange={(value) => value !== null && set(index, { value })}
          />
          <Input
            size="small"
            className="grow"
            aria-label={t('lineLabel')}
            placeholder={t('lineLabel')}
            maxLength={100}
            value={line.label}
            onChange={(event) => set(index, { label: event.target.value })}
          />
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('removeLine')}
            onClick={() => onChange(lines.filter((_, at) => at !== index))}
          />
        </div>
      ))}
    </div>
  );
}
