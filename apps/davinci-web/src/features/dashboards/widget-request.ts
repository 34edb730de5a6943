/** Decides what a widget on a dashboard asks: its own question, and what controllers and clicked marks add; pure. */
import type { DashboardBundle, QueryRequest, Widget } from '@rtdp/davinci-api/client';
import type { WidgetQuery } from '../../widgets/contract.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { drilledQuery } from './drill.ts';
import type { Asked } from './filters.ts';

type View = DashboardBundle['views'][number];

/** Undefined for a kind of widget that this version does not know. */
export function widgetRequest(widget: Widget, view: View, asked: Asked): QueryRequest | undefined {
  const kind = widgetKind(widget.kind);
  if (kind === undefined) return undefined;
  const closer = drilledQuery(widget.query as WidgetQuery, asked.closer ?? [], view.model);
  const query = kind.buildQuery(closer.query, view.model);
  return {
    ...query,
    filters: [...query.filters, ...asked.filters, ...closer.filters],
    values: asked.values,
    viewId: view.id,
    widgetId: widget.id,
  };
}

/** The same question to another SQL, or to another source, is another question. */
export function versionOf({ version, sourceVersion }: View): string {
  return `${version} ${sourceVersion}`;
}
