/** Decides what option builders are given of the page: palette, language, colours, words. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../shell/appearance.tsx';
import type { ChartContext } from './chart-words.ts';
import type { ColourBook } from './colours.ts';

export function useChartContext(colours: ColourBook): ChartContext {
  const { palette, language } = useAppearance();
  const { t } = useTranslation('widgets');
  return useMemo(
    () => ({ palette, language, colours, words: { others: t('others'), none: t('none') } }),
    [palette, language, colours, t],
  );
}
