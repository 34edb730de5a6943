/** Decides how prerequisites that are missing are told: each once, blocking ones first, with the statements that mend it, to copy. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status, type StatusKind } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { Statement } from '../console/statement.tsx';
import { groupProblems, type SourceProblem } from './group-problems.ts';

const KIND: Record<SourceProblem['severity'], StatusKind> = { blocking: 'broken', warning: 'late', advice: 'paused' };

export function ProblemList({ problems }: { problems: readonly SourceProblem[] }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { t: consoleWords } = useTranslation('console');
  const tell = useTell();
  const groups = groupProblems(problems);
  if (groups.length === 0) return null;
  return (
    <div className="stack">
      {groups.map(({ code, severity, message, statements }) =>
        severity === 'advice' ? (
          <Advice key={`${code} ${message}`} message={tell(message)} statements={statements} />
        ) : (
          <div key={`${code} ${message}`} className={`reason ${KIND[severity]}`}>
            <Status kind={KIND[severity]} word={t(`severity.${severity}`)} />
            <p>{tell(message)}</p>
            {statements.length === 0 ? null : <Statement text={statements.join('\n')} label={t('statementLabel')} />}
            <p className="small muted">
              {consoleWords('code')} <code>{code}</code>
            </p>
          </div>
        ),
      )}
    </div>
  );
}

/** Calmly: nothing has to be done. */
function Advice({ message, statements }: { message: string; statements: readonly string[] }): ReactNode {
  const { t } = useTranslation('console-sources');
  return (
    <div className="stack tight small muted">
      <p>{t('severity.advice', { message })}</p>
      {statements.length === 0 ? null : (
        <details>
          <summary>{t('adviceStatements', { count: statements.length })}</summary>
          <Statement text={statements.join('\n')} label={t('adviceLabel')} />
        </details>
      )}
    </div>
  );
}
