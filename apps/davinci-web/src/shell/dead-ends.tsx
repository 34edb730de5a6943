/** Decides how it is told, in the frame from which everything else is reached, that a page cannot be shown: it is not there, or not for the reader's role. */
import { CompassOutlined, LockOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Role } from '../api/session.ts';
import { useGo } from './link.tsx';
import { Page } from './page.tsx';
import { Empty } from './states.tsx';

/** The address shows no page. */
export function MissingPage(): ReactNode {
  const { t } = useTranslation('shell');
  return (
    <DeadEnd icon={<CompassOutlined />} title={t('missing.title')}>
      {t('missing.text')}
    </DeadEnd>
  );
}

/** Of what the address names there is none; the way back leads to the list of those there are. */
export function MissingThing({ title, back }: { title: string; back: Way }): ReactNode {
  return (
    <Page title={title} heading={null}>
      <NoSuch title={title} back={back} />
    </Page>
  );
}

/** The same within a page that stands already. */
export function NoSuch({ title, back }: { title: string; back: Way }): ReactNode {
  const { t } = useTranslation('shell');
  return (
    <Dead icon={<CompassOutlined />} title={title} way={back}>
      {t('missing.text')}
    </Dead>
  );
}

/** Calmly, with whom to ask, and nothing to press that would be refused. */
export function ClosedPage({ needed }: { needed: Role }): ReactNode {
  const { t } = useTranslation('shell');
  return (
    <DeadEnd icon={<LockOutlined />} title={t('closed.title')}>
      {t(`closed.${needed}`)}
    </DeadEnd>
  );
}

interface Way {
  label: string;
  to: string;
}

interface DeadProps {
  icon: ReactNode;
  title: string;
  /** Home, where nothing is nearer. */
  way?: Way;
  children: ReactNode;
}

function DeadEnd(props: DeadProps): ReactNode {
  return (
    <Page title={props.title} heading={null}>
      <Dead {...props} />
    </Page>
  );
}

function Dead({ icon, title, way, children }: DeadProps): ReactNode {
  const { t } = useTranslation('shell');
  const go = useGo();
  return (
    <Empty
      icon={icon}
      title={title}
      action={
        <Button type="primary" onClick={() => go(way?.to ?? '/')}>
          {way?.label ?? t('missing.home')}
        </Button>
      }
    >
      {children}
    </Empty>
  );
}
