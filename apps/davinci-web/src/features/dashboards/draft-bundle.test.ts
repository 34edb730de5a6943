import type { Dashboard, DashboardBundle } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { draftedWidgets, withDrafted } from './draft-bundle.ts';

const named = (...ids: string[]) => ids.map((id) => ({ id })) as never;
const bundleOf = (widgets: string[], views: string[]) =>
  ({
    dashboard: { id: 'd' },
    widgets: named(...widgets),
    views: named(...views),
    state: 's',
  }) as unknown as DashboardBundle;
const holding = (...widgetIds: (string | undefined)[]) =>
  ({ tabs: [{ items: widgetIds.map((widgetId) => ({ widgetId })) }] }) as unknown as Dashboard;

test('what was put on a dashboard since it was stored is asked for, once and whatever the order', () => {
  const bundle = bundleOf(['a'], ['v']);
  expect(draftedWidgets(holding('a', undefined), bundle)).toEqual([]);
  expect(draftedWidgets(holding('c', 'a', 'b', 'c'), bundle)).toEqual(['b', 'c']);
});

test('the stored bundle gains what it does not hold, and keeps the rest as it is', () => {
  const bundle = bundleOf(['a'], ['v']);
  expect(withDrafted(bundle, undefined)).toBe(bundle);
  const whole = withDrafted(bundle, bundleOf(['a', 'b'], ['v', 'w']));
  expect(whole.widgets.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(whole.views.map(({ id }) => id)).toEqual(['v', 'w']);
  expect(whole.widgets[0]).toBe(bundle.widgets[0]);
  expect(whole.state).toBe('s');
});
