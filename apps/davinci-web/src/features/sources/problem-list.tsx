/** Decides how prerequisites that are missing are told: blocking ones first, each with the statement that mends it, to copy. */
import type { checkSchema } from '@rtdp/dbus/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { Status } from '../../shell/status.tsx';
import { Statement } from '../console/statement.tsx';

export type SourceCheck = z.output<typeof checkSchema>;
export type SourceProblem = SourceCheck['problems'][number];

export function ProblemList({ problems }: { problems: readonly SourceProblem[] }): ReactNode {
  const { t } = useTranslation('console-sources');
  const sorted = [...problems].sort((a, b) => Number(b.severity === 'blocking') - Number(a.severity === 'blocking'));
  if (sorted.length === 0) return null;
  return (
    <div className="stack">
      {sorted.map((problem) => (
        <div
          key={`${problem.code} ${problem.message}`}
          className={`reason ${problem.severity === 'blocking' ? 'broken' : 'late'}`}
        >
          <div className="row">
            <Status
              kind={problem.severity === 'blocking' ? 'broken' : 'late'}
              word={t(`severity.${problem.severity}`)}
            />
            <code>{problem.code}</code>
          </div>
          <p>{problem.message}</p>
          {problem.statement === null ? null : <Statement text={problem.statement} label={t('statementLabel')} />}
        </div>
      ))}
    </div>
  );
}
