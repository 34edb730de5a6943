/** Decides how the whole platform is looked at: what is wrong, the flow of data as one picture, and every part of every service. */
import type { PlatformHealth } from '@rtdp/davinci-api/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Since } from '../../shell/quantity.tsx';
import { Answer, Empty, ErrorState } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { GRAPH_KINDS } from '../console/graph.ts';
import { GraphSkeleton } from '../console/graph-skeleton.tsx';
import { LazyGraph } from '../console/lazy-graph.tsx';
import { healthStatus } from '../console/statuses.ts';
import { tellDetail } from '../console/tell-detail.ts';
import './health.css';
import { overallHealth } from './find-problems.ts';
import { ProblemList, useProblems } from './problems.tsx';
import { useDataFlow } from './use-data-flow.ts';
import { usePartName } from './use-part-name.ts';

const LAYERS = Object.fromEntries(GRAPH_KINDS.map((kind, at) => [kind, at]));

export default function Route(): ReactNode {
  const { t } = useTranslation('console-health');
  const { health, problems } = useProblems();
  const overall = health.data === undefined ? undefined : overallHealth(health.data.status, problems);
  return (
    <Page
      title={t('title')}
      description={t('description')}
      size="wide"
      badge={
        overall === undefined ? undefined : <Status kind={healthStatus(overall)} word={t(`status.${overall}`)} tag />
      }
    >
      <section className="stack tight" aria-label={t('problems.title')}>
        <h2>{t('problems.title')}</h2>
        <ProblemList />
      </section>
      <div className="stack tight">
        <h2>{t('picture')}</h2>
        <Picture />
      </div>
      <section className="stack tight" aria-label={t('parts')}>
        <h2>{t('parts')}</h2>
        <Answer query={health} shape="cards" lines={4}>
          {(report) => (
            <div className="cards">
              {report.services.map((service) => (
                <Service key={service.name} service={service} />
              ))}
            </div>
          )}
        </Answer>
      </section>
    </Page>
  );
}

function Picture(): ReactNode {
  const { t } = useTranslation('console-health');
  const { graph, isPending, error, refetch } = useDataFlow();
  if (error !== null) return <ErrorState error={error} onRetry={refetch} />;
  if (isPending) return <GraphSkeleton />;
  if (graph.nodes.length === 0) {
    return (
      <Empty title={t('empty.title')} action={<Link to="/sources?new=connection">{t('empty.action')}</Link>}>
        {t('empty.text')}
      </Empty>
    );
  }
  return <LazyGraph graph={graph} layers={LAYERS} label={t('picture')} />;
}

function Service({ service }: { service: PlatformHealth['services'][number] }): ReactNode {
  const { t } = useTranslation('console-health');
  const { t: consoleWords } = useTranslation('console');
  const tell = useTell();
  const nameOf = usePartName();
  return (
    <section className="card stack tight" aria-label={service.name}>
      <div className="row">
        <h3 className="grow">{t(`service.${service.name}`)}</h3>
        <Status kind={healthStatus(service.status)} word={t(`status.${service.status}`)} tag />
      </div>
      <p className="muted small">
        <Since at={service.since} />
      </p>
      {service.detail === '' ? null : <p>{tell(tellDetail(service.detail, consoleWords))}</p>}
      <ul className="parts">
        {service.parts.map((part) => (
          <li key={part.name}>
            <span className="ellipsis" title={part.name}>
              {nameOf(part.name)}
            </span>
            <Status kind={healthStatus(part.status)} word={t(`status.${part.status}`)} />
            {part.detail === '' ? null : (
              <span className="part-detail">{tell(tellDetail(part.detail, consoleWords))}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
