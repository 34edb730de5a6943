/** Decides what is asked to put a database behind the gateway; it is tested and read before it is kept. */
import type { MountView } from '@rtdp/moonbox/client';
import { Button, Input, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import {
  type Connection,
  DEFAULT_PORTS,
  NEW_CONNECTION,
  type ServerKind,
  tlsConnection,
} from '../console/connection.ts';
import { ConnectionFields } from '../console/connection-fields.tsx';
import { moonboxPath } from '../console/console-api.ts';
import { Field } from '../console/field.tsx';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';

interface Form {
  name: string;
  kind: ServerKind;
  connection: Connection;
  schemas: string[];
  readableBy: ('admin' | 'editor' | 'viewer')[];
}

const NEW: Form = {
  name: '',
  kind: 'postgres',
  connection: NEW_CONNECTION,
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
    const { name, kind, schemas, readableBy } = form;
    const answer = await run<MountView>({
      method: 'POST',
      path: moonboxPath('mounts'),
      body: {
        name,
        kind,
        connection: tlsConnection(form.connection),
        readableBy,
        ...(schemas.length === 0 ? {} : { schemas }),
      },
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
              onChange={(kind) => set({ kind, connection: { ...form.connection, port: DEFAULT_PORTS[kind] } })}
              options={(['postgres', 'mysql'] as const).map((value) => ({ value, label: t(`mounts.kind.${value}`) }))}
            />
          )}
        </Field>
      </div>
      <ConnectionFields
        connection={form.connection}
        kind={form.kind}
        userHint={t('mounts.field.userHint')}
        mayNameAuthority
        error={error}
        onChange={(part) => set({ connection: { ...form.connection, ...part } })}
      />
      <div className="form-grid">
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
