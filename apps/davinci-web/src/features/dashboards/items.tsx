/** Lists the kinds of items that a dashboard can hold; each is a file, loaded when it is needed. */
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty, Loading } from '../../shell/states.tsx';
import type { ItemProps } from './item-contract.ts';

const ITEMS: Readonly<Record<string, ComponentType<ItemProps>>> = {
  widget: lazy(() => import('./widget-item.tsx')),
  text: lazy(() => import('./text-item.tsx')),
  'demo-rate': lazy(() => import('./demo-rate.tsx')),
};

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
