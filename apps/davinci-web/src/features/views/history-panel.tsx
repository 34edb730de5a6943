/** Decides how statements that were run before in this browser are found again. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber } from '../../shell/numbers.ts';
import { When } from '../../shell/quantity.tsx';
import { Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import type { HistoryEntry } from './query-history.ts';

export function HistoryPanel(props: {
  entries: readonly HistoryEntry[];
  onTake: (entry: HistoryEntry) => void;
}): ReactNode {
  const { t, i18n } = useTranslation('views');
  if (props.entries.length === 0) {
    return (
      <Empty small title={t('history.none')}>
        {t('history.how')}
      </Empty>
    );
  }
  return (
    <ol className="history">
      {props.entries.map((entry) => (
        <li key={`${entry.at} ${entry.sourceId}`} className="card stack tight">
          <div className="row">
            <Status
              kind={entry.error === null ? 'ok' : 'broken'}
              word={
                entry.error === null
                  ? t('history.rows', { count: entry.rows ?? 0, rows: formatNumber(entry.rows ?? 0, i18n.language) })
                  : entry.error
              }
            />
            <span className="muted small grow">
              {entry.milliseconds === null ? null : formatDuration(entry.milliseconds, i18n.language)}
            </span>
            <span className="muted small">
              <When at={entry.at} />
            </span>
          </div>
          <pre className="history-sql">{entry.sql}</pre>
          <div>
            <Button size="small" onClick={() => props.onTake(entry)}>
              {t('history.take')}
            </Button>
          </div>
        </li>
      ))}
    </ol>
  );
}
