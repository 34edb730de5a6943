/** Decides how a connection to a database server is asked for: one address to paste, or its parts. */
import { Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../console/field.tsx';
import { readAddress, type SourceForm } from './source-form.ts';

export function ConnectionFields(props: {
  form: SourceForm;
  onChange: (form: SourceForm) => void;
  /** An empty password keeps the one there is. */
  isChange?: boolean;
}): ReactNode {
  const { t } = useTranslation('console-sources');
  const { form, onChange, isChange = false } = props;
  const [address, setAddress] = useState('');
  const set = (part: Partial<SourceForm>): void => onChange({ ...form, ...part });
  return (
    <div className="stack">
      <Field label={t('field.address')} hint={t('field.addressHint')}>
        {(id) => (
          <Input
            id={id}
            value={address}
            placeholder="postgres://user:password@host:5432/database"
            autoComplete="off"
            onChange={(event) => {
              setAddress(event.target.value);
              const parts = readAddress(event.target.value);
              if (parts !== undefined) set(parts);
            }}
          />
        )}
      </Field>
      <div className="form-grid">
        <Field label={t('field.host')} required>
          {(id) => <Input id={id} required value={form.host} onChange={(event) => set({ host: event.target.value })} />}
        </Field>
        <Field label={t('field.port')} required>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={65535}
              value={form.port}
              onChange={(value) => set({ port: value ?? 5432 })}
            />
          )}
        </Field>
        <Field label={t('field.database')} required>
          {(id) => (
            <Input id={id} required value={form.database} onChange={(event) => set({ database: event.target.value })} />
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
        <Field label={t('field.password')} hint={isChange ? t('field.passwordKept') : t('field.passwordSealed')}>
          {(id) => (
            <Input.Password
              id={id}
              autoComplete="new-password"
              value={form.password}
              onChange={(event) => set({ password: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('field.ssl')}>
          {(id) => (
            <Select
              id={id}
              value={form.ssl}
              onChange={(ssl) => set({ ssl })}
              options={(['disable', 'require', 'verify-full'] as const).map((value) => ({
                value,
                label: t(`ssl.${value}`),
              }))}
            />
          )}
        </Field>
      </div>
      {form.ssl === 'verify-full' ? (
        <Field label={t('field.authority')} hint={t('field.authorityHint')}>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize={{ minRows: 3, maxRows: 8 }}
              value={form.sslCertificateAuthority}
              onChange={(event) => set({ sslCertificateAuthority: event.target.value })}
            />
          )}
        </Field>
      ) : null}
    </div>
  );
}
