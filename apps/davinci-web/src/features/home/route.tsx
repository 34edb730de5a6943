/** The first page: a password to set where there is none, what is live, what is broken with its next step, and the dashboards that were last changed. */
import { DashboardOutlined } from '@ant-design/icons';
import type { DashboardSummary } from '@rtdp/davinci-api/client';
import { Alert, Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { brokenDashboards } from '../health/find-problems.ts';
import { ProblemList } from '../health/problems.tsx';
import { useViewStates } from '../health/use-view-states.ts';
import './home.css';

/** How many dashboards stand here. */
const MOST_RECENT = 6;
/** How many problems; the page of all has the rest. */
const MOST_PROBLEMS = 3;

export default function HomePage() {
  const { t } = useTranslation('home');
  const user = useSession()?.user;
  const mayEdit = useMay('editor');
  const go = useGo();
  const dashboards = useApi<List<DashboardSummary>>('/api/dashboards');
  const broken = brokenDashboards(useViewStates().data?.items ?? []);
  const begin = mayEdit ? (
    <>
      <Button type="primary" onClick={() => go('/dashboards?new=1')}>
        {t('newDashboard')}
      </Button>
      <Button onClick={() => go('/sources?new=connection')}>{t('connectSource')}</Button>
    </>
  ) : undefined;
  return (
    <Page title={t('title')} heading={<h1>{t('hello', { name: user?.name ?? '' })}</h1>} description={t('description')}>
      {user?.passwordSet === false ? (
        <Alert type="info" showIcon title={t('noPassword')} action={<Link to="/account">{t('setPassword')}</Link>} />
      ) : null}
      {mayEdit ? (
        <section className="stack tight">
          <h2>{t('problems')}</h2>
          <ProblemList most={MOST_PROBLEMS} />
        </section>
      ) : null}
      <section className="stack tight">
        <div className="row">
          <h2 className="grow">{t('recent')}</h2>
          <Link to="/dashboards">{t('all')}</Link>
        </div>
        <Answer
          query={dashboards}
          shape="cards"
          isEmpty={({ items }) => items.length === 0}
          empty={
            <div className="card">
              <Empty icon={<DashboardOutlined />} title={t('empty')} action={begin}>
                {t('emptyText')}
              </Empty>
            </div>
          }
        >
          {({ items }) => (
            <div className="cards">
              {[...items]
                .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
                .slice(0, MOST_RECENT)
                .map((each) => (
                  <Link key={each.id} to={`/dashboards/${each.id}`} className="card home-dashboard">
                    <div className="row">
                      <h3 className="ellipsis grow">
                        <DashboardOutlined /> {each.name}
                      </h3>
                      {broken.has(each.id) ? <Status kind="broken" word={t('broken')} tag /> : null}
                    </div>
                    <p className="muted small home-text">{each.description}</p>
                    <p className="faint small">
                      {t('widgets', { count: each.widgets })} · {t('changed')} <When at={each.updatedAt} />
                    </p>
                  </Link>
                ))}
            </div>
          )}
        </Answer>
      </section>
      {mayEdit ? (
        <section className="stack tight">
          <h2>{t('next')}</h2>
          <div className="cards">
            <Step to="/views/new" title={t('steps.view')} text={t('steps.viewText')} />
            <Step to="/widgets/new" title={t('steps.widget')} text={t('steps.widgetText')} />
            <Step to="/sources?new=connection" title={t('steps.source')} text={t('steps.sourceText')} />
          </div>
        </section>
      ) : null}
    </Page>
  );
}

function Step({ to, title, text }: { to: string; title: string; text: string }): ReactNode {
  return (
    <Link to={to} className="card home-dashboard">
      <h3>{title}</h3>
      <p className="muted small">{text}</p>
    </Link>
  );
}
