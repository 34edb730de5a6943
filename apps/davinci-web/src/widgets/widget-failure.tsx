/** Decides how a widget says that it failed: what kind of failure it is and what to do; the way to try again is in reach in the smallest card. */
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.ts';
import { asSentence } from '../shell/sentence.ts';
import { useTell } from '../shell/use-tell.ts';
import { failureKind, saysMore } from './failure-kind.ts';

export function WidgetFailure({
  error,
  onRetry,
  retrying = false,
}: {
  error: unknown;
  onRetry?: () => void;
  /** While it is asked again. */
  retrying?: boolean;
}): ReactNode {
  const { t } = useTranslation(['widgets', 'shell']);
  const tell = useTell();
  const kind = failureKind(error);
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof ApiError ? error : undefined;
  const facts = known === undefined || Object.keys(known.facts).length === 0 ? undefined : known.facts;
  const details = [known?.code ?? 'WEB_UNEXPECTED', message, known?.next, facts && JSON.stringify(facts, null, 2)];
  return (
    <div className="widget-failure" role="alert" data-failure={kind}>
      <div className="widget-failure-words">
        <p className="widget-failure-title">{t(`widgets:failure.${kind}.title`)}</p>
        {saysMore(kind, error) ? <p>{asSentence(tell(message))}</p> : null}
        <p className="muted">{t(`widgets:failure.${kind}.next`)}</p>
        <details>
          <summary>{t('shell:error.details')}</summary>
          <pre className="code">{details.filter(Boolean).join('\n')}</pre>
        </details>
      </div>
      {onRetry === undefined ? null : (
        <Button size="small" loading={retrying} onClick={onRetry}>
          {t('shell:error.retry')}
        </Button>
      )}
    </div>
  );
}
