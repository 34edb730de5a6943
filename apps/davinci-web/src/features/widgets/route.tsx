/** The list of widgets. */
import { DeleteOutlined, PlusOutlined, SearchOutlined } from '@ant-design/icons';
import type { View, Widget } from '@rtdp/davinci-api/client';
import { Button, Input } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { type List, useApi, useChange } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
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
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/widgets/new')}>
      {t('list.new')}
    </Button>
  );
  const viewName = (id: string) => views.data?.items.find((view) => view.id === id)?.name;
  const isNone = widgets.data?.items.length === 0;
  return (
    <Page
      title={t('list.title')}
      description={t('list.description')}
      // Where there is nothing yet, it stands where that is told.
      actions={mayEdit && !isNone ? create : undefined}
    >
      {isNone ? null : (
        <Input
          className="search-field"
          allowClear
          prefix={<SearchOutlined />}
          aria-label={t('list.search')}
          placeholder={t('list.search')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      <Answer
        query={widgets}
        shape="cards"
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty title={t('list.empty')} action={mayEdit ? create : undefined}>
            {t('list.emptyText')}
          </Empty>
        }
      >
        {({ items }) => {
          const shown = items.filter(
            (each) =>
              !hidden.has(each.id) && `${each.name} ${each.description}`.toLowerCase().includes(search.toLowerCase()),
          );
          return (
            <>
              {shown.length === 0 ? <Empty title={t('list.none')} /> : null}
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
            </>
          );
        }}
      </Answer>
    </Page>
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
