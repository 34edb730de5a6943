/** The people of the organisation: who may do what, invited, changed and switched off by an administrator. */
import { MoreOutlined, PlusOutlined, TeamOutlined } from '@ant-design/icons';
import type { RoleName, User } from '@rtdp/davinci-api/client';
import { App, Button, Dropdown, Form, Input, Modal, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, api } from '../../api/client.ts';
import { useSession } from '../../api/session.ts';
import { type List, useApi, useChange } from '../../api/use-api.ts';
import { Page } from '../../shell/page.tsx';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useFirstField } from '../../shell/use-first-field.ts';
import { useTell } from '../../shell/use-tell.ts';
import { ListTable } from '../console/list-table.tsx';
import { Statement } from '../console/statement.tsx';
import './users.css';

const ROLES: readonly RoleName[] = ['viewer', 'editor', 'admin'];

export default function UsersPage() {
  const { t } = useTranslation('users');
  const tell = useTell();
  const { notification, modal } = App.useApp();
  const me = useSession()?.user.id;
  const [adding, setAdding] = useUrlState('new', '');
  const users = useApi<List<User>>('/api/users');
  const change = useChange(['/api/users']);
  const patch = async (user: User, part: Partial<Pick<User, 'role' | 'disabled'>>) => {
    try {
      await change.mutateAsync({ path: `/api/users/${user.id}`, method: 'PATCH', body: part });
    } catch (error) {
      const { message, next } = error as ApiError;
      notification.error({ title: tell(message), description: tell(next) });
    }
  };
  const link = async (user: User, forgetPassword: boolean) => {
    try {
      const body = { email: user.email, forgetPassword };
      const { code } = await api<{ code: string }>('/api/session/links', { body });
      const title = t('linkTitle', { name: user.name });
      modal.info({
        title,
        content: (
          <>
            <p className="muted">
              {t('linkText')} {forgetPassword ? t('forgottenText') : null}
            </p>
            <Statement
              text={`${window.location.origin}/login${forgetPassword ? '?from=%2Faccount' : ''}#code=${code}`}
              label={title}
            />
          </>
        ),
      });
    } catch (error) {
      const { message, next } = error as ApiError;
      notification.error({ title: tell(message), description: tell(next) });
    }
  };
  const forget = (user: User) =>
    modal.confirm({
      title: t('forgetTitle', { name: user.name }),
      content: t('forgetText'),
      okText: t('forgetDo'),
      onOk: () => link(user, true),
    });
  const act = (key: string, user: User): void => {
    if (key === 'link') void link(user, false);
    else if (key === 'forget') forget(user);
    else void patch(user, { disabled: !user.disabled });
  };
  const isAlone = users.data?.items.every(({ id }) => id === me) ?? false;
  return (
    <Page
      title={t('title')}
      description={t('description')}
      // Where there is nobody else yet, it stands where that is told.
      actions={
        isAlone ? undefined : (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding('1')}>
            {t('add')}
          </Button>
        )
      }
    >
      <Answer query={users} shape="lines">
        {({ items }) => (
          <>
            {items.length === 0 ? null : (
              <ListTable
                label={t('title')}
                rows={items}
                rowKey={({ id }) => id}
                firstSort={{ key: 'name', direction: 'ascending' }}
                columns={[
                  { key: 'name', title: t('name'), sort: ({ name }) => name, cell: ({ name }) => name },
                  {
                    key: 'email',
                    title: t('email'),
                    wide: true,
                    sort: ({ email }) => email,
                    cell: ({ email }) => <span title={email}>{email}</span>,
                  },
                  {
                    key: 'role',
                    title: t('role'),
                    sort: ({ role }) => ROLES.indexOf(role),
                    cell: (user) =>
                      // Nobody takes a role from themselves.
                      user.id === me ? (
                        <span title={t('ownRole')}>{t(`roles.${user.role}`)}</span>
                      ) : (
                        <Select
                          className="user-role"
                          aria-label={`${t('role')}: ${user.name}`}
                          size="small"
                          value={user.role}
                          options={ROLES.map((each) => ({ value: each, label: t(`roles.${each}`) }))}
                          onChange={(next: RoleName) => void patch(user, { role: next })}
                        />
                      ),
                  },
                  {
                    key: 'state',
                    title: t('state'),
                    cell: ({ disabled }) => (
                      <Status kind={disabled ? 'paused' : 'ok'} word={t(disabled ? 'disabled' : 'active')} />
                    ),
                  },
                  {
                    key: 'seen',
                    title: t('lastSeen'),
                    sort: ({ lastSeenAt }) => lastSeenAt,
                    cell: ({ lastSeenAt }) => <When at={lastSeenAt} />,
                  },
                  {
                    key: 'actions',
                    title: t('actions'),
                    quiet: true,
                    align: 'end',
                    cell: (user) => (
                      <Dropdown
                        trigger={['click']}
                        menu={{
                          items: [
                            { key: 'link', label: t('link'), disabled: user.disabled },
                            { key: 'forget', label: t('forget'), disabled: user.disabled || user.id === me },
                            {
                              key: 'disable',
                              label: t(user.disabled ? 'enable' : 'disable'),
                              disabled: user.id === me,
                              danger: !user.disabled,
                            },
                          ],
                          onClick: ({ key }) => act(key, user),
                        }}
                      >
                        <Button
                          type="text"
                          size="small"
                          icon={<MoreOutlined />}
                          aria-label={`${t('actions')}: ${user.name}`}
                        />
                      </Dropdown>
                    ),
                  },
                ]}
              />
            )}
            {isAlone ? (
              <Empty
                icon={<TeamOutlined />}
                title={t('empty.title')}
                action={
                  <Button type="primary" onClick={() => setAdding('1')}>
                    {t('add')}
                  </Button>
                }
              >
                {t('empty.text')}
              </Empty>
            ) : null}
          </>
        )}
      </Answer>
      {adding === '' ? null : (
        <AddUser
          onClose={() => setAdding(undefined)}
          onAdded={(user) => {
            setAdding(undefined);
            void link(user, false);
          }}
        />
      )}
    </Page>
  );
}

function AddUser({ onClose, onAdded }: { onClose: () => void; onAdded: (user: User) => void }): ReactNode {
  const { t } = useTranslation('users');
  const change = useChange<User>(['/api/users']);
  const [problem, setProblem] = useState<ApiError>();
  const { field, afterOpenChange } = useFirstField();
  const [form] = Form.useForm<{ email: string; name: string; role: RoleName }>();
  return (
    <Modal
      open
      title={t('add')}
      okText={t('add')}
      confirmLoading={change.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterOpenChange={afterOpenChange}
      destroyOnHidden
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={{ role: 'viewer' }}
        onFinish={(values) =>
          change
            .mutateAsync({ path: '/api/users', method: 'POST', body: values })
            .then(onAdded, (error: ApiError) => setProblem(error))
        }
      >
        <Form.Item
          name="email"
          label={t('email')}
          rules={[{ required: true, type: 'email', message: t('emailNeeded') }]}
          {...(problem === undefined ? {} : { help: problem.message, validateStatus: 'error' as const })}
        >
          <Input ref={field} />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameNeeded') }]}
        >
          <Input />
        </Form.Item>
        <Form.Item name="role" label={t('role')} extra={t('addHint')}>
          <Select
            options={ROLES.map((each) => ({ value: each, label: `${t(`roles.${each}`)} – ${t(`may.${each}`)}` }))}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
