/** Decides what option builders are given of the page: palette, language, colours, words. */
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
export function chartWords(t: (key: string, values?: Readonly<Record<string, string>>) => string): ChartWords {
  return { others: t('others'), none: t('none'), emptyText: t('emptyText'), say: t };
}
