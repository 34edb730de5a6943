/** Decides how the past of a source is told: what happened and which schema versions came, newest first, on one axis of time. */
import type { eventSchema, SourceView, schemaVersionSchema } from '@rtdp/dbus/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { useApi } from '../../api/use-api.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { dbusPath, LOOK_SELDOM } from '../console/console-api.ts';
import { useWho } from '../queries/use-who.ts';

type SourceEvent = z.output<typeof eventSchema>;
type SchemaVersion = z.output<typeof schemaVersionSchema>;

interface Moment {
  at: string;
  key: string;
  show: ReactNode;
}

export function HistoryTab({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const who = useWho();
  const events = useApi<SourceEvent[]>(dbusPath('sources', source.name, 'events'), { every: LOOK_SELDOM });
  const schemas = useApi<SchemaVersion[]>(dbusPath('sources', source.name, 'schemas'), { every: LOOK_SELDOM });
  return (
    <Answer query={events} shape="lines">
      {(happened) => {
        const moments: Moment[] = [
          ...happened.map((event, at) => ({
            at: event.at,
            key: `event ${event.at} ${at}`,
            show: (
              <>
                <p>{event.sentence}</p>
                <p className="small muted">
                  {event.kind} · {who(event.subject)}
                </p>
              </>
            ),
          })),
          ...(schemas.data ?? []).map((version) => ({
            at: version.seenAt,
            key: `schema ${version.schema}.${version.table} ${version.version}`,
            show: (
              <>
                <p>
                  {t('history.version', {
                    table: `${version.schema}.${version.table}`,
                    version: version.version,
                    count: version.fields.length,
                  })}
                </p>
                <Status
                  kind={version.compatible ? 'ok' : 'late'}
                  word={version.compatible ? t('history.compatible') : t('history.incompatible')}
                />
                {version.diff === null ? null : <pre className="code">{JSON.stringify(version.diff, null, 2)}</pre>}
              </>
            ),
          })),
        ].sort((a, b) => b.at.localeCompare(a.at));
        if (moments.length === 0) return <Empty title={t('history.empty.title')}>{t('history.empty.text')}</Empty>;
        return (
          <ol className="timeline card">
            {moments.map(({ at, key, show }) => (
              <li key={key}>
                <When at={at} />
                <div>{show}</div>
              </li>
            ))}
          </ol>
        );
      }}
    </Answer>
  );
}
