/** Decides how nothing, waiting, failing and old data look, wherever they occur. */
import { CloseCircleOutlined, InboxOutlined, WarningOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.ts';
import { isMissing } from './is-missing.ts';
import { When } from './quantity.tsx';
import { asSentence } from './sentence.ts';
import { TIMES } from './tokens.ts';
import { useTell } from './use-tell.ts';

/** What this place is for, and the one thing to do first. */
export function Empty(props: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
  small?: boolean;
}): ReactNode {
  return (
    <div className={`state ${props.small ? 'small-state' : ''}`}>
      {props.small ? null : <span className="state-icon">{props.icon ?? <InboxOutlined />}</span>}
      {props.small ? <p>{props.title}</p> : <h2>{props.title}</h2>}
      {props.children === undefined ? null : <p>{props.children}</p>}
      {props.action === undefined ? null : <div className="row">{props.action}</div>}
    </div>
  );
}

/** True after `milliseconds`: what comes at once needs no skeleton. */
function useAfter(milliseconds: number): boolean {
  const [passed, setPassed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setPassed(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return passed;
}

/**
 * `thing`: the figures of one thing, then its tabs and a list, or its children where the first tab shows something else. `record`: its figures, a statement, a few facts and a card.
 * `search`: tabs, a form and what it finds. `board`: a dashboard. `own`: whatever is given as its children.
 */
type Shape = 'page' | 'lines' | 'block' | 'cards' | 'thing' | 'record' | 'search' | 'own' | 'board';

const TABS = [1, 2, 3, 4];
const FACTS = [1, 2, 3];
/** A list shows all of them, where there is room for one only the first is there. */
const COLUMNS = [1, 2, 3, 4];
/** Numbers in a row, and pictures below them. */
const BOARD = [1, 2, 3, 4, 5, 6];

/** A skeleton of the right shape, shown after 200 ms; it takes its room from the first moment. */
export function Loading({
  shape = 'block',
  lines = 6,
  figures = 4,
  after = TIMES.skeletonAfter,
  children,
}: {
  shape?: Shape;
  lines?: number;
  figures?: number;
  /** Milliseconds until it is seen, for what has waited before. */
  after?: number;
  children?: ReactNode;
}): ReactNode {
  const { t } = useTranslation('shell');
  const visible = useAfter(after);
  const widths = ['92%', '78%', '86%', '64%', '90%', '72%'];
  const bones = Array.from({ length: lines }, (_, index) => index);
  const list = bones.map((index) => (
    <div key={index} className="bone-row">
      {COLUMNS.map((column) => (
        <div key={column} className="bone line" style={{ width: widths[(index + column - 1) % widths.length] }} />
      ))}
    </div>
  ));
  return (
    <div
      className={shape === 'page' ? 'page' : `skeleton ${shape}`}
      role="status"
      aria-label={t('loading')}
      style={{ visibility: visible ? 'visible' : 'hidden' }}
    >
      {shape === 'page' ? <div className="bone line" style={{ width: '24%' }} /> : null}
      {shape === 'block' || shape === 'page' ? <div className="bone block" /> : null}
      {shape === 'lines' ? list : null}
      {shape === 'thing' || shape === 'record' ? (
        <div className="bone-figures">
          {Array.from({ length: figures }, (_, index) => index).map((figure) => (
            <div key={figure} className="bone-figure">
              <div className="bone line" style={{ width: '40%' }} />
              <div className="bone line" style={{ width: '64%' }} />
            </div>
          ))}
        </div>
      ) : null}
      {shape === 'thing' || shape === 'search' ? (
        <>
          <div className="bone-tabs">
            {TABS.slice(0, shape === 'search' ? 2 : TABS.length).map((tab) => (
              <div key={tab} className="bone line" />
            ))}
          </div>
          {shape === 'search' ? (
            <div className="bone-pane">
              <div className="bone button wide" />
              <div className="bone block" />
              <div className="bone button" />
            </div>
          ) : null}
          {children ?? <div className="bone-list">{list}</div>}
        </>
      ) : null}
      {shape === 'record' ? (
        <>
          <div className="bone-pane">
            <div className="bone line" style={{ width: '40%' }} />
          </div>
          {FACTS.map((fact) => (
            <div key={fact} className="bone line" style={{ width: '24%' }} />
          ))}
          <div className="bone-pane">
            <div className="bone line" style={{ width: '16%' }} />
            <div className="bone line" style={{ width: '40%' }} />
          </div>
        </>
      ) : null}
      {shape === 'own' ? children : null}
      {shape === 'board'
        ? BOARD.map((widget) => (
            <div key={widget} className="bone-pane">
              <div className="bone line" style={{ width: widths[3] }} />
              <div className="bone block" />
            </div>
          ))
        : null}
      {shape === 'cards' ? (
        <div className="cards">
          {bones.map((index) => (
            <div key={index} className="bone block" />
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** Failures that can happen anywhere, so that each is told in the reader's language; the others come with their own sentence. */
const GENERAL = ['SERVICE_INTERNAL', 'SERVICE_UNAVAILABLE', 'SERVICE_FORBIDDEN', 'IDENTITY_FORBIDDEN'] as const;

/** What failed, what to do next, the details folded, a retry. */
export function ErrorState({
  error,
  onRetry,
  retrying = false,
  small,
}: {
  error: unknown;
  onRetry?: () => void;
  /** While it is asked again. */
  retrying?: boolean;
  small?: boolean;
}): ReactNode {
  const { t } = useTranslation('shell');
  const tell = useTell();
  const known = error instanceof ApiError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const unreachable = known?.code === 'WEB_UNREACHABLE';
  const general = GENERAL.find((code) => code === known?.code);
  const next = general === undefined ? known && tell(known.next) : t(`error.general.${general}.next`);
  const sentence = general === undefined ? asSentence(tell(message)) : t(`error.general.${general}.message`);
  const facts = known === undefined ? undefined : Object.keys(known.facts).length === 0 ? undefined : known.facts;
  const details = [
    known?.code ?? 'WEB_UNEXPECTED',
    unreachable || general !== undefined ? message : undefined,
    facts && JSON.stringify(facts, null, 2),
  ]
    .filter((each) => each !== undefined)
    .join('\n');
  return (
    <div className={`state ${small ? 'small-state' : ''}`} role="alert">
      {small ? null : (
        <span className="state-icon" style={{ color: 'var(--broken)' }}>
          <CloseCircleOutlined />
        </span>
      )}
      {small ? null : <h2>{unreachable ? t('error.unreachable') : t('error.title')}</h2>}
      {unreachable && !small ? null : <p>{unreachable ? t('error.unreachable') : sentence}</p>}
      <p className="muted">{unreachable ? t('error.unreachableNext') : next || t('error.unexpectedNext')}</p>
      <div className="row">
        {onRetry === undefined ? null : (
          <Button size={small ? 'small' : 'middle'} loading={retrying} onClick={onRetry}>
            {t('error.retry')}
          </Button>
        )}
      </div>
      <details>
        <summary>{t('error.details')}</summary>
        <pre className="code">{details}</pre>
      </details>
    </div>
  );
}

/** Data that is older than it should be: since when, why, and whether it mends itself. */
export function Stale({
  since,
  why,
  recovering,
}: {
  since?: string | null;
  why: string;
  recovering?: boolean;
}): ReactNode {
  const { t } = useTranslation('shell');
  return (
    <div className="stale" role="status">
      <WarningOutlined />
      <span className="grow">
        {since ? (
          <>
            {t('stale.asOf')} <When at={since} /> ·{' '}
          </>
        ) : null}
        {why}
        {recovering === undefined ? null : ` · ${recovering ? t('stale.recovering') : t('stale.notRecovering')}`}
      </span>
    </div>
  );
}

/** The four states of an answer: pass the query, say what empty means, draw the rest. */
export function Answer<T>(props: {
  query: {
    data: T | undefined;
    error: unknown;
    isPending: boolean;
    /** How often this question has failed; where it is not known, as if it had. */
    errorUpdateCount?: number;
    refetch: () => unknown;
  };
  shape?: Shape;
  /** Instead of one of the shapes. */
  skeleton?: ReactNode;
  /** Of the skeleton. */
  lines?: number;
  figures?: number;
  /** For a place within a page. */
  small?: boolean;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  /** Where what is asked for is not there. */
  missing?: ReactNode;
  children: (data: T) => ReactNode;
}): ReactNode {
  const { data, error, errorUpdateCount = 1, refetch } = props.query;
  // While a question that failed is asked again, its failure stays on the page: nothing flickers at every look.
  const failed = useRef<unknown>(undefined);
  failed.current = data === undefined && errorUpdateCount > 0 ? (error ?? failed.current) : undefined;
  if (data === undefined) {
    if (props.missing !== undefined && isMissing(failed.current)) return props.missing;
    return failed.current ? (
      <ErrorState
        error={failed.current}
        retrying={!error}
        onRetry={() => void refetch()}
        {...(props.small === undefined ? {} : { small: props.small })}
      />
    ) : (
      (props.skeleton ?? (
        <Loading
          shape={props.shape ?? 'block'}
          {...(props.lines === undefined ? {} : { lines: props.lines })}
          {...(props.figures === undefined ? {} : { figures: props.figures })}
        />
      ))
    );
  }
  if (props.empty !== undefined && props.isEmpty?.(data)) return props.empty;
  return props.children(data);
}
