/** Decides how it is shown and changed who may read which tables and columns through the gateway. */
import { DeleteOutlined } from '@ant-design/icons';
import type { User } from '@rtdp/davinci-api/client';
import type { DatabaseView, GrantView, TableView } from '@rtdp/moonbox/client';
import { Button, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, useApi } from '../../api/use-api.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { moonboxPath } from '../console/console-api.ts';
import { Field } from '../console/field.tsx';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { useAct } from '../console/use-act.ts';

const ROLES = ['admin', 'editor', 'viewer'] as const;

export function GrantsTab(): ReactNode {
  const { t } = useTranslation('console-queries');
  const grants = useApi<List<GrantView>>(moonboxPath('grants'));
  const users = useApi<List<User>>('/api/users');
  const { run, busy } = useAct([moonboxPath('grants'), moonboxPath('databases')]);
  const who = ({ subject, role }: GrantView): string =>
    role !== null ? t(`role.${role}`) : (users.data?.items.find(({ id }) => id === subject)?.email ?? subject ?? '');
  const columns: ListColumn<GrantView>[] = [
    { key: 'who', title: t('grants.who'), sort: who, cell: who },
    {
      key: 'what',
      title: t('grants.what'),
      wide: true,
      sort: whatOf,
      cell: (grant) => (
        <>
          <code>{whatOf(grant)}</code>{' '}
          {grant.columns === null ? null : <span className="muted">({grant.columns.join(', ')})</span>}
        </>
      ),
    },
    { key: 'by', title: t('grants.by'), cell: ({ grantedAt }) => <When at={grantedAt} /> },
    {
      key: 'act',
      title: t('column.act'),
      quiet: true,
      cell: (grant) => (
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          disabled={busy}
          aria-label={t('grants.revoke', { who: who(grant), what: whatOf(grant) })}
          title={t('grants.revoke', { who: who(grant), what: whatOf(grant) })}
          onClick={() =>
            void run({
              method: 'DELETE',
              path: moonboxPath('grants'),
              body: {
                ...(grant.subject === null ? {} : { subject: grant.subject }),
                ...(grant.role === null ? {} : { role: grant.role }),
                database: grant.database,
                ...(grant.table === null ? {} : { table: grant.table }),
                ...(grant.columns === null ? {} : { columns: grant.columns }),
              },
              done: t('grants.revoked'),
            })
          }
        />
      ),
    },
  ];
  return (
    <div className="stack">
      <GrantForm
        users={users.data?.items ?? []}
        isBusy={busy}
        onGrant={(body) => run({ method: 'POST', path: moonboxPath('grants'), body, done: t('grants.granted') })}
      />
      <Answer
        query={grants}
        shape="lines"
        isEmpty={({ items }) => items.length === 0}
        empty={<Empty title={t('grants.empty.title')}>{t('grants.empty.text')}</Empty>}
      >
        {({ items }) => (
          <>
            <ListTable
              label={t('tab.rights')}
              rows={items}
              columns={columns}
              rowKey={(grant) =>
                JSON.stringify([grant.subject, grant.role, grant.database, grant.table, grant.columns])
              }
            />
            <p className="muted small">{t('grants.note')}</p>
          </>
        )}
      </Answer>
    </div>
  );
}

function whatOf({ database, table }: GrantView): string {
  return table === null ? `${database}.*` : `${database}.${table}`;
}

function GrantForm(props: {
  users: readonly User[];
  isBusy: boolean;
  onGrant: (body: unknown) => Promise<unknown>;
}): ReactNode {
  const { t } = useTranslation('console-queries');
  const [who, setWho] = useState<string>();
  const [database, setDatabase] = useState<string>();
  const [table, setTable] = useState<string>();
  const [columns, setColumns] = useState<string[]>([]);
  const databases = useApi<List<DatabaseView>>(moonboxPath('databases'));
  const tables = useApi<List<TableView>>(moonboxPath('databases', database ?? '', 'tables'), {
    enabled: database !== undefined,
  });
  const detail = useApi<{ columns: { name: string }[] }>(moonboxPath('tables', database ?? '', table ?? ''), {
    enabled: database !== undefined && table !== undefined,
  });
  const grant = async (): Promise<void> => {
    const [kind, id] = who!.split(' ');
    const answer = await props.onGrant({
      [kind === 'role' ? 'role' : 'subject']: id,
      database,
      ...(table === undefined ? {} : { table }),
      ...(columns.length === 0 ? {} : { columns }),
    });
    if (answer !== undefined) setColumns([]);
  };
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        void grant();
      }}
    >
      <div className="form-grid">
        <Field label={t('grants.who')} required>
          {(id) => (
            <Select
              id={id}
              showSearch={{ optionFilterProp: 'label' }}
              value={who}
              onChange={setWho}
              options={[
                {
                  label: t('grants.roles'),
                  options: ROLES.map((role) => ({ value: `role ${role}`, label: t(`role.${role}`) })),
                },
                {
                  label: t('grants.people'),
                  options: props.users.map((user) => ({ value: `user ${user.id}`, label: user.email })),
                },
              ]}
            />
          )}
        </Field>
        <Field label={t('grants.database')} required>
          {(id) => (
            <Select
              id={id}
              value={database}
              onChange={(value: string) => {
                setDatabase(value);
                setTable(undefined);
                setColumns([]);
              }}
              options={(databases.data?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
            />
          )}
        </Field>
        <Field label={t('grants.table')} hint={t('grants.tableHint')}>
          {(id) => (
            <Select
              id={id}
              allowClear
              showSearch
              disabled={database === undefined}
              value={table}
              onChange={(value: string | undefined) => {
                setTable(value);
                setColumns([]);
              }}
              options={(tables.data?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
            />
          )}
        </Field>
        <Field label={t('grants.columns')} hint={t('grants.columnsHint')}>
          {(id) => (
            <Select
              id={id}
              mode="multiple"
              disabled={table === undefined}
              value={columns}
              onChange={setColumns}
              options={(detail.data?.columns ?? []).map(({ name }) => ({ value: name, label: name }))}
            />
          )}
        </Field>
      </div>
      <Button
        type="primary"
        htmlType="submit"
        loading={props.isBusy}
        disabled={who === undefined || database === undefined}
      >
        {t('grants.grant')}
      </Button>
    </form>
  );
}
