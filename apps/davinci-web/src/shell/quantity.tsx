/** Decides how a number, a time and a missing value stand on a page: short, and exact when the pointer or the focus rests on them. */
import { Tooltip } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatAgo, formatMoment, formatNumber, formatSince, type NumberFormat, viewerZone } from './numbers.ts';

/** A missing value: a muted dash. */
export function Null(): ReactNode {
  const { t } = useTranslation('shell');
  return (
    <span className="null" title={t('null')}>
      –
    </span>
  );
}

export function Quantity({
  value,
  format,
}: {
  value: number | string | null | undefined;
  format?: NumberFormat;
}): ReactNode {
  const { i18n } = useTranslation();
  if (value === null || value === undefined) return <Null />;
  const short = formatNumber(value, i18n.language, format);
  const exact = formatNumber(value, i18n.language, format, 'exact');
  return (
    <span className="numbers" {...(short === exact ? {} : { title: exact })}>
      {short}
    </span>
  );
}

/** A number of which every digit counts, with its separators. */
export function Exact({ value }: { value: number | string | null | undefined }): ReactNode {
  const { i18n } = useTranslation();
  if (value === null || value === undefined) return <Null />;
  return <span className="numbers">{formatNumber(value, i18n.language, { kind: 'number' }, 'exact')}</span>;
}

/** A moment as "3 s ago", the time and its zone on hover. Counts on while it is shown. */
export function When({ at }: { at: string | number | null | undefined }): ReactNode {
  const { i18n } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  const moment = at === null || at === undefined ? undefined : typeof at === 'number' ? at : Date.parse(at);
  const young = moment !== undefined && Math.abs(now - moment) < 60_000;
  useEffect(() => {
    if (moment === undefined) return undefined;
    const timer = setInterval(() => setNow(Date.now()), young ? 1_000 : 30_000);
    return () => clearInterval(timer);
  }, [moment, young]);
  if (moment === undefined || Number.isNaN(moment)) return <Null />;
  return (
    <Tooltip title={`${formatMoment(moment, i18n.language)} (${viewerZone()})`}>
      <time className="numbers" dateTime={new Date(moment).toISOString()}>
        {formatAgo(moment, Math.max(now, Date.now()), i18n.language)}
      </time>
    </Tooltip>
  );
}

/** A moment from which something has been as it is: "since 10:42", the day where it is another one, all of it and its zone on hover. */
export function Since({ at }: { at: string }): ReactNode {
  const { t, i18n } = useTranslation('shell');
  const moment = Date.parse(at);
  if (Number.isNaN(moment)) return <Null />;
  return (
    <Tooltip title={`${formatMoment(moment, i18n.language)} (${viewerZone()})`}>
      <time className="numbers" dateTime={new Date(moment).toISOString()}>
        {t('since', { time: formatSince(moment, Date.now(), i18n.language) })}
      </time>
    </Tooltip>
  );
}
