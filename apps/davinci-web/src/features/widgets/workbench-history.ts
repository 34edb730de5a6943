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
  const typing = typedInto(step, now.query);
  const isSameGo = typing !== undefined && typing === history.typing;
  return { now: next, past: isSameGo ? past : [...past, now].slice(-MOST_STEPS), future: [], typing };
}

/** The field that a change is typed into, letter by letter; `before` is what it changes. */
function typedInto(step: Change, before: WidgetDraft['query']): string | undefined {
  switch (step.do) {
    case 'name':
    case 'limit':
      return step.do;
    case 'filters':
      return changedPlace('filters', before.filters, step.filters, (each) => `${each.column} ${each.operator}`);
    case 'having':
      return changedPlace('having', before.having, step.having, (each) => `${each.by} ${each.operator}`);
    case 'setting':
      return typeof step.value === 'number' || Array.isArray(step.value)
        ? `${step.name} ${Array.isArray(step.value) ? step.value.length : ''}`
        : undefined;
    default:
      return undefined;
  }
}

/** Which one of several conditions is changed or added, and what it is over; undefined where one is taken away. */
function changedPlace<Part>(
  list: string,
  before: readonly Part[],
  after: readonly Part[],
  nameOf: (part: Part) => string,
): string | undefined {
  if (after.length < before.length) return undefined;
  const at = after.findIndex((part, index) => JSON.stringify(part) !== JSON.stringify(before[index]));
  return at < 0 ? undefined : `${list} ${at} ${nameOf(after[at]!)}`;
}
