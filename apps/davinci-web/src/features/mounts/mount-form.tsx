/** Decides what is asked to put a database behind the gateway; it is tested and read before it is kept. */
import type { MountView } from '@rtdp/moonbox/client';
import { Button, Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { moonboxPath } from '../console/console-api.ts';
import { Field } from '../console/field.tsx';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';

interface Form {
  name: string;
  kind: 'postgres' | 'mysql';
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  tls: 'disable' | 'require' | 'verify-full';
  schemas: string[];
  readableBy: ('admin' | 'editor' | 'viewer')[];
}

const NEW: Form = {
  name: '',
  kind: 'postgres',
  host: '',
  port: 5432,
  database: '',
  user: '',
  password: '',
  tls: 'disable',
  schemas: [],
  readableBy: ['admin', 'editor', 'viewer'],
};

export function MountForm({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-queries');
  const [form, setForm] = useState<Form>(NEW);
  const [error, setError] = useState<ApiError>();
  const { run, busy } = useAct([moonboxPath('mounts'), moonboxPath('databases'), '/api/sources']);
  const set = (part: Partial<Form>): void => setForm({ ...form, ...part });
  const isNameFine = form.name === '' || /^[a-z_][a-z0-9_]{0,62}$/.test(form.name);
  const mount = async (): Promise<void> => {
    setError(undefined);
    const { name, kind, schemas, readableBy, ...connection } = form;
    const answer = await run<MountView>({
      method: 'POST',
      path: moonboxPath('mounts'),
      body: { name, kind, connection, readableBy, ...(schemas.length === 0 ? {} : { schemas }) },
      done: t('mounts.added', { name }),
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
      aria-label={t('mounts.add')}
      onSubmit={(event) => {
        event.preventDefault();
        void mount();
      }}
    >
      <h2>{t('mounts.add')}</h2>
      {error === undefined ? null : <Reason reason={error} />}
      <div className="form-grid">
        <Field
          label={t('mounts.field.name')}
          required
          hint={t('mounts.field.nameHint')}
          problem={isNameFine ? undefined : t('mounts.field.nameProblem')}
        >
          {(id) => <Input id={id} required value={form.name} onChange={(event) => set({ name: event.target.value })} />}
        </Field>
        <Field label={t('mounts.column.kind')}>
          {(id) => (
            <Select
              id={id}
              value={form.kind}
              onChange={(kind) => set({ kind, port: kind === 'mysql' ? 3306 : 5432 })}
              options={(['postgres', 'mysql'] as const).map((value) => ({ value, label: t(`mounts.kind.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t('mounts.field.host')} required>
          {(id) => <Input id={id} required value={form.host} onChange={(event) => set({ host: event.target.value })} />}
        </Field>
        <Field label={t('mounts.field.port')} required>
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
        <Field label={t('mounts.field.database')} required>
          {(id) => (
            <Input id={id} required value={form.database} onChange={(event) => set({ database: event.target.value })} />
          )}
        </Field>
        <Field label={t('mounts.field.user')} required hint={t('mounts.field.userHint')}>
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
        <Field label={t('mounts.field.password')} hint={t('mounts.field.passwordHint')}>
          {(id) => (
            <Input.Password
              id={id}
              autoComplete="new-password"
              value={form.password}
              onChange={(event) => set({ password: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('mounts.field.tls')}>
          {(id) => (
            <Select
              id={id}
              value={form.tls}
              onChange={(tls) => set({ tls })}
              options={(['disable', 'require', 'verify-full'] as const).map((value) => ({
                value,
                label: t(`mounts.tls.${value}`),
              }))}
            />
          )}
        </Field>
        <Field label={t('mounts.field.schemas')} hint={t('mounts.field.schemasHint')}>
          {(id) => (
            <Select
              id={id}
              mode="tags"
              open={false}
              suffixIcon={null}
              value={form.schemas}
              onChange={(schemas: string[]) => set({ schemas })}
            />
          )}
        </Field>
        <Field label={t('mounts.field.readableBy')} hint={t('mounts.field.readableByHint')}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              value={form.readableBy}
              onChange={(readableBy) => set({ readableBy })}
              options={(['admin', 'editor', 'viewer'] as const).map((value) => ({ value, label: t(`role.${value}`) }))}
            />
          )}
        </Field>
      </div>
      <div className="row">
        <Button type="primary" htmlType="submit" loading={busy} disabled={!isNameFine}>
          {t('mounts.test')}
        </Button>
        <Button onClick={onClose}>{t('close')}</Button>
      </div>
    </form>
  );
}
