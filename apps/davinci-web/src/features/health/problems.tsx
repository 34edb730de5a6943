/** Decides how what is wrong is told, wherever it is told: what, since the part's own words, what to do, and the page that explains it. */
import { RightOutlined } from '@ant-design/icons';
import type { PlatformHealth, View } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowView } from '@rtdp/wormhole/client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { asSentence } from '../../shell/sentence.ts';
import { Answer, Loading } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { dbusPath, LOOK_EVERY, LOOK_SELDOM, moonboxPath, wormholePath } from '../console/console-api.ts';
import { tellDetail } from '../console/tell-detail.ts';
import { useWording } from '../console/use-wording.ts';
import { useFlowStatuses } from '../flows/use-flow-statuses.ts';
import { findProblems, type Problem, verdictOf } from './find-problems.ts';
import '../console/console.css';
import './health.css';
import { usePartName } from './use-part-name.ts';
import { useViewStates } from './use-view-states.ts';

export interface Problems {
  problems: Problem[];
  /** What the platform says of itself: without it nobody knows whether everything runs. */
  health: UseQueryResult<PlatformHealth>;
  /** Whether the views could be asked is not known yet. */
  isLooking: boolean;
}

/** Everything that is wrong right now; a part that does not answer is itself told by the platform's health. */
export function useProblems(): Problems {
  const health = useApi<PlatformHealth>('/api/health', { every: LOOK_EVERY });
  const sources = useApi<SourceView[]>(dbusPath('sources'), { every: LOOK_EVERY });
  const flows = useApi<FlowView[]>(wormholePath('flows'), { every: LOOK_EVERY });
  const mounts = useApi<List<MountView>>(moonboxPath('mounts'), { every: LOOK_SELDOM });
  const statuses = useFlowStatuses(flows.data ?? []);
  const states = useViewStates();
  const views = useApi<List<View>>('/api/views', { enabled: useMay('editor') });
  return {
    problems: findProblems({
      health: health.data,
      sources: sources.data ?? [],
      flows: [...statuses.values()],
      mounts: mounts.data?.items ?? [],
      views: views.data?.items ?? [],
      states: views.data === undefined ? [] : (states.data?.items ?? []),
    }),
    health,
    isLooking: states.isLoading || views.isLoading,
  };
}

/** A list of what is wrong; one sentence when nothing is. `most` are shown, the rest is a link to the health page. */
export function ProblemList({ most }: { most?: number }): ReactNode {
  const { t, i18n } = useTranslation('console-health');
  const { t: consoleWords } = useTranslation('console');
  const tell = useTell();
  const wording = useWording();
  const names = new Intl.ListFormat(i18n.language, { type: 'conjunction' });
  const { problems, health, isLooking } = useProblems();
  const partName = usePartName();
  const verdict = verdictOf(problems, health);
  if (verdict === 'unknown') {
    return (
      <Answer query={health} shape="lines" lines={1} small>
        {() => null}
      </Answer>
    );
  }
  if (verdict === 'fine' && isLooking) return <Loading shape="lines" lines={1} />;
  if (verdict === 'fine') return <Status kind="ok" word={t('problems.none')} />;
  if (verdict === 'untold') return <Status kind="unknown" word={t('problems.untold')} />;
  const shown = problems.slice(0, most ?? problems.length);
  return (
    <div className="stack tight">
      <ul className="problems">
        {shown.map((problem) => (
          <li key={problem.key}>
            <Link to={problem.href} className={`reason ${problem.kind} problem`}>
              <span className="problem-words">
                <Status
                  kind={problem.kind}
                  word={t(`problems.about.${problem.about}`, { name: problem.name, count: problem.count ?? 0 })}
                />
                {problem.part === undefined ? null : <span>{partName(problem.part)}</span>}
                {problem.message === '' ? null : (
                  <span>{asSentence(tell(tellDetail(problem.message, consoleWords)))}</span>
                )}
                {problem.behind === undefined ? null : (
                  <span>
                    {'ms' in problem.behind
                      ? wording.behind(problem.behind.ms)
                      : wording.messages(problem.behind.messages)}
                  </span>
                )}
                {problem.next === '' ? null : <span className="muted">{tell(problem.next)}</span>}
                {problem.shownOn === undefined || problem.shownOn.length === 0 ? null : (
                  <span className="muted">
                    {t('problems.shownOn', { count: problem.shownOn.length, names: names.format(problem.shownOn) })}
                  </span>
                )}
              </span>
              <RightOutlined className="problem-way" aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
      {problems.length > shown.length ? (
        <Link to="/status">{t('problems.more', { count: problems.length - shown.length })}</Link>
      ) : null}
    </div>
  );
}
