/** Decides what option builders are given of the page: palette, language, colours, words. */
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../shell/appearance.tsx';
import type { ChartContext, ChartWords } from './chart-words.ts';
import type { ColourBook } from './colours.ts';

export function useChartContext(colours: ColourBook): ChartContext {
  const { palette, language } = useAppearance();
  const { t } = useTranslation('widgets');
  return useMemo(() => ({ palette, language, colours, words: chartWords(t) }), [palette, language, colours, t]);
}

/** `t` finds the words of the widgets. */
export function chartWords(t: TFunction<'widgets'>): ChartWords {
  return {
    others: t('others'),
    none: t('none'),
    emptyText: t('emptyText'),
    say: (key, values) => t(key, { ...values }),
  };
}
