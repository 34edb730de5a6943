/** Decides how a state is told: always a word, a shape and a colour together. */
import { Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTell } from './use-tell.ts';

export type StatusKind = 'ok' | 'late' | 'broken' | 'paused' | 'unknown';
/** `ended`: it will not go on, though nothing is wrong. */
export type StatusShape = StatusKind | 'ended';

const SHAPES: Record<StatusShape, ReactNode> = {
  ok: <circle cx="6" cy="6" r="4" />,
  late: <path d="M6 1.500 11 10.500H1Z" />,
  broken: (
    <path d="M2.200 1 6 4.800 9.800 1 11 2.200 7.200 6 11 9.800 9.800 11 6 7.200 2.200 11 1 9.800 4.800 6 1 2.200Z" />
  ),
  paused: <path d="M2.500 1.500h2.500v9h-2.500ZM7 1.500h2.500v9H7Z" />,
  unknown: <path d="M6 1 11 6 6 11 1 6Z" fill="none" stroke="currentColor" strokeWidth="1.500" />,
  ended: <path d="M2 2h8v8H2Z" />,
};

/** `word` is what the reader sees; `why` is told when the pointer or the focus rests on it. */
export function Status({
  kind,
  word,
  why,
  tag,
  shape = kind,
}: {
  kind: StatusKind;
  word: string;
  why?: string;
  tag?: boolean;
  /** Where the colour of one state stands for more than one. */
  shape?: StatusShape;
}): ReactNode {
  const shown = (
    <span className={`status ${kind} ${tag ? 'tag' : ''}`} {...(why === undefined ? {} : { tabIndex: 0 })}>
      <svg viewBox="0 0 12 12" fill="currentColor" aria-hidden="true">
        {SHAPES[shape]}
      </svg>
      {word}
    </span>
  );
  return why === undefined ? shown : <Why why={why}>{shown}</Why>;
}

function Why({ why, children }: { why: string; children: ReactNode }): ReactNode {
  const tell = useTell();
  return <Tooltip title={tell(why)}>{children}</Tooltip>;
}
