/** Decides what is asked of a source for views: the gateway over everything, or one Postgres directly. */
import type { Source } from '@rtdp/davinci-api/client';
import { Button, Checkbox, Input, InputNumber, Radio } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { Field } from '../console/field.tsx';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';

interface Form {
  name: string;
  description: string;
  kind: Source['kind'];
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  tls: boolean;
}

export function DataSourceForm({ source, onClose }: { source?: Source; onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-data');
  const [form, setForm] = useState<Form>(() => ({
    name: source?.name ?? '',
    description: source?.description ?? '',
    kind: source?.kind ?? 'moonbox',
    host: source?.connection.host ?? '',
    port: source?.connection.port ?? 5432,
    database: source?.connection.database ?? '',
    user: source?.connection.user ?? '',
    password: '',
    tls: source?.connection.tls ?? false,
  }));
  const [error, setError] = useState<ApiError>();
  const { run, busy } = useAct(['/api/sources']);
  const set = (part: Partial<Form>): void => setForm({ ...form, ...part });
  const save = async (): Promise<void> => {
    setError(undefined);
    const { name, description, kind, host, port, database, user, password, tls } = form;
    const answer = await run<Source>({
      method: source === undefined ? 'POST' : 'PUT',
      path: source === undefined ? '/api/sources' : `/api/sources/${source.id}`,
      body: {
        name,
        description,
        kind,
        connection: kind === 'moonbox' ? { database } : { host, port, database, user, password, tls },
        ...(source === undefined ? {} : { version: source.version }),
      },
      done: t('saved', { name }),
      onError: async (failure) => {
        setError(failure);
        return true;
      },
    });
    if (answer !== undefined) onClose();
  };
  return (
    <form
      className="card stack"
      aria-label={source === undefined ? t('add') : t('changeOf', { name: source.name })}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{source === undefined ? t('add') : t('changeOf', { name: source.name })}</h2>
      {error === undefined ? null : <Reason reason={error} />}
      {source === undefined ? (
        <Radio.Group
          value={form.kind}
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
              value={form.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('field.description')}>
          {(id) => (
            <Input id={id} value={form.description} onChange={(event) => set({ description: event.target.value })} />
          )}
        </Field>
        <Field
          label={t('field.database')}
          required={form.kind === 'postgres'}
          hint={form.kind === 'moonbox' ? t('field.databaseHint') : undefined}
        >
          {(id) => (
            <Input
              id={id}
              required={form.kind === 'postgres'}
              value={form.database}
              onChange={(event) => set({ database: event.target.value })}
            />
          )}
        </Field>
        {form.kind === 'moonbox' ? null : (
          <>
            <Field label={t('field.host')} required>
              {(id) => (
                <Input id={id} required value={form.host} onChange={(event) => set({ host: event.target.value })} />
              )}
            </Field>
            <Field label={t('field.port')} required>
              {(id) => (
                <InputNumber
                  id={id}
                  min={1}
                  max={65535}
                  value={form.port}
                  onChange={(port) => set({ port: port ?? 5432 })}
                />
              )}
            </Field>
            <Field label={t('field.user')} required hint={t('field.userHint')}>
              {(id) => (
                <Input
                  id={id}
                  required
                  autoComplete="off"
                  value={form.user}
                  onChange={(event) => set({ user: event.target.value })}
                />
              )}
            </Field>
            <Field
              label={t('field.password')}
              hint={source === undefined ? t('field.passwordSealed') : t('field.passwordKept')}
            >
              {(id) => (
                <Input.Password
                  id={id}
                  autoComplete="new-password"
                  value={form.password}
                  onChange={(event) => set({ password: event.target.value })}
                />
              )}
            </Field>
          </>
        )}
      </div>
      {form.kind === 'moonbox' ? null : (
        <Checkbox checked={form.tls} onChange={(event) => set({ tls: event.target.checked })}>
          {t('field.tls')}
        </Checkbox>
      )}
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('save')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
