/** Decides how the settings of a source are shown, and that its connection can be checked again and changed. */
import type { SourceView } from '@rtdp/dbus/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Quantity, When } from '../../shell/quantity.tsx';
import { Answer } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import {
  addressOf,
  type Connection,
  connectionField,
  encryptionOf,
  NEW_CONNECTION,
  type SslMode,
} from '../console/connection.ts';
import { ConnectionFields } from '../console/connection-fields.tsx';
import { dbusPath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';
import type { SourceCheck } from './group-problems.ts';
import { ProblemList } from './problem-list.tsx';
import { sourceConnection } from './source-form.ts';

interface Shown {
  /** Not told to who only reads. */
  connection?: { host: string; port: number; database: string; user: string; ssl: SslMode };
  tables: 'all' | string[];
  excludedTables: string[];
  future: boolean;
  delivery: string;
  heartbeatMs: number;
  slotLagBudgetBytes: number;
  slot: string;
  publications: { keyed: string; insertOnly: string };
}

export function SettingsTab({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { t: shared } = useTranslation('console');
  const mayChange = useMay('admin');
  const [form, setForm] = useState<Connection>();
  const [error, setError] = useState<ApiError>();
  const { run, busy } = useAct([dbusPath('sources', source.name)]);
  const definition = source.definition as Shown;
  const { connection } = definition;
  const save = async (): Promise<void> => {
    if (form === undefined) return;
    setError(undefined);
    const { password, ...connection } = sourceConnection(form);
    const answer = await run({
      method: 'PATCH',
      path: dbusPath('sources', source.name),
      // What is left empty stays as it is.
      body: { connection: { ...connection, ...(password === '' ? {} : { password }) } },
      done: t('settings.saved'),
      onError: async (failure) => {
        setError(failure);
        return connectionField(failure) !== undefined;
      },
    });
    if (answer !== undefined) setForm(undefined);
  };
  return (
    <div className="side">
      <section className="card stack">
        <div className="row">
          <h2 className="grow">{t('settings.connection')}</h2>
          {mayChange && connection !== undefined && form === undefined ? (
            <Button
              onClick={() =>
                setForm({ ...NEW_CONNECTION, ...addressOf(connection), encryption: encryptionOf(connection.ssl) })
              }
            >
              {t('settings.change')}
            </Button>
          ) : null}
        </div>
        {form === undefined ? (
          <dl className="facts">
            {connection === undefined ? null : (
              <>
                <dt>{t('field.server')}</dt>
                <dd>
                  {connection.user}@{connection.host}:{connection.port}/{connection.database}
                </dd>
                <dt>{shared('connection.encryption')}</dt>
                <dd>{shared(`connection.encryptions.${encryptionOf(connection.ssl)}`)}</dd>
              </>
            )}
            <dt>{t('settings.topic')}</dt>
            <dd>
              <code>{source.topic}</code> · {t('settings.partitions', { count: source.partitions })}
            </dd>
            <dt>{t('settings.tables')}</dt>
            <dd>{definition.tables === 'all' ? t('settings.allTables') : definition.tables.join(', ')}</dd>
            {definition.excludedTables.length === 0 ? null : (
              <>
                <dt>{t('settings.excluded')}</dt>
                <dd>{definition.excludedTables.join(', ')}</dd>
              </>
            )}
            <dt>{t('settings.future')}</dt>
            <dd>{definition.future ? t('settings.futureYes') : t('settings.futureNo')}</dd>
            <dt>{t('settings.delivery')}</dt>
            <dd>{t(`settings.deliveries.${definition.delivery}`)}</dd>
            <dt>{t('settings.heartbeat')}</dt>
            <dd>
              <Quantity value={definition.heartbeatMs} format={{ kind: 'milliseconds' }} />
            </dd>
            <dt>{t('settings.slot')}</dt>
            <dd>
              <code>{definition.slot}</code>
            </dd>
            <dt>{t('settings.publications')}</dt>
            <dd>
              <code>{definition.publications.keyed}</code>, <code>{definition.publications.insertOnly}</code>
            </dd>
            <dt>{t('settings.registered')}</dt>
            <dd>
              <When at={source.createdAt} />
            </dd>
          </dl>
        ) : (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void save();
            }}
          >
            <ConnectionFields
              connection={form}
              isChange
              userHint={t('field.userHint')}
              mayNameAuthority
              error={error}
              onChange={(part) => setForm({ ...form, ...part })}
            />
            <div className="row">
              <Button type="primary" htmlType="submit" loading={busy}>
                {t('settings.save')}
              </Button>
              <Button onClick={() => setForm(undefined)}>{t('cancel')}</Button>
            </div>
          </form>
        )}
      </section>
      <CheckAgain name={source.name} />
    </div>
  );
}

function CheckAgain({ name }: { name: string }): ReactNode {
  const { t } = useTranslation('console-sources');
  const check = useApi<SourceCheck>(dbusPath('sources', name, 'check'));
  return (
    <section className="card stack">
      <div className="row">
        <h2 className="grow">{t('settings.check')}</h2>
        <Button loading={check.isFetching} onClick={() => void check.refetch()}>
          {t('settings.checkAgain')}
        </Button>
      </div>
      <Answer query={check} shape="lines">
        {(report) => (
          <>
            <Status
              kind={report.ready ? 'ok' : 'broken'}
              word={report.ready ? t('check.ready', { version: report.serverVersion }) : t('check.notReady')}
            />
            <ProblemList problems={report.problems} />
          </>
        )}
      </Answer>
    </section>
  );
}
