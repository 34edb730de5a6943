/** Decides how a reason is told: what is so, what to do, and the code to search for. */
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { asSentence } from '../../shell/sentence.ts';
import type { StatusKind } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import './console.css';

export interface ReasonLike {
  code: string;
  message: string;
  next: string;
}

export function Reason(props: {
  reason: ReasonLike;
  kind?: StatusKind;
  bare?: boolean;
  children?: ReactNode;
}): ReactNode {
  const { t } = useTranslation('console');
  const tell = useTell();
  const { reason, kind = 'broken', bare = false } = props;
  return (
    <div className={bare ? 'stack tight' : `reason ${kind}`}>
      <p className="reason-message">{asSentence(tell(reason.message))}</p>
      {reason.next === '' ? null : <p>{tell(reason.next)}</p>}
      <p className="small muted">
        {t('code')} <code>{reason.code}</code>
      </p>
      {props.children}
    </div>
  );
}
