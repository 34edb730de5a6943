/** Decides how it is said who may see which rows and columns of a view; as soon as one role is named, a role that is not sees nothing. */
import type { ModelColumn, ViewRights } from '@rtdp/davinci-api/client';
import { Input, Segmented, Select, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../console/field.tsx';

const ROLES = ['admin', 'editor', 'viewer'] as const;

export function RightsPanel(props: {
  rights: ViewRights;
  model: readonly ModelColumn[];
  /** Whose filter the source does not take, and why. */
  refused: { role: string; why: string } | undefined;
  onChange: (rights: ViewRights) => void;
  isReadOnly: boolean;
}): ReactNode {
  const { t } = useTranslation('views');
  const { rights, model, refused, onChange, isReadOnly } = props;
  const isOpen = Object.keys(rights).length === 0;
  const set = (role: (typeof ROLES)[number], entry: ViewRights['admin'] | undefined): void => {
    const { [role]: _before, ...others } = rights;
    onChange(entry === undefined ? others : { ...others, [role]: entry });
  };
  return (
    <div className="stack">
      <Segmented
        block
        disabled={isReadOnly}
        aria-label={t('rights.title')}
        value={isOpen ? 'all' : 'roles'}
        onChange={(value) =>
          onChange(
            value === 'all'
              ? {}
              : { admin: { hiddenColumns: [] }, editor: { hiddenColumns: [] }, viewer: { hiddenColumns: [] } },
          )
        }
        options={[
          { value: 'all', label: t('rights.all') },
          { value: 'roles', label: t('rights.roles') },
        ]}
      />
      {isOpen ? (
        <p className="muted small">{t('rights.allHint')}</p>
      ) : (
        <p className="muted small">{t('rights.rolesHint')}</p>
      )}
      {isOpen
        ? null
        : ROLES.map((role) => {
            const entry = rights[role];
            return (
              <fieldset key={role} className="card stack tight" disabled={isReadOnly}>
                <legend className="row">
                  {t(`rights.role.${role}`)}
                  <Switch
                    size="small"
                    disabled={isReadOnly}
                    checked={entry !== undefined}
                    aria-label={t('rights.may', { role: t(`rights.role.${role}`) })}
                    onChange={(checked) => set(role, checked ? { hiddenColumns: [] } : undefined)}
                  />
                </legend>
                {entry === undefined ? (
                  <p className="muted small">{t('rights.nothing')}</p>
                ) : (
                  <>
                    <Field
                      label={t('rights.filter')}
                      hint={t('rights.filterHint')}
                      problem={refused?.role === role ? refused.why : undefined}
                    >
                      {(id) => (
                        <Input.TextArea
                          id={id}
                          {...(refused?.role === role ? { status: 'error' as const, 'aria-invalid': true } : {})}
                          className="mono"
                          autoSize={{ minRows: 1, maxRows: 6 }}
                          value={entry.filter ?? ''}
                          placeholder="region = 'north' and owner = :user_email"
                          onChange={(event) => {
                            const { filter: _before, ...rest } = entry;
                            set(role, event.target.value === '' ? rest : { ...rest, filter: event.target.value });
                          }}
                        />
                      )}
                    </Field>
                    <Field label={t('rights.hidden')}>
                      {(id) => (
                        <Select
                          id={id}
                          mode="multiple"
                          disabled={isReadOnly}
                          value={entry.hiddenColumns}
                          onChange={(hiddenColumns: string[]) => set(role, { ...entry, hiddenColumns })}
                          options={model.map(({ column, label }) => ({ value: column, label: label || column }))}
                        />
                      )}
                    </Field>
                  </>
                )}
              </fieldset>
            );
          })}
    </div>
  );
}
