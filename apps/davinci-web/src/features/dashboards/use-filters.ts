/** Decides what is chosen on a dashboard: kept in the URL, so that whoever opens it sees the same. */
import type { Dashboard, ViewModel } from '@rtdp/davinci-api/client';
import { useCallback, useMemo } from 'react';
import { useSetUrlQuery, useUrlQuery } from '../../shell/url-state.ts';
import type { Pick } from '../../widgets/contract.ts';
import {
  type Asked,
  askedOf,
  type ControllerValue,
  type CrossFilter,
  cascadeOf,
  defaultValue,
  readValue,
  togglePicks,
} from './filters.ts';

export interface Filters {
  valueOf(controllerId: string): ControllerValue | undefined;
  setValue(controllerId: string, value: ControllerValue | undefined): void;
  crossFilters: readonly CrossFilter[];
  setCrossFilters(filters: readonly CrossFilter[]): void;
  pick(picks: readonly Pick[], from: string, viewId: string, label: (pick: Pick) => string): void;
  askedOf(view: ViewModel, itemId: string): Asked;
  /** What the other controllers narrow the choices of this one to. */
  cascadeOf(view: ViewModel, controllerId: string): Asked;
}

/** What the URL says where a reader took the default away. */
const CLEARED = '-';

export function useFilters(dashboard: Dashboard): Filters {
  const query = useUrlQuery();
  const setQuery = useSetUrlQuery();
  const search = query.toString();

  const values = useMemo(() => {
    const url = new URLSearchParams(search);
    const found: Record<string, ControllerValue | undefined> = {};
    for (const controller of dashboard.controllers) {
      const text = url.get(`f.${controller.id}`);
      found[controller.id] = text === null ? defaultValue(controller) : text === CLEARED ? undefined : readValue(text);
    }
    return found;
  }, [search, dashboard.controllers]);

  const crossFilters = useMemo(() => readCrossFilters(new URLSearchParams(search).get('x')), [search]);

  const setValue = useCallback(
    (controllerId: string, value: ControllerValue | undefined) =>
      setQuery({ [`f.${controllerId}`]: value === undefined ? CLEARED : JSON.stringify(value) }),
    [setQuery],
  );
  const setCrossFilters = useCallback(
    (filters: readonly CrossFilter[]) =>
      setQuery({ x: filters.length === 0 ? undefined : JSON.stringify(filters) }, { push: true }),
    [setQuery],
  );

  return useMemo<Filters>(
    () => ({
      valueOf: (controllerId) => values[controllerId],
      setValue,
      crossFilters,
      setCrossFilters,
      pick: (picks, from, viewId, label) => setCrossFilters(togglePicks(crossFilters, picks, from, viewId, label)),
      askedOf: (view, itemId) => askedOf(view, itemId, dashboard, values, crossFilters),
      cascadeOf: (view, controllerId) => cascadeOf(view, controllerId, dashboard.controllers, values),
    }),
    [values, setValue, crossFilters, setCrossFilters, dashboard],
  );
}

function readCrossFilters(text: string | null): CrossFilter[] {
  if (text === null) return [];
  try {
    const read = JSON.parse(text) as unknown;
    return Array.isArray(read) ? read.filter(isCrossFilter) : [];
  } catch {
    // A mistyped address filters nothing.
    return [];
  }
}

function isCrossFilter(value: unknown): value is CrossFilter {
  if (typeof value !== 'object' || value === null) return false;
  const each = value as Partial<CrossFilter>;
  const texts = [each.column, each.viewId, each.from, each.label];
  return (
    texts.every((text) => typeof text === 'string') &&
    (each.value === null || ['string', 'number', 'boolean'].includes(typeof each.value))
  );
}
