/** Decides what is asked of a flow besides its SQL: name, what it reads and from when, the store and table it writes. */
import type { SourceView } from '@rtdp/dbus/client';
import type { FlowView } from '@rtdp/wormhole/client';
import { AutoComplete, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import type { Connection } from '../console/connection.ts';
import { ConnectionFields } from '../console/connection-fields.tsx';
import { dbusPath, wormholePath } from '../console/console-api.ts';
import { Field } from '../console/field.tsx';
import {
  type FlowDefinitionView,
  type FlowForm,
  keepsPassword,
  type StoreConnection,
  shownConnection,
} from './flow-form.ts';

export function FlowFields(props: {
  form: FlowForm;
  isChange: boolean;
  /** The server and role whose password is kept. */
  kept?: Pick<Connection, 'host' | 'port' | 'user' | 'encryption'> | undefined;
  error: ApiError | undefined;
  onChange: (form: FlowForm) => void;
}): ReactNode {
  const { t } = useTranslation('console-flows');
  const { form, isChange, kept, error, onChange } = props;
  const sources = useApi<SourceView[]>(dbusPath('sources'));
  const flows = useApi<FlowView[]>(wormholePath('flows'));
  const set = (part: Partial<FlowForm>): void => onChange({ ...form, ...part });
  const stores = new Map<string, StoreConnection>(
    (flows.data ?? []).flatMap(({ definition }) => {
      const { connection } = (definition as FlowDefinitionView).sink;
      return connection === undefined ? [] : [[placeOf(connection), connection] as const];
    }),
  );
  const isNameFine = form.name === '' || /^[a-z][a-z0-9_-]{0,62}$/.test(form.name);
  return (
    <div className="card stack">
      <h2>{t('edit.reads')}</h2>
      <div className="form-grid">
        <Field label={t('field.name')} required problem={isNameFine ? undefined : t('field.nameProblem')}>
          {(id) => (
            <Input
              id={id}
              required
              readOnly={isChange}
              value={form.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('field.namespace')} required hint={t('field.namespaceHint')}>
          {(id) => (
            <AutoComplete
              id={id}
              value={form.namespace}
              placeholder="postgresql.shop.public.orders"
              onChange={(namespace: string) => set({ namespace })}
              options={(sources.data ?? []).map(({ source }) => ({ value: `${source}.public.*` }))}
            />
          )}
        </Field>
        <Field label={t('field.from')} hint={isChange ? t('field.fromKept') : undefined}>
          {(id) => (
            <Select
              id={id}
              disabled={isChange}
              value={form.from}
              onChange={(from) => set({ from })}
              options={(['pull', 'earliest'] as const).map((value) => ({ value, label: t(`from.${value}`) }))}
            />
          )}
        </Field>
        <Field label={t('field.description')}>
          {(id) => (
            <Input id={id} value={form.description} onChange={(event) => set({ description: event.target.value })} />
          )}
        </Field>
      </div>
      <h2>{t('edit.writes')}</h2>
      {/* The database of a flow stays as it is: only a new one has a choice. */}
      {stores.size === 0 || isChange ? null : (
        <Field label={t('field.store')} hint={t('field.storeHint')}>
          {(id) => (
            <Select
              id={id}
              placeholder={t('field.storeChoose')}
              value={stores.has(placeOf(form.connection)) ? placeOf(form.connection) : undefined}
              onChange={(key: string) => set({ connection: shownConnection(stores.get(key)!) })}
              options={[...stores.keys()].map((value) => ({ value, label: value }))}
            />
          )}
        </Field>
      )}
      <ConnectionFields
        connection={form.connection}
        isChange={kept !== undefined && keepsPassword(form.connection, kept)}
        error={error}
        onChange={(part) => set({ connection: { ...form.connection, ...part } })}
      />
      <div className="form-grid">
        <Field label={t('field.schema')} required>
          {(id) => <Input id={id} value={form.schema} onChange={(event) => set({ schema: event.target.value })} />}
        </Field>
        <Field label={t('field.table')} required hint={t('field.tableHint')}>
          {(id) => <Input id={id} value={form.table} onChange={(event) => set({ table: event.target.value })} />}
        </Field>
        <Field label={t('field.deletes')}>
          {(id) => (
            <Select
              id={id}
              value={form.deletes}
              onChange={(deletes) => set({ deletes })}
              options={(['physical', 'tombstone', 'history'] as const).map((value) => ({
                value,
                label: t(`deletes.${value}`),
              }))}
            />
          )}
        </Field>
        <Field label={t('field.onIncompatible')}>
          {(id) => (
            <Select
              id={id}
              value={form.onIncompatible}
              onChange={(onIncompatible) => set({ onIncompatible })}
              options={(['pause', 'follow'] as const).map((value) => ({ value, label: t(`onIncompatible.${value}`) }))}
            />
          )}
        </Field>
      </div>
    </div>
  );
}

function placeOf({ host, port, database }: Pick<Connection, 'host' | 'port' | 'database'>): string {
  return `${host}:${port}/${database}`;
}
