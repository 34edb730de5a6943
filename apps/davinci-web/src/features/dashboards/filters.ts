/** Decides what the controllers and the clicked marks of a dashboard ask of one widget; pure. */
import type { Controller, Dashboard, RelativeDate, ViewModel, valuesRequestSchema } from '@rtdp/davinci-api/client';
import type { z } from 'zod';
import type { Cell, Filter, Pick, Values } from '../../widgets/contract.ts';
import { nextMoment, toMoment } from '../../widgets/time-values.ts';
import type { DrillStep, Drills } from './drill.ts';

/** What stands in a controller: texts for a select, the two ends of a range (null for open), a relative span. */
export type ControllerValue =
  | { values: Cell[] }
  | { from: string | number | null; to: string | number | null }
  | { relative: RelativeDate };

/** A clicked mark; it filters the other widgets of the same view. */
export interface CrossFilter extends Pick {
  viewId: string;
  /** The item whose mark it is: that one is not filtered. */
  from: string;
  label: string;
}

/** The value of a controller at first. */
export function defaultValue(controller: Controller): ControllerValue | undefined {
  const value = controller.default;
  if (value === null || value === undefined || value === '') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : { values: value as Cell[] };
  if (typeof value === 'object') {
    if ('unit' in value && 'amount' in value) return { relative: value as RelativeDate };
    if ('relative' in value || 'from' in value || 'values' in value) return value as ControllerValue;
    return undefined;
  }
  return { values: [value as Cell] };
}

/** Reads a controller's value from the URL; what cannot be read is no value. */
export function readValue(text: string): ControllerValue | undefined {
  try {
    const value = JSON.parse(text) as ControllerValue;
    if (typeof value !== 'object' || value === null) return undefined;
    if ('values' in value) return Array.isArray(value.values) ? value : undefined;
    return 'relative' in value || 'from' in value ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What the URL says where a reader took the default away. */
export const CLEARED = '-';

/** The value of each controller, by its id: the one of the URL, or the default. */
export function readValues(
  controllers: readonly Controller[],
  url: URLSearchParams,
): Record<string, ControllerValue | undefined> {
  return Object.fromEntries(
    controllers.map((controller) => {
      const text = url.get(`f.${controller.id}`);
      const value = text === null ? defaultValue(controller) : text === CLEARED ? undefined : readValue(text);
      return [controller.id, value];
    }),
  );
}

/** Whether another value of a controller is a step that Back undoes: each choice is; what is typed is one as a whole, not each letter of it. */
export function isStep({ kind, id }: Controller, url: URLSearchParams): boolean {
  return kind === 'select' || kind === 'date-range' || !url.has(`f.${id}`);
}

/** The clicked marks that the URL holds. */
export function readCrossFilters(url: URLSearchParams): CrossFilter[] {
  const text = url.get('x');
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

/** Choices that are asked of a view at once; a search asks for others. */
export const MOST_CHOICES = 200;

export interface Asked {
  filters: Filter[];
  values: Values;
  /** The spans of time that the widget looks at more closely. */
  closer?: readonly DrillStep[];
}

/** Filters and variables for the widget of `itemId` on `view`. */
export function askedOf(
  view: ViewModel,
  itemId: string,
  dashboard: Pick2<Dashboard, 'controllers' | 'crossFilter'>,
  controllerValues: Readonly<Record<string, ControllerValue | undefined>>,
  crossFilters: readonly CrossFilter[],
  drills: Drills = {},
): Asked {
  const closer = Object.hasOwn(drills, itemId) ? drills[itemId] : undefined;
  const asked: Asked = { filters: [], values: {}, ...(closer === undefined ? {} : { closer }) };
  for (const controller of dashboard.controllers) {
    const value = controllerValues[controller.id];
    if (value === undefined) continue;
    for (const target of controller.targets) {
      if (target.viewId !== view.id) continue;
      if ('variable' in target) {
        const given = variableValue(value);
        if (given !== undefined && view.variables.some((variable) => variable.name === target.variable)) {
          asked.values[target.variable] = given;
        }
      } else if (view.model.some((column) => column.column === target.column)) {
        asked.filters.push(...columnFilters(target.column, controller.kind, value));
      }
    }
  }
  if (dashboard.crossFilter) {
    for (const cross of crossFilters) {
      if (cross.from === itemId || !follows(view, cross)) continue;
      const type = view.model.find((column) => column.column === cross.column)?.type;
      asked.filters.push(...markFilters(cross, type === 'instant'));
    }
  }
  return asked;
}

/** The clicked marks that say nothing of the widget of `itemId` on `view`: it stays as it is. */
export function notFollowed(
  view: Pick2<ViewModel, 'id' | 'model'>,
  itemId: string,
  crossFilters: readonly CrossFilter[],
): CrossFilter[] {
  return crossFilters.filter((cross) => cross.from !== itemId && !follows(view, cross));
}

function follows(view: Pick2<ViewModel, 'id' | 'model'>, cross: CrossFilter): boolean {
  return cross.viewId === view.id && view.model.some((column) => column.column === cross.column);
}

/** What the choices of a controller are narrowed by: all other controllers, as they stand, on the view that gives the choices. */
export function cascadeOf(
  view: ViewModel,
  controllerId: string,
  controllers: readonly Controller[],
  controllerValues: Readonly<Record<string, ControllerValue | undefined>>,
): Asked {
  const others = controllers.filter(({ id }) => id !== controllerId);
  return askedOf(view, '', { controllers: others, crossFilter: false }, controllerValues, []);
}

/** Asks for the different values of a column: those that hold what was typed, under what others narrow them to. */
export function choicesRequest(
  from: { viewId: string; column: string },
  narrowed: Asked,
  search: string,
): z.input<typeof valuesRequestSchema> {
  return { ...from, ...narrowed, limit: MOST_CHOICES, ...(search === '' ? {} : { search }) };
}

type Pick2<T, K extends keyof T> = { [key in K]: T[key] };

function columnFilters(column: string, kind: Controller['kind'], value: ControllerValue): Filter[] {
  if ('relative' in value) return [{ column, operator: 'relative', values: [value.relative] }];
  if ('values' in value) {
    if (value.values.length === 0) return [];
    if (kind === 'text')
      return [{ column, operator: 'like', values: [`%${escapeLike(String(value.values[0] ?? ''))}%`] }];
    const present = value.values.filter((each) => each !== null);
    if (present.length === 0) return [{ column, operator: 'is null', values: [] }];
    return [{ column, operator: 'in', values: present }];
  }
  return [
    ...(value.from === null ? [] : [{ column, operator: '>=' as const, values: [value.from] }]),
    ...(value.to === null ? [] : [{ column, operator: '<=' as const, values: [value.to] }]),
  ];
}

/** A variable takes one value, a list, or a relative date. */
function variableValue(value: ControllerValue): Values[string] | undefined {
  if ('relative' in value) return value.relative;
  if ('values' in value) {
    return value.values.length === 1
      ? value.values[0]
      : value.values.filter((each) => each !== null).map((each) => (typeof each === 'boolean' ? String(each) : each));
  }
  return value.from ?? value.to ?? undefined;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (letter) => `\\${letter}`);
}

/** A value is itself; a moment at a grain is everything from it to the next one. */
export function markFilters(pick: Pick, instant: boolean): Filter[] {
  const { column, value, grain } = pick;
  if (value === null) return [{ column, operator: 'is null', values: [] }];
  const moment = grain === undefined ? undefined : toMoment(value);
  if (grain === undefined || moment === undefined) return [{ column, operator: '=', values: [value] }];
  return [
    { column, operator: '>=', values: [value] },
    { column, operator: '<', values: [writeMoment(new Date(nextMoment(moment, grain)), instant)] },
  ];
}

function writeMoment(at: Date, instant: boolean): string {
  if (instant) return at.toISOString();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The marks after another click: the same one takes them back, another one of the same item takes their place. */
export function togglePicks(
  current: readonly CrossFilter[],
  picks: readonly Pick[],
  from: string,
  viewId: string,
  label: (pick: Pick) => string,
): CrossFilter[] {
  const others = current.filter((each) => each.from !== from);
  const mine = current.filter((each) => each.from === from);
  const same =
    mine.length === picks.length &&
    picks.every((pick) =>
      mine.some((each) => each.column === pick.column && each.grain === pick.grain && each.value === pick.value),
    );
  if (picks.length === 0 || same) return others;
  return [...others, ...picks.map((pick) => ({ ...pick, from, viewId, label: label(pick) }))];
}
