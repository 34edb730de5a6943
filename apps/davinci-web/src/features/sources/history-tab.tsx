/** Decides how the past of a source is told: its figures on one axis of time with what happened meanwhile, then every event and schema version, newest first. */
import type { SourceView, schemaVersionSchema } from '@rtdp/dbus/client';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { useApi } from '../../api/use-api.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { dbusPath, LOOK_SELDOM } from '../console/console-api.ts';
import type { HistoryMark } from '../console/history-option.ts';
import { PastFigures } from '../console/past-figures.tsx';
import { useWording } from '../console/use-wording.ts';
import { useWho } from '../queries/use-who.ts';
import { type SchemaChange, SchemaChanges } from './schema-changes.tsx';
import { type SourceEvent, tellEvent } from './tell-event.ts';

type SchemaVersion = z.output<typeof schemaVersionSchema>;

interface Moment {
  at: string;
  key: string;
  show: ReactNode;
}

export function HistoryTab({ source }: { source: SourceView }): ReactNode {
  const { t, i18n } = useTranslation('console-sources');
  const who = useWho();
  const tell = useTell();
  const events = useApi<SourceEvent[]>(dbusPath('sources', source.name, 'events'), { every: LOOK_SELDOM });
  const schemas = useApi<SchemaVersion[]>(dbusPath('sources', source.name, 'schemas'), { every: LOOK_SELDOM });
  return (
    <Answer query={events} shape="lines">
      {(happened) => {
        const versions = schemas.data ?? [];
        const moments: Moment[] = [
          ...happened.map((event, at) => ({
            at: event.at,
            key: `event ${event.at} ${at}`,
            show: (
              <>
                <p>{tellEvent(event, source.name, i18n.language, t, tell)}</p>
                <p className="small muted">{who(event.subject)}</p>
              </>
            ),
          })),
          ...versions.map((version) => ({
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
                {version.diff === null ? null : (
                  <>
                    <SchemaChanges changes={(version.diff as { changes: SchemaChange[] }).changes} />
                    <Status
                      kind={version.compatible ? 'ok' : 'late'}
                      word={version.compatible ? t('history.compatible') : t('history.incompatible')}
                    />
                  </>
                )}
              </>
            ),
          })),
        ].sort((a, b) => b.at.localeCompare(a.at));
        return (
          <div className="stack">
            <SourcePast source={source} events={happened} versions={versions} />
            {moments.length === 0 ? <Empty title={t('history.empty.title')}>{t('history.empty.text')}</Empty> : null}
            <ol className="timeline card">
              {moments.map(({ at, key, show }) => (
                <li key={key}>
                  <When at={at} />
                  <div>{show}</div>
                </li>
              ))}
            </ol>
          </div>
        );
      }}
    </Answer>
  );
}

function SourcePast(props: {
  source: SourceView;
  events: readonly SourceEvent[];
  versions: readonly SchemaVersion[];
}): ReactNode {
  const { t, i18n } = useTranslation('console-sources');
  const words = useWording();
  const tell = useTell();
  const { source, events, versions } = props;
  const lines = useMemo(
    () => [
      { key: 'rowsPerSecond', name: t('column.rate'), write: words.rate },
      { key: 'lagMillis', name: t('column.lag'), write: words.duration },
      { key: 'latencyMillis', name: t('figure.latency'), write: words.duration },
      { key: 'slotLagBytes', name: t('column.slot'), write: words.bytes, whole: true as const },
    ],
    [t, words],
  );
  const marks = useMemo<HistoryMark[]>(
    () => [
      ...events.map((event) => ({
        at: Date.parse(event.at),
        word: tellEvent(event, source.name, i18n.language, t, tell),
        kind: markOf(event.kind),
      })),
      ...versions.map(({ seenAt, schema, table, version, compatible, fields }) => ({
        at: Date.parse(seenAt),
        word: t('history.version', { table: `${schema}.${table}`, version, count: fields.length }),
        kind: compatible ? ('ok' as const) : ('late' as const),
      })),
    ],
    [events, versions, source.name, i18n.language, t, tell],
  );
  const grown = useMemo(
    () => ({
      restarts: { word: t('history.reconnected'), kind: 'late' as const },
      deadLetters: { word: t('history.deadLetter'), kind: 'broken' as const },
    }),
    [t],
  );
  return (
    <PastFigures
      key={i18n.language}
      path={dbusPath('sources', source.name, 'figures')}
      label={t('history.chart', { name: source.name })}
      lines={lines}
      marks={marks}
      grown={grown}
    />
  );
}

function markOf(kind: string): HistoryMark['kind'] {
  if (/fail|stopped|lost/.test(kind)) return 'broken';
  return /^(pause|stop)/.test(kind) ? 'paused' : 'ok';
}
