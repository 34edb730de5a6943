/** The list of widgets. */
import { DeleteOutlined } from '@ant-design/icons';
import type { DashboardSummary, View, Widget } from '@rtdp/davinci-api/client';
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
  const dashboards = useApi<List<DashboardSummary>>('/api/dashboards', { enabled: !mayEdit });
  const change = useChange(['/api/widgets', '/api/dashboards', '/api/search']);
  const { hidden, remove } = useUndo();
  const shownOn = (id: string) => dashboards.data?.items.filter(({ widgetIds }) => widgetIds.includes(id));
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
              <WidgetCard to={mayEdit ? `/widgets/${widget.id}` : dashboardPath(shownOn(widget.id)?.[0])}>
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
                {mayEdit ? null : <ShownOn dashboards={shownOn(widget.id)} />}
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

function dashboardPath(dashboard: DashboardSummary | undefined): string | undefined {
  return dashboard && `/dashboards/${dashboard.id}`;
}

/** Undefined as long as it is not known. */
function ShownOn({ dashboards }: { dashboards: readonly DashboardSummary[] | undefined }): ReactNode {
  const { t } = useTranslation('widgets');
  if (dashboards === undefined) return null;
  const names = dashboards.map(({ name }) => name).join(', ');
  return <p className="muted small">{names === '' ? t('list.onNone') : t('list.on', { names })}</p>;
}

/** Leads to the workbench whoever may use it, others to the dashboard that shows the widget first. */
function WidgetCard({ to, children }: { to: string | undefined; children: ReactNode }): ReactNode {
  if (to === undefined) return <div className="card">{children}</div>;
  return (
    <Link to={to} className="card">
      {children}
    </Link>
  );
}
