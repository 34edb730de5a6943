/** Decides how a lag is shown: as a bar against what is still fine, with the number beside it. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, type NumberFormat } from '../../shell/numbers.ts';
import { Null } from '../../shell/quantity.tsx';
import './console.css';

export function BudgetBar(props: {
  value: number | null | undefined;
  /** Where the bar is full: beyond it the thing is late. */
  budget: number;
  format: NumberFormat;
  label: string;
}): ReactNode {
  const { i18n } = useTranslation();
  const { value, budget, format, label } = props;
  if (value === null || value === undefined) return <Null />;
  const part = Math.min(1, budget === 0 ? 1 : value / budget);
  const kind = value > budget ? 'broken' : part > 0.6 ? 'late' : 'ok';
  const text = formatNumber(value, i18n.language, format);
  const exact = `${formatNumber(value, i18n.language, format, 'exact')} / ${formatNumber(budget, i18n.language, format)}`;
  return (
    <span className="budget" title={exact}>
      {/* biome-ignore lint/a11y/useSemanticElements: the look of a <meter> cannot be set in the same way in all browsers. */}
      <span
        className="budget-bar"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={budget}
        aria-valuenow={Math.min(value, budget)}
        aria-valuetext={exact}
      >
        <span className={`budget-fill ${kind}`} style={{ width: `${Math.max(2, part * 100)}%` }} />
      </span>
      <span className="numbers">{text}</span>
    </span>
  );
}
