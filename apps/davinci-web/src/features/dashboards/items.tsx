/** Lists the kinds of items that a dashboard can hold: widgets come with the page, each other kind when it is needed. */
import type { ItemKind } from '@rtdp/davinci-api/client';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { late } from '../../shell/late.tsx';
import { Empty, Loading } from '../../shell/states.tsx';
import type { ItemProps } from './item-contract.ts';
import WidgetItem from './widget-item.tsx';

const TextItem = late(async () => (await import('./text-item.tsx')).default);
const DemoRate = late(async () => (await import('./demo-rate.tsx')).default);

const ITEMS: Readonly<Record<string, ComponentType<ItemProps>>> = {
  widget: WidgetItem,
  text: (props) => <TextItem {...props} meanwhile={<Meanwhile />} />,
  'demo-rate': (props) => <DemoRate {...props} meanwhile={<Meanwhile />} />,
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
  return <Item {...props} />;
}

function Meanwhile(): ReactNode {
  return (
    <div className="widget">
      <div className="widget-body">
        <Loading />
      </div>
    </div>
  );
}
