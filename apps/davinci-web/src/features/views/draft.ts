/** Decides what is edited of a view, when it differs from what is saved, and what is sent to save it. Pure. */
import type { Variable, View, ViewInput, ViewRights } from '@rtdp/davinci-api/client';
import { findVariables, variableNames } from './find-variables.ts';

export interface ViewDraft {
  name: string;
  description: string;
  sourceId: string;
  sql: string;
  variables: Variable[];
  model: View['model'];
  rights: ViewRights;
}

/** Names that the API answers by itself in every view. */
const BUILT_IN = new Set(['user_id', 'user_email', 'user_role']);

export function emptyDraft(sourceId: string): ViewDraft {
  return { name: '', description: '', sourceId, sql: '', variables: [], model: [], rights: {} };
}

export function draftOf({ name, description, sourceId, sql, variables, model, rights }: View): ViewDraft {
  return { name, description, sourceId, sql, variables, model, rights };
}

/** @param version of the view that was read, when there is one */
export function inputOf(draft: ViewDraft, version: number | undefined): ViewInput {
  return {
    ...draft,
    name: draft.name.trim(),
    variables: declaredVariables(draft.sql, draft.variables),
    ...(version === undefined ? {} : { version }),
  };
}

export function isSame(a: ViewDraft, b: ViewDraft): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The declared variables, and those that the statement names without a declaration, with a guess of what they are. */
export function declaredVariables(sql: string, variables: readonly Variable[]): Variable[] {
  const known = new Set(variables.map(({ name }) => name));
  const missing = variableNames(sql).filter((name) => !known.has(name) && !BUILT_IN.has(name));
  return [...variables, ...missing.map((name) => guessVariable(sql, name))];
}

/** Variables that the statement uses and that nothing gives a value: a comparison with them is never true. */
export function unsetVariables(sql: string, variables: readonly Variable[]): string[] {
  const unset = new Set(
    variables
      .filter(({ default: value }) => value === null || (Array.isArray(value) && value.length === 0))
      .map(({ name }) => name),
  );
  return variableNames(sql).filter((name) => unset.has(name));
}

/** A cast behind it says the type best, then `in (:name)`, then its name. */
export function guessVariable(sql: string, name: string): Variable {
  return { name, label: '', type: guessType(sql, name), default: null, scope: 'query' };
}

function guessType(sql: string, name: string): Variable['type'] {
  for (const place of findVariables(sql).filter((each) => each.name === name)) {
    const cast = /^\s*::\s*([a-z]+)/i.exec(sql.slice(place.to))?.[1]?.toLowerCase();
    if (cast !== undefined) {
      if (cast === 'date') return 'date';
      if (cast.startsWith('timestamp')) return 'datetime';
      if (cast.startsWith('bool')) return 'boolean';
      if (/^(int|bigint|smallint|numeric|decimal|real|double|float)/.test(cast)) return 'number';
      return 'text';
    }
    if (/\bin\s*\(\s*$/i.test(sql.slice(0, place.from))) return 'list';
  }
  if (/(^|_)(since|from|until|to|day|date|on|before|after)$/i.test(name)) return 'date';
  if (/(^|_)(at|time)$/i.test(name)) return 'datetime';
  if (/(^|_)(least|most|min|max|minimum|maximum|limit|count|amount|price|number|top)(_|$)/i.test(name)) return 'number';
  if (/^(is|has|only|with)_/i.test(name)) return 'boolean';
  return 'text';
}
