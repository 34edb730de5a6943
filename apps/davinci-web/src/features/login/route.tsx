/** The login: by e-mail and password, or by the code of a login link. */
import { Alert, Button, Form, Input } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { currentSession, signIn, signInByLink } from '../../api/session.ts';
import { useGo } from '../../shell/link.tsx';
import { asSentence } from '../../shell/sentence.ts';
import { Loading } from '../../shell/states.tsx';
import { useTell } from '../../shell/use-tell.ts';
import './login.css';

/** Where to go afterwards: only inside of this application. */
function destination(): string {
  const from = new URLSearchParams(window.location.search).get('from') ?? '/';
  return from.startsWith('/') && !from.startsWith('//') && !from.startsWith('/\\') && !from.startsWith('/login')
    ? from
    : '/';
}

export default function LoginPage() {
  const { t } = useTranslation('login');
  const tell = useTell();
  const go = useGo();
  const [error, setError] = useState<ApiError>();
  const [byLink, setByLink] = useState(false);
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState(() => new URLSearchParams(window.location.hash.slice(1)).get('code') ?? undefined);
  const began = useRef(false);

  useEffect(() => {
    document.title = `${t('title')} · Davinci`;
  }, [t]);

  useEffect(() => {
    if (code === undefined) {
      if (currentSession() !== undefined) go(destination(), { replace: true });
      return;
    }
    // A code is good once: it leaves the address before anybody can reload or share it.
    if (began.current) return;
    began.current = true;
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    signInByLink(code).then(
      () => go(destination(), { replace: true }),
      (reason: unknown) => {
        setError(asApiError(reason));
        setByLink(true);
        setCode(undefined);
      },
    );
  }, [code, go]);

  const submit = async ({ email, password }: { email: string; password: string }) => {
    setBusy(true);
    setError(undefined);
    setByLink(false);
    try {
      await signIn(email, password);
      go(destination(), { replace: true });
    } catch (reason) {
      setError(asApiError(reason));
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <div className="login-card">
        <div className="login-brand">
          <img src="/icon.svg" alt="" />
          <h1>Davinci</h1>
        </div>
        <p className="muted">{t('text')}</p>
        {code !== undefined ? (
          <div className="login-wait">
            <Loading shape="lines" lines={3} />
          </div>
        ) : (
          <Form layout="vertical" requiredMark={false} onFinish={submit} disabled={busy}>
            {error === undefined ? null : (
              <Alert
                type="error"
                showIcon
                role="alert"
                title={error.code === 'WEB_UNREACHABLE' ? t('unreachable') : asSentence(tell(error.message))}
                description={
                  error.code === 'WEB_UNREACHABLE' ? (
                    t('unreachableNext')
                  ) : byLink && error.code === 'DAVINCI_LOGIN_FAILED' ? (
                    <>
                      <p>{t('newLink')}</p>
                      <p>{t('newLinkHere')}</p>
                      <code>npm run -s rtdp -- login</code>
                    </>
                  ) : (
                    tell(error.next)
                  )
                }
              />
            )}
            <Form.Item name="email" label={t('email')} rules={[{ required: true, message: t('emailNeeded') }]}>
              <Input size="large" autoFocus autoComplete="username" inputMode="email" />
            </Form.Item>
            <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('passwordNeeded') }]}>
              <Input.Password size="large" autoComplete="current-password" />
            </Form.Item>
            <Button type="primary" htmlType="submit" size="large" block loading={busy}>
              {t('submit')}
            </Button>
            <p className="faint small login-hint">{t('hint')}</p>
          </Form>
        )}
      </div>
    </main>
  );
}

function asApiError(reason: unknown): ApiError {
  if (reason instanceof ApiError) return reason;
  return new ApiError(0, {
    code: 'WEB_UNEXPECTED',
    message: reason instanceof Error ? reason.message : String(reason),
  });
}
