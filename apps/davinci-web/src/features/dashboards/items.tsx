/** Lists the kinds of items that a dashboard can hold: widgets come with the page, each other kind when it is needed. */
import type { ItemKind } from '@rtdp/davinci-api/client';
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty, Loading } from '../../shell/states.tsx';
import type { ItemProps } from './item-contract.ts';
import WidgetItem from './widget-item.tsx';

const ITEMS: Readonly<Record<string, ComponentType<ItemProps>>> = {
  widget: WidgetItem,
  text: lazy(() => import('./text-item.tsx')),
  'demo-rate': lazy(() => import('./demo-rate.tsx')),
} satisfies Record<ItemKind, ComponentType<ItemProps>>;

export function ItemBody(props: ItemProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const { kind } = props.item;
  const Item = Object.hasOwn(ITEMS, kind) ? ITEMS[kind] : undefined;
  if (Item === undefined) {
    return (
      <div className="widget">
        <Empty small title={t('item.unknown', { kind })} />
      </div>
    );
  }
  return (
    <Suspense
      fallback={
        <div className="widget">
          <div className="widget-body">
            <Loading />
          </div>
        </div>
      }
    >
      <Item {...props} />
    </Suspense>
  );
}
