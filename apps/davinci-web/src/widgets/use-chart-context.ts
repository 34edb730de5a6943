/** Decides what option builders are given of the page: palette, language, colours, words. */
import type { TFunction } from 'i18next';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../shell/appearance.tsx';
import type { ChartContext, ChartWords } from './chart-words.ts';
import type { ColourBook } from './colours.ts';

export function useChartContext(colours: ColourBook): ChartContext {
  const { palette, language } = useAppearance();
  const { t } = useTranslation('widgets');
  const own = useMemo(() => colours.open(), [colours]);
  useEffect(() => own.stay(), [own]);
  return useMemo(() => ({ palette, language, colours: own, words: chartWords(t) }), [palette, language, own, t]);
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
