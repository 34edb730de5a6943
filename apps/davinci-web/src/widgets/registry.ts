/** Lists the kinds of widgets: what each needs and asks, at once; how each is drawn, when it is needed. */
import type { QueryParts, WidgetKind } from '@rtdp/davinci-api/client';
import type { ComponentType } from 'react';
import { type LatePart, latePart } from '../shell/late-part.ts';
import * as areaQuery from './area/build-query.ts';
import { schema as area } from './area/schema.ts';
import * as barQuery from './bar/build-query.ts';
import { schema as bar } from './bar/schema.ts';
import type { Model, WidgetQuery, WidgetSchema, WidgetViewProps } from './contract.ts';
import * as gaugeQuery from './gauge/build-query.ts';
import { schema as gauge } from './gauge/schema.ts';
import * as heatMapQuery from './heat-map/build-query.ts';
import { schema as heatMap } from './heat-map/schema.ts';
import * as lineQuery from './line/build-query.ts';
import { schema as line } from './line/schema.ts';
import * as pieQuery from './pie/build-query.ts';
import { schema as pie } from './pie/schema.ts';
import * as pivotQuery from './pivot/build-query.ts';
import { schema as pivot } from './pivot/schema.ts';
import * as scatterQuery from './scatter/build-query.ts';
import { schema as scatter } from './scatter/schema.ts';
import * as scorecardQuery from './scorecard/build-query.ts';
import { schema as scorecard } from './scorecard/schema.ts';
import * as tableQuery from './table/build-query.ts';
import { schema as table } from './table/schema.ts';

export interface RegisteredWidget {
  schema: WidgetSchema;
  buildQuery: (query: WidgetQuery, model: Model) => QueryParts;
  /** What draws it; fetched ahead it is there when the answer comes. */
  picture: LatePart<ComponentType<WidgetViewProps>>;
}

function drawnBy(fetch: () => Promise<{ default: ComponentType<WidgetViewProps> }>) {
  return { picture: latePart(async () => (await fetch()).default) };
}

export const WIDGETS: Readonly<Record<string, RegisteredWidget>> = {
  table: { schema: table, ...tableQuery, ...drawnBy(() => import('./table/View.tsx')) },
  pivot: { schema: pivot, ...pivotQuery, ...drawnBy(() => import('./pivot/View.tsx')) },
  scorecard: { schema: scorecard, ...scorecardQuery, ...drawnBy(() => import('./scorecard/View.tsx')) },
  line: { schema: line, ...lineQuery, ...drawnBy(() => import('./line/View.tsx')) },
  area: { schema: area, ...areaQuery, ...drawnBy(() => import('./area/View.tsx')) },
  bar: { schema: bar, ...barQuery, ...drawnBy(() => import('./bar/View.tsx')) },
  pie: { schema: pie, ...pieQuery, ...drawnBy(() => import('./pie/View.tsx')) },
  scatter: { schema: scatter, ...scatterQuery, ...drawnBy(() => import('./scatter/View.tsx')) },
  gauge: { schema: gauge, ...gaugeQuery, ...drawnBy(() => import('./gauge/View.tsx')) },
  'heat-map': { schema: heatMap, ...heatMapQuery, ...drawnBy(() => import('./heat-map/View.tsx')) },
} satisfies Record<WidgetKind, RegisteredWidget>;

/** A kind by its name; undefined for one that this version does not know, which the page then says. */
export function widgetKind(kind: string): RegisteredWidget | undefined {
  return Object.hasOwn(WIDGETS, kind) ? WIDGETS[kind] : undefined;
}
