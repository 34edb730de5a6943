/** Decides how a widget is looked at more closely: by the menu of a mark, by its own menu, and back by its path. */
import type { DashboardBundle } from '@rtdp/davinci-api/client';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pick as Mark, WidgetData } from '../../widgets/contract.ts';
import { formatAtGrain } from '../../widgets/time-values.ts';
import { type Drilled, newestSteps, stepOf } from './drill.ts';
import type { Filters } from './use-filters.ts';
import { useLatest } from './use-latest.ts';

/** Moments that the widget's own menu offers. */
const MOST_OFFERED = 12;

/** One way to look closer, with its words. */
export interface Closer {
  key: string;
  label: string;
  act: () => void;
}

export function useCloser(props: {
  itemId: string;
  view: DashboardBundle['views'][number];
  filters: Filters;
  drilled: Drilled;
  data: WidgetData | undefined;
  /** Filters the others by a mark; undefined where marks do nothing. */
  pick: ((picks: Mark[]) => void) | undefined;
  labelOf: (pick: Mark) => string;
}) {
  const { t, i18n } = useTranslation('dashboards');
  const { itemId, view, filters, drilled, data, pick } = props;
  const [menu, setMenu] = useState<{ at: { x: number; y: number }; items: readonly Closer[] }>();
  const wayOf = ({ step, finer }: NonNullable<ReturnType<typeof stepOf>>): Closer => ({
    key: `closer ${step.value}`,
    label: t('closer.at', {
      moment: formatAtGrain(step.value, step.grain, i18n.language),
      grain: t(`closer.grains.${finer}`),
    }),
    act: () => filters.setCloser(itemId, [...drilled.steps, step]),
  });
  return {
    menu,
    closeMenu: () => setMenu(undefined),
    /** For a mark whose menu was asked for. */
    openMenu: useLatest((picks: Mark[], at: { x: number; y: number }) => {
      const way = stepOf(picks, view.model);
      const items = [
        ...(way === undefined ? [] : [wayOf(way)]),
        ...(pick === undefined || picks.length === 0
          ? []
          : [
              {
                key: 'pick',
                label: t('closer.filter', { marks: picks.map(props.labelOf).join(', ') }),
                act: () => pick(picks),
              },
            ]),
      ];
      if (items.length > 0) setMenu({ at, items });
    }),
    /** The newest moments that can be looked at more closely. */
    ways: useLatest(() =>
      newestSteps(drilled.query, data?.rows ?? [], view.model, MOST_OFFERED).map((each) => wayOf(each)),
    ),
    goBack: useLatest((remaining: number) => filters.setCloser(itemId, drilled.steps.slice(0, remaining))),
  };
}
