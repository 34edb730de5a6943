/** Decides how changes in the workbench are taken back and done again; pure. What is typed in one go is one step. */
import type { View } from '@rtdp/davinci-api/client';
import { type Change, change, type WidgetDraft } from './workbench-draft.ts';

export interface DraftHistory {
  now: WidgetDraft;
  /** Older ones, the newest last. */
  past: readonly WidgetDraft[];
  future: readonly WidgetDraft[];
  /** What is being typed into; undefined where the next change is a step of its own. */
  typing: string | undefined;
}

export type HistoryStep = Change | { do: 'undo' } | { do: 'redo' };

const MOST_STEPS = 100;

export function historyOf(now: WidgetDraft): DraftHistory {
  return { now, past: [], future: [], typing: undefined };
}

/** `model` is that of the draft's view. */
export function takeStep(history: DraftHistory, step: HistoryStep, model: View['model']): DraftHistory {
  const { now, past, future } = history;
  if (step.do === 'undo') {
    const before = past.at(-1);
    if (before === undefined) return history;
    return { now: before, past: past.slice(0, -1), future: [now, ...future], typing: undefined };
  }
  if (step.do === 'redo') {
    const [after, ...rest] = future;
    if (after === undefined) return history;
    return { now: after, past: [...past, now], future: rest, typing: undefined };
  }
  const next = change(now, step, model);
  if (next === now) return history;
  const typing = typedInto(step);
  const isSameGo = typing !== undefined && typing === history.typing;
  return { now: next, past: isSameGo ? past : [...past, now].slice(-MOST_STEPS), future: [], typing };
}

/** The field that a change is typed into, letter by letter. */
function typedInto(step: Change): string | undefined {
  switch (step.do) {
    case 'name':
    case 'limit':
      return step.do;
    case 'filters':
      return `filters ${step.filters.map((each) => `${each.column} ${each.operator}`).join()}`;
    case 'having':
      return `having ${step.having.map((each) => `${each.by} ${each.operator}`).join()}`;
    case 'setting':
      return typeof step.value === 'number' || Array.isArray(step.value)
        ? `${step.name} ${Array.isArray(step.value) ? step.value.length : ''}`
        : undefined;
    default:
      return undefined;
  }
}
