/** Where a widget looks when it looks closer: each wider span is a step back. */
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { formatAtGrain } from '../../widgets/time-values.ts';
import type { DrillStep } from './drill.ts';

/** `onBack` is told how many steps remain. */
export function DrillPath(props: {
  name: string;
  steps: readonly DrillStep[];
  onBack: (remaining: number) => void;
}): ReactNode {
  const { t, i18n } = useTranslation('dashboards');
  const id = useId();
  const { steps } = props;
  const label = ({ value, grain }: DrillStep) => formatAtGrain(value, grain, i18n.language);
  return (
    <nav className="widget-path" aria-label={t('closer.path', { name: props.name })}>
      <button type="button" className="plain" onClick={() => props.onBack(0)}>
        {t('closer.all')}
      </button>
      {steps.map((step, index) => (
        <span key={`${id}${step.grain}`}>
          <span aria-hidden="true">›</span>
          {index === steps.length - 1 ? (
            <span aria-current="true">{label(step)}</span>
          ) : (
            <button type="button" className="plain" onClick={() => props.onBack(index + 1)}>
              {label(step)}
            </button>
          )}
        </span>
      ))}
    </nav>
  );
}
