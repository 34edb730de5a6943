/** The list of widgets. */
import { DeleteOutlined } from '@ant-design/icons';
import type { View, Widget } from '@rtdp/davinci-api/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { type List, useApi, useChange } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { When } from '../../shell/quantity.tsx';
import { useUndo } from '../../shell/undo.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { KindIcon } from '../../widgets/kind-icon.tsx';
import './workbench.css';

export default function WidgetsPage() {
  const { t } = useTranslation('widgets');
  const go = useGo();
  const mayEdit = useMay('editor');
  const [search, setSearch] = useUrlState('q', '');
  const widgets = useApi<List<Widget>>('/api/widgets');
  const views = useApi<List<View>>('/api/views', { enabled: mayEdit });
  const change = useChange(['/api/widgets', '/api/dashboards', '/api/search']);
  const { hidden, remove } = useUndo();
  const viewName = (id: string) => views.data?.items.find((view) => view.id === id)?.name;
  return (
    <ListPage
      title={t('list.title')}
      description={t('list.description')}
      query={widgets}
      shape="cards"
      search={{ label: t('list.search'), value: search, onChange: setSearch }}
      textOf={({ name, description }) => `${name} ${description}`}
      isHidden={({ id }) => hidden.has(id)}
      add={mayEdit ? { word: t('list.new'), run: () => go('/widgets/new') } : undefined}
      empty={{ title: t('list.empty'), text: t('list.emptyText') }}
      none={t('list.none')}
    >
      {(shown) => (
        <div className="cards">
          {shown.map((widget) => (
            <div key={widget.id} className="widget-card">
              <WidgetCard {...(mayEdit ? { to: `/widgets/${widget.id}` } : {})}>
                <h2 className="row">
                  <KindIcon kind={widget.kind} />
                  <span className="ellipsis">{widget.name}</span>
                </h2>
                <p className="muted small ellipsis">
                  {t(`kinds.${widget.kind}`, { defaultValue: widget.kind })}
                  {viewName(widget.viewId) === undefined
                    ? ''
                    : ` · ${t('list.view', { name: viewName(widget.viewId) })}`}
                </p>
                <p className="faint small">
                  {t('list.changed')} <When at={widget.updatedAt} />
                </p>
              </WidgetCard>
              {mayEdit ? (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={`${t('list.remove')}: ${widget.name}`}
                  onClick={() =>
                    remove(widget.id, widget.name, () =>
                      change.mutateAsync({ path: `/api/widgets/${widget.id}`, method: 'DELETE' }),
                    )
                  }
                />
              ) : null}
            </div>
          ))}
        </div>
      )}
    </ListPage>
  );
}

/** Leads to the workbench whoever may use it. */
function WidgetCard({ to, children }: { to?: string; children: ReactNode }): ReactNode {
  if (to === undefined) return <div className="card">{children}</div>;
  return (
    <Link to={to} className="card">
      {children}
    </Link>
  );
}
