/** Decides how rates, lags and counts are put into words for pictures and lists, in the reader's language. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber } from '../../shell/numbers.ts';
import type { Cause } from './graph.ts';

export interface ConsoleWording {
  rate(rowsPerSecond: number): string;
  messages(lag: number): string;
  shortRate(rowsPerSecond: number): string;
  shortLag(lag: number): string;
  behind(milliseconds: number): string;
  fresh(milliseconds: number): string;
  tables(count: number): string;
  more(count: number): string;
  duration(milliseconds: number): string;
  bytes(count: number): string;
  cause(cause: Cause): string;
}

export function useWording(): ConsoleWording {
  const { t, i18n } = useTranslation('console');
  const { language } = i18n;
  return useMemo(() => {
    const number = (value: number): string => formatNumber(value, language);
    const duration = (milliseconds: number): string => formatDuration(milliseconds, language);
    return {
      rate: (rows) => t('rate', { value: number(Math.round(rows * 10) / 10) }),
      messages: (lag) => t('messagesBehind', { count: lag, value: number(lag) }),
      shortRate: (rows) => t('shortRate', { value: number(Math.round(rows * 10) / 10) }),
      shortLag: (lag) => t('shortLag', { value: number(lag) }),
      behind: (milliseconds) => t('behind', { value: duration(milliseconds) }),
      fresh: (milliseconds) => t('asOld', { value: duration(milliseconds) }),
      tables: (count) => t('tables', { count, value: number(count) }),
      more: (count) => t('moreTables', { count, value: number(count) }),
      duration,
      cause: (cause) =>
        cause.is === 'dead-letters'
          ? t('cause.dead-letters', { count: cause.count, value: number(cause.count) })
          : t(`cause.${cause.is}`),
      bytes: (count) => formatNumber(count, language, { kind: 'bytes' }),
    };
  }, [t, language]);
}
