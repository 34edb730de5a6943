/** Decides what is asked of a source for views: the gateway over everything, or one Postgres directly. */
import type { Source, sourceTestSchema } from '@rtdp/davinci-api/client';
import { Button, Input, Radio } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { ApiError } from '../../api/client.ts';
import { formatDuration } from '../../shell/numbers.ts';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { addressOf, type Connection, NEW_CONNECTION } from '../console/connection.ts';
import { ConnectionFields } from '../console/connection-fields.tsx';
import { Field } from '../console/field.tsx';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';

type Tested = z.output<typeof sourceTestSchema>;

interface Form {
  name: string;
  description: string;
  kind: Source['kind'];
  connection: Connection;
}

export function DataSourceForm({ source, onClose }: { source?: Source; onClose: () => void }): ReactNode {
  const { t, i18n } = useTranslation('console-data');
  const tell = useTell();
  const [form, setForm] = useState<Form>(() => ({
    name: source?.name ?? '',
    description: source?.description ?? '',
    kind: source?.kind ?? 'moonbox',
    connection: {
      ...NEW_CONNECTION,
      ...source?.connection,
      encryption: source?.connection.tls === true ? 'checked' : 'none',
    },
  }));
  const [error, setError] = useState<ApiError>();
  const [tested, setTested] = useState<Tested>();
  const { run, busy } = useAct(['/api/sources']);
  const { name, description, kind, connection } = form;
  const title = source === undefined ? t('add') : t('changeOf', { name: source.name });
  const set = (part: Partial<Form>): void => {
    setForm({ ...form, ...part });
    setTested(undefined);
  };
  const setConnection = (part: Partial<Connection>): void => set({ connection: { ...connection, ...part } });
  const content = {
    name,
    description,
    kind,
    connection:
      kind === 'moonbox'
        ? { database: connection.database }
        : { ...addressOf(connection), password: connection.password, tls: connection.encryption !== 'none' },
  };
  const send = <T,>(method: 'POST' | 'PUT', path: string, more: object, done?: string): Promise<T | undefined> => {
    setError(undefined);
    return run<T>({
      method,
      path,
      body: { ...content, ...more },
      ...(done === undefined ? {} : { done }),
      onError: async (failure) => {
        setError(failure);
        return true;
      },
    });
  };
  const test = async (): Promise<void> => {
    setTested(undefined);
    // The password that is kept goes along, as long as it is for the same place.
    setTested(await send<Tested>('POST', '/api/sources/test', source === undefined ? {} : { id: source.id }));
  };
  const save = async (): Promise<void> => {
    const saved =
      source === undefined
        ? await send<Source>('POST', '/api/sources', {}, t('saved', { name }))
        : await send<Source>('PUT', `/api/sources/${source.id}`, { version: source.version }, t('saved', { name }));
    if (saved !== undefined) onClose();
  };
  return (
    <form
      className="card stack"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{title}</h2>
      {error === undefined ? null : <Reason reason={error} />}
      {source === undefined ? (
        <Radio.Group
          value={kind}
          onChange={(event) => set({ kind: event.target.value as Form['kind'] })}
          options={(['moonbox', 'postgres'] as const).map((value) => ({ value, label: t(`kindLong.${value}`) }))}
        />
      ) : null}
      <div className="form-grid">
        <Field label={t('column.name')} required>
          {(id) => (
            <Input
              id={id}
              required
              maxLength={200}
              value={name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('field.description')}>
          {(id) => <Input id={id} value={description} onChange={(event) => set({ description: event.target.value })} />}
        </Field>
        {kind === 'moonbox' ? (
          <Field label={t('field.database')} hint={t('field.databaseHint')}>
            {(id) => (
              <Input
                id={id}
                value={connection.database}
                onChange={(event) => setConnection({ database: event.target.value })}
              />
            )}
          </Field>
        ) : null}
      </div>
      {kind === 'moonbox' ? null : (
        <ConnectionFields
          connection={connection}
          isChange={source !== undefined}
          userHint={t('field.userHint')}
          encryptions={['none', 'checked']}
          error={error}
          onChange={setConnection}
        />
      )}
      {tested === undefined ? null : (
        <div aria-live="polite">
          {tested.ok ? (
            <Status
              kind="ok"
              word={t('test.fine', { name, time: formatDuration(tested.milliseconds, i18n.language) })}
            />
          ) : (
            <div className="reason broken">
              <p className="reason-message">{tell(tested.message)}</p>
              <p>{tell(tested.next)}</p>
            </div>
          )}
        </div>
      )}
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('save')}
        </Button>
        <Button disabled={busy || name === ''} onClick={() => void test()}>
          {t('test.verb')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
