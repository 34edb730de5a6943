/** Decides how it is told that a page is not for the reader's role: calmly, with whom to ask, and nothing to press that would be refused. */
import { LockOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '../api/session.ts';
import { useGo } from './link.tsx';
import { Page } from './page.tsx';
import { Empty } from './states.tsx';

export function ClosedPage({ needed }: { needed: Role }): ReactNode {
  const { t } = useTranslation('shell');
  const go = useGo();
  return (
    <Page title={t('closed.title')} heading={null}>
      <Empty
        icon={<LockOutlined />}
        title={t('closed.title')}
        action={
          <Button type="primary" onClick={() => go('/')}>
            {t('missing.home')}
          </Button>
        }
      >
        {t(`closed.${needed}`)}
      </Empty>
    </Page>
  );
}
