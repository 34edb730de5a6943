/** Decides what is chosen on a dashboard: kept in the URL, so that whoever opens it sees the same. */
import type { Dashboard, ViewModel } from '@rtdp/davinci-api/client';
import { useCallback, useMemo } from 'react';
import { useSetUrlQuery, useUrlQuery } from '../../shell/url-state.ts';
import type { Pick } from '../../widgets/contract.ts';
import { type DrillStep, readDrills, writeDrills } from './drill.ts';
import {
  type Asked,
  askedOf,
  CLEARED,
  type ControllerValue,
  type CrossFilter,
  cascadeOf,
  isStep,
  readCrossFilters,
  readValues,
  togglePicks,
} from './filters.ts';

export interface Filters {
  valueOf(controllerId: string): ControllerValue | undefined;
  setValue(controllerId: string, value: ControllerValue | undefined): void;
  crossFilters: readonly CrossFilter[];
  setCrossFilters(filters: readonly CrossFilter[]): void;
  pick(picks: readonly Pick[], from: string, viewId: string, label: (pick: Pick) => string): void;
  /** Lets an item look closer, or back where there are fewer steps. */
  setCloser(itemId: string, steps: readonly DrillStep[]): void;
  askedOf(view: ViewModel, itemId: string): Asked;
  /** What the other controllers narrow the choices of this one to. */
  cascadeOf(view: ViewModel, controllerId: string): Asked;
}

export function useFilters(dashboard: Dashboard): Filters {
  const query = useUrlQuery();
  const setQuery = useSetUrlQuery();
  const search = query.toString();

  const values = useMemo(
    () => readValues(dashboard.controllers, new URLSearchParams(search)),
    [search, dashboard.controllers],
  );

  const crossFilters = useMemo(() => readCrossFilters(new URLSearchParams(search)), [search]);

  const drills = useMemo(() => readDrills(new URLSearchParams(search)), [search]);

  const setValue = useCallback(
    (controllerId: string, value: ControllerValue | undefined) => {
      const controller = dashboard.controllers.find(({ id }) => id === controllerId);
      setQuery(
        { [`f.${controllerId}`]: value === undefined ? CLEARED : JSON.stringify(value) },
        { push: controller !== undefined && isStep(controller, new URLSearchParams(search)) },
      );
    },
    [setQuery, dashboard.controllers, search],
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
      setCloser: (itemId, steps) => setQuery({ closer: writeDrills({ ...drills, [itemId]: steps }) }, { push: true }),
      askedOf: (view, itemId) => askedOf(view, itemId, dashboard, values, crossFilters, drills),
      cascadeOf: (view, controllerId) => cascadeOf(view, controllerId, dashboard.controllers, values),
    }),
    [values, setValue, crossFilters, setCrossFilters, drills, setQuery, dashboard],
  );
}
