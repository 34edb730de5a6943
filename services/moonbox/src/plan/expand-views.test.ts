/** An error of views over views names the view that was asked, and none of those in it. */
import { Statement } from '@rtdp/sql/expression';
import { parseSelect } from '@rtdp/sql/parse';
import { expect, test } from 'vitest';
import type { PlannerRelation, PlannerView } from './contract.ts';
import { expandViews } from './expand-views.ts';

const COLUMN = { name: 'id', type: { name: 'int4' }, typeText: 'integer', nullable: true, exact: true } as const;

/** `view0`, over as many views as `depth` says. */
function nested(depth: number, level = 0): PlannerView {
  const inner = (): PlannerRelation =>
    level < depth
      ? nested(depth, level + 1)
      : {
          database: 'shop',
          name: 'orders',
          store: 'store',
          storeKind: 'postgres',
          remoteSchema: 'public',
          remoteTable: 'orders',
          columns: [COLUMN],
          primaryKey: [],
          rowEstimate: null,
        };
  return {
    database: 'sales',
    name: `view${level}`,
    columns: [COLUMN],
    primaryKey: [],
    rowEstimate: null,
    view: { sql: 'select id from inside', columnNames: ['id'], findTable: inner, isOpen: false },
  };
}

test('views that stand too deep on each other are refused under the name of the outermost', () => {
  const sql = 'select id from sales.view0';
  const { select } = parseSelect(sql);
  const expanded = (depth: number) =>
    expandViews(new Statement(sql), select, { findTable: () => nested(depth), facts: new Map() });
  expect([...expanded(31).tables.values()].map(({ name }) => name)).toEqual(['orders']);
  expect(() => expanded(32)).toThrow(
    expect.objectContaining({
      code: 'MOONBOX_VIEW_BROKEN',
      message: 'view sales.view0 stands on more than 32 views over each other',
      facts: { database: 'sales', name: 'view0' },
    }),
  );
});
