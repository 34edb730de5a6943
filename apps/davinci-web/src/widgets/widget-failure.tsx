/** Decides how a widget says that it failed: what kind of failure it is and what to do; the way to try again, and what stands behind it, are in reach in the smallest card. */
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
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
  const [isOpen, setOpen] = useState(false);
  const kind = failureKind(error);
  const message = error instanceof Error ? error.message : String(error);
  const known = error instanceof ApiError ? error : undefined;
  const facts = known === undefined || Object.keys(known.facts).length === 0 ? undefined : known.facts;
  const details = [known?.code ?? 'WEB_UNEXPECTED', message, known?.next, facts && JSON.stringify(facts, null, 2)];
  return (
    <div className={`widget-failure ${isOpen ? 'open' : ''}`} role="alert" data-failure={kind}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what has no room in a small card is scrolled by the keyboard too. */}
      <div className="widget-failure-words" tabIndex={0}>
        <p className="widget-failure-title">{t(`widgets:failure.${kind}.title`)}</p>
        {saysMore(kind, error) ? <p className="widget-failure-said">{asSentence(tell(message))}</p> : null}
        <p className="muted">{t(`widgets:failure.${kind}.next`)}</p>
        {isOpen ? <pre className="code">{details.filter(Boolean).join('\n')}</pre> : null}
      </div>
      <div className="widget-failure-acts">
        {onRetry === undefined ? null : (
          <Button size="small" loading={retrying} onClick={onRetry}>
            {t('shell:error.retry')}
          </Button>
        )}
        <Button size="small" type="text" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {t('shell:error.details')}
        </Button>
      </div>
    </div>
  );
}
