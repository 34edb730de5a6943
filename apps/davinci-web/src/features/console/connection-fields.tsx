/** Decides how a connection to a database server is asked for, wherever it is: one address to paste, or its parts, with an error at the field it means. */
import { Input, InputNumber, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type Connection,
  DEFAULT_PORTS,
  ENCRYPTIONS,
  type Encryption,
  readAddress,
  type ServerKind,
} from './connection.ts';
import { ConnectionPart } from './connection-part.tsx';
import { Field } from './field.tsx';

export interface ConnectionFieldsProps {
  connection: Connection;
  onChange: (part: Partial<Connection>) => void;
  kind?: ServerKind;
  /** What the role must be able to do. */
  userHint?: string;
  /** An empty password keeps the one there is. */
  isChange?: boolean;
  encryptions?: readonly Encryption[];
  /** Where an authority of one's own may be given. */
  mayNameAuthority?: boolean;
  /** The last answer, told at the field it means. */
  error?: { facts: Record<string, unknown> } | undefined;
}

export function ConnectionFields(props: ConnectionFieldsProps): ReactNode {
  const { t } = useTranslation('console');
  const { connection, onChange, kind = 'postgres', isChange = false, encryptions = ENCRYPTIONS, error } = props;
  const [address, setAddress] = useState('');
  const text = (name: 'host' | 'database' | 'user', hint?: string): ReactNode => (
    <ConnectionPart name={name} required hint={hint} error={error}>
      {(id, status) => (
        <Input
          id={id}
          required
          autoComplete="off"
          status={status}
          value={connection[name]}
          onChange={(event) => onChange({ [name]: event.target.value })}
        />
      )}
    </ConnectionPart>
  );
  return (
    <div className="stack">
      <Field label={t('connection.address')} hint={t('connection.addressHint')}>
        {(id) => (
          <Input
            id={id}
            value={address}
            placeholder={`${kind}://user:password@host:${DEFAULT_PORTS[kind]}/database`}
            autoComplete="off"
            onChange={(event) => {
              setAddress(event.target.value);
              const parts = readAddress(event.target.value, kind);
              if (parts !== undefined) onChange(parts);
            }}
          />
        )}
      </Field>
      <div className="form-grid">
        {text('host')}
        <ConnectionPart name="port" required error={error}>
          {(id, status) => (
            <InputNumber
              id={id}
              min={1}
              max={65535}
              status={status}
              value={connection.port}
              onChange={(port) => onChange({ port: port ?? DEFAULT_PORTS[kind] })}
            />
          )}
        </ConnectionPart>
        {text('database')}
        {text('user', props.userHint)}
        <ConnectionPart
          name="password"
          hint={isChange ? t('connection.passwordKept') : t('connection.passwordSealed')}
          error={error}
        >
          {(id, status) => (
            <Input.Password
              id={id}
              autoComplete="new-password"
              status={status}
              value={connection.password}
              onChange={(event) => onChange({ password: event.target.value })}
            />
          )}
        </ConnectionPart>
        <ConnectionPart name="encryption" error={error}>
          {(id) => (
            <Select
              id={id}
              value={connection.encryption}
              onChange={(encryption) => onChange({ encryption })}
              options={encryptions.map((value) => ({ value, label: t(`connection.encryptions.${value}`) }))}
            />
          )}
        </ConnectionPart>
      </div>
      {props.mayNameAuthority && connection.encryption === 'checked' ? (
        <ConnectionPart name="certificateAuthority" hint={t('connection.authorityHint')} error={error}>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize={{ minRows: 3, maxRows: 8 }}
              value={connection.certificateAuthority}
              onChange={(event) => onChange({ certificateAuthority: event.target.value })}
            />
          )}
        </ConnectionPart>
      ) : null}
    </div>
  );
}
