/** Decides what uses a source, a view or a widget, so that it cannot be removed below it. */
import type { Knex } from '@rtdp/service/metadata';
import type { DocumentKind, Use } from './document-store.ts';

export async function findUses(database: Knex, organisationId: string, kind: DocumentKind, id: string): Promise<Use[]> {
  const named = (user: DocumentKind, rows: { id: string; name: string }[]): Use[] =>
    rows.map((row) => ({ kind: user, id: row.id, name: row.name }));
  const inOrganisation = { organisation_id: organisationId };
  switch (kind) {
    case 'source':
      return named(
        'view',
        await database('views')
          .where({ ...inOrganisation, source_id: id })
          .select('id', 'name'),
      );
    case 'view':
      return named(
        'widget',
        await database('widgets')
          .where({ ...inOrganisation, view_id: id })
          .select('id', 'name'),
      );
    case 'widget':
      return named(
        'dashboard',
        await database('dashboards')
          .where(inOrganisation)
          .whereIn(
            'id',
            database('dashboard_widgets')
              .where({ ...inOrganisation, widget_id: id })
              .select('dashboard_id'),
          )
          .select('id', 'name'),
      );
    case 'dashboard':
      return [];
  }
}
