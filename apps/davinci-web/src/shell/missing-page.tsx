/** Decides how it is told that an address shows no page: in the frame, from which everything else is reached. */
import { CompassOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useGo } from './link.tsx';
import { Page } from './page.tsx';
import { Empty } from './states.tsx';

export function MissingPage(): ReactNode {
  const { t } = useTranslation('shell');
  const go = useGo();
  return (
    <Page title={t('missing.title')} heading={null}>
      <Empty
        icon={<CompassOutlined />}
        title={t('missing.title')}
        action={
          <Button type="primary" onClick={() => go('/')}>
            {t('missing.home')}
          </Button>
        }
      >
        {t('missing.text')}
      </Empty>
    </Page>
  );
}
