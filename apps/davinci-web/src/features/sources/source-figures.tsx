/** Decides which figures of a source stand at the top of its page. */
import type { SourceView } from '@rtdp/dbus/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Null, Quantity } from '../../shell/quantity.tsx';
import { BudgetBar } from '../console/budget-bar.tsx';
import { Figure, Figures } from '../console/figures.tsx';
import { BUDGETS } from '../console/statuses.ts';
import { SourceRate } from './source-rate.tsx';

export function SourceFigures({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { stream, slot } = source;
  return (
    <Figures>
      <Figure name={t('figure.lag')} note={t('figure.lagNote')}>
        <BudgetBar
          value={stream?.lagMillis}
          budget={BUDGETS.sourceLagMs}
          format={{ kind: 'milliseconds' }}
          label={t('figure.lag')}
        />
      </Figure>
      <Figure name={t('figure.rate')}>
        <SourceRate source={source} />
      </Figure>
      <Figure name={t('figure.rows')} note={t('figure.since')}>
        <Quantity value={stream?.rows} />
      </Figure>
      <Figure name={t('figure.latency')} note={t('figure.latencyNote')}>
        <Quantity value={stream?.lastLatencyMillis} format={{ kind: 'milliseconds' }} />
      </Figure>
      <Figure name={t('figure.slot')} note={slot === null ? t('figure.slotUnknown') : t(`slot.${slotWord(slot)}`)}>
        {slot === null ? (
          <Null />
        ) : (
          <BudgetBar
            value={slot.lagBytes}
            budget={slot.budgetBytes}
            format={{ kind: 'bytes' }}
            label={t('figure.slot')}
          />
        )}
      </Figure>
      <Figure name={t('figure.restarts')} note={t('figure.since')}>
        <Quantity value={stream?.restarts} />
      </Figure>
    </Figures>
  );
}

function slotWord(slot: NonNullable<SourceView['slot']>): 'missing' | 'lost' | 'over' | 'fine' {
  if (!slot.present) return 'missing';
  if (slot.invalidation !== '') return 'lost';
  return slot.overBudget ? 'over' : 'fine';
}
