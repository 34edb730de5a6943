/** Decides how one field of a connection stands in a form: with its name, its hint, and what the server said against it. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type ConnectionField, connectionField } from './connection.ts';
import { Field } from './field.tsx';

export function ConnectionPart(props: {
  name: ConnectionField;
  required?: boolean;
  hint?: string | undefined;
  error?: { facts: Record<string, unknown> } | undefined;
  children: (id: string, status: '' | 'error') => ReactNode;
}): ReactNode {
  const { t } = useTranslation('console');
  const { name, required = false, hint, error } = props;
  const isMeant = error !== undefined && connectionField(error) === name;
  return (
    <Field
      label={t(`connection.${name}`)}
      required={required}
      {...(hint === undefined ? {} : { hint })}
      problem={isMeant ? t(`connection.problem.${name}`) : undefined}
    >
      {(id) => props.children(id, isMeant ? 'error' : '')}
    </Field>
  );
}
