/** Decides what the first step of a registration asks: how the source is called, and where it is. */
import { Input } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { ConnectionFields } from '../console/connection-fields.tsx';
import { Field } from '../console/field.tsx';
import { proposeName, type SourceForm } from './source-form.ts';

export function NameAndConnection(props: {
  form: SourceForm;
  onChange: (form: SourceForm) => void;
  error: ApiError | undefined;
}): ReactNode {
  const { t } = useTranslation('console-sources');
  const { form, onChange, error } = props;
  const isFine = form.name === '' || /^[a-z][a-z0-9_]{0,39}$/.test(form.name);
  const proposed = proposeName(form.connection.database);
  return (
    <>
      <ConnectionFields
        connection={form.connection}
        userHint={t('field.userHint')}
        mayNameAuthority
        error={error}
        onChange={(part) => onChange({ ...form, connection: { ...form.connection, ...part } })}
      />
      <Field
        label={t('field.name')}
        hint={proposed === '' ? t('field.nameHint') : t('field.nameProposed', { name: proposed })}
        problem={isFine ? undefined : t('field.nameProblem')}
      >
        {(id) => (
          <Input
            id={id}
            value={form.name}
            placeholder={proposed}
            status={isFine ? '' : 'error'}
            onChange={(event) => onChange({ ...form, name: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
