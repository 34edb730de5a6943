/** The account of whoever is signed in: name, password, language, theme. */
import type { Me } from '@rtdp/davinci-api/client';
import { Alert, App, Button, Form, Input, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, api } from '../../api/client.ts';
import { updateUser, useSession } from '../../api/session.ts';
import { type ThemeChoice, useAppearance } from '../../shell/appearance.tsx';
import type { Language } from '../../shell/device-choices.ts';
import { Link } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import './account.css';

export default function AccountPage() {
  const { t } = useTranslation('account');
  const user = useSession()?.user;
  if (user === undefined) return null;
  return (
    <Page title={t('title')} description={`${user.email} · ${user.organisation.name} · ${t(`roles.${user.role}`)}`}>
      <div className="account">
        <NameForm user={user} />
        <Looks user={user} />
        <PasswordForm user={user} />
        <GatewayPassword />
      </div>
    </Page>
  );
}

/** The way to it for everybody: viewers have no queries to look at in their menu. */
function GatewayPassword(): ReactNode {
  const { t } = useTranslation('account');
  return (
    <section className="card">
      <h2>{t('gatewayTitle')}</h2>
      <p className="account-note">{t('gateway')}</p>
      <Link to="/queries?tab=connect">{t('gatewayGo')}</Link>
    </section>
  );
}

/** Sends a change of oneself; gives what went wrong. */
function useSaving(): {
  busy: boolean;
  problem: ApiError | undefined;
  save: (act: () => Promise<void>) => Promise<void>;
} {
  const { t } = useTranslation('account');
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError>();
  const save = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await act();
      message.success(t('saved'));
    } catch (error) {
      setProblem(
        error instanceof ApiError ? error : new ApiError(0, { code: 'WEB_UNEXPECTED', message: String(error) }),
      );
    }
    setBusy(false);
  };
  return { busy, problem, save };
}

function Problem({ problem }: { problem: ApiError | undefined }): ReactNode {
  return problem === undefined ? null : (
    <Alert type="error" showIcon role="alert" title={problem.message} description={problem.next} />
  );
}

function NameForm({ user }: { user: Me }): ReactNode {
  const { t } = useTranslation('account');
  const { busy, problem, save } = useSaving();
  return (
    <section className="card">
      <h2>{t('nameTitle')}</h2>
      <Form
        layout="vertical"
        initialValues={{ name: user.name }}
        disabled={busy}
        onFinish={({ name }: { name: string }) =>
          save(async () => updateUser(await api<Me>('/api/me', { method: 'PATCH', body: { name } })))
        }
      >
        <Problem problem={problem} />
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameNeeded') }]}
        >
          <Input maxLength={200} autoComplete="name" />
        </Form.Item>
        <Button htmlType="submit" type="primary" loading={busy}>
          {t('save')}
        </Button>
      </Form>
    </section>
  );
}

function Looks({ user }: { user: Me }): ReactNode {
  const { t } = useTranslation(['account', 'shell']);
  const appearance = useAppearance();
  const { problem, save } = useSaving();
  const keep = (part: Partial<Pick<Me, 'language' | 'theme'>>) =>
    save(async () => updateUser(await api<Me>('/api/me', { method: 'PATCH', body: part })));
  return (
    <section className="card">
      <h2>{t('looks')}</h2>
      <div className="stack">
        <Problem problem={problem} />
        <div className="account-line">
          <span>{t('shell:looks.language')}</span>
          <Segmented
            aria-label={t('shell:looks.language')}
            value={appearance.language}
            options={[
              { value: 'en', label: 'English' },
              { value: 'zh', label: '中文' },
            ]}
            onChange={(language: Language) => {
              appearance.setLanguage(language);
              if (user.language !== language) void keep({ language });
            }}
          />
        </div>
        <div className="account-line">
          <span>{t('shell:looks.theme')}</span>
          <Segmented
            aria-label={t('shell:looks.theme')}
            value={appearance.theme}
            options={(['light', 'dark', 'system'] as const).map((each) => ({
              value: each,
              label: t(`shell:looks.${each}`),
            }))}
            onChange={(theme: ThemeChoice) => {
              appearance.setTheme(theme);
              if (user.theme !== theme) void keep({ theme });
            }}
          />
        </div>
        <div className="account-line">
          <span>{t('shell:looks.density')}</span>
          <Segmented
            aria-label={t('shell:looks.density')}
            value={appearance.density}
            options={(['comfortable', 'compact'] as const).map((each) => ({
              value: each,
              label: t(`shell:looks.${each}`),
            }))}
            onChange={appearance.setDensity}
          />
        </div>
      </div>
    </section>
  );
}

function PasswordForm({ user }: { user: Me }): ReactNode {
  const { t } = useTranslation('account');
  const { busy, problem, save } = useSaving();
  const [form] = Form.useForm<{ current?: string; password: string; again: string }>();
  return (
    <section className="card">
      <h2>{t('passwordTitle')}</h2>
      {user.passwordSet ? null : <p className="muted account-note">{t('noPassword')}</p>}
      <Form
        form={form}
        layout="vertical"
        disabled={busy}
        onFinish={({ current, password }) =>
          save(async () => {
            await api<void>('/api/me/password', { body: { password, ...(user.passwordSet ? { current } : {}) } });
            updateUser({ ...user, passwordSet: true });
            form.resetFields();
          })
        }
      >
        <Problem problem={problem} />
        <input
          className="visually-hidden"
          type="text"
          autoComplete="username"
          value={user.email}
          readOnly
          tabIndex={-1}
          aria-hidden="true"
        />
        {user.passwordSet ? (
          <Form.Item name="current" label={t('current')} rules={[{ required: true, message: t('currentNeeded') }]}>
            <Input.Password autoComplete="current-password" />
          </Form.Item>
        ) : null}
        <Form.Item
          name="password"
          label={t('password')}
          rules={[{ required: true, min: 10, message: t('passwordRule') }]}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('again')}
          required
          dependencies={['password']}
          rules={[
            ({ getFieldValue }) => ({
              validator: (_, value) =>
                value === getFieldValue('password') ? Promise.resolve() : Promise.reject(new Error(t('different'))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <Button htmlType="submit" type="primary" loading={busy}>
          {t('setPassword')}
        </Button>
      </Form>
    </section>
  );
}
