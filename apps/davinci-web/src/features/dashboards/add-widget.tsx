/** The panel from which widgets are put on a dashboard. */
import { PlusOutlined, SearchOutlined } from '@ant-design/icons';
import type { DashboardItem, Widget } from '@rtdp/davinci-api/client';
import { Button, Drawer, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, useApi } from '../../api/use-api.ts';
import { useGo } from '../../shell/link.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { KindIcon } from '../../widgets/kind-icon.tsx';
import { widgetKind } from '../../widgets/registry.ts';

export function AddWidget(props: {
  /** Where the workbench adds a widget made from here. */
  dashboardId: string;
  onAdd: (item: Omit<DashboardItem, 'x' | 'y'>) => void;
  onClose: () => void;
  reload: () => unknown;
}): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const [search, setSearch] = useState('');
  const go = useGo();
  const widgets = useApi<List<Widget>>('/api/widgets');
  const add = (widget: Widget) => {
    const size = widgetKind(widget.kind)?.schema.size ?? { w: 12, h: 9 };
    props.onAdd({ id: crypto.randomUUID(), kind: 'widget', widgetId: widget.id, ...size });
  };
  return (
    <Drawer open title={t('panel.title')} mask={false} onClose={props.onClose}>
      <div className="stack">
        <Button icon={<PlusOutlined />} onClick={() => go(`/widgets/new?dashboard=${props.dashboardId}`)}>
          {t('panel.new')}
        </Button>
        <Input
          allowClear
          prefix={<SearchOutlined />}
          placeholder={t('panel.search')}
          aria-label={t('panel.search')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Answer
          query={widgets}
          shape="lines"
          isEmpty={({ items }) => items.length === 0}
          empty={<Empty title={t('panel.empty')} />}
        >
          {({ items }) =>
            items
              .filter((widget) => widget.name.toLowerCase().includes(search.toLowerCase()))
              .map((widget) => (
                <button type="button" key={widget.id} className="plain pickable" onClick={() => add(widget)}>
                  <KindIcon kind={widget.kind} />
                  <span className="ellipsis grow">{widget.name}</span>
                  <span className="faint small">{t(`widgets:kinds.${widget.kind}`)}</span>
                </button>
              ))
          }
        </Answer>
      </div>
    </Drawer>
  );
}
