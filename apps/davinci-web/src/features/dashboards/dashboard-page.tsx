/** One dashboard: its tabs, filters and widgets, live; in edit mode everything can be moved and taken back. */
import { CloseOutlined, EditOutlined, FullscreenExitOutlined, FullscreenOutlined } from '@ant-design/icons';
import type { Dashboard, DashboardBundle } from '@rtdp/davinci-api/client';
import { Button, Tabs, Tooltip } from 'antd';
import { type ReactNode, useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bundlePath } from '../../api/sent-ahead.ts';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { MissingThing } from '../../shell/dead-ends.tsx';
import { isMissing } from '../../shell/is-missing.ts';
import { late } from '../../shell/late.tsx';
import { Page } from '../../shell/page.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { usePathName, useUrlState } from '../../shell/url-state.ts';
import { type ChosenColours, chosenColours, createColourBook } from '../../widgets/colours.ts';
import { DashboardGrid, MovableGrid } from './dashboard-grid.tsx';
import './dashboards.css';
import { edit } from './draft.ts';
import { useDraftBundle } from './draft-bundle.ts';
import { LiveMark, LiveNote } from './live-mark.tsx';
import { useFilters } from './use-filters.ts';
import { useLive } from './use-live.ts';

// What only some dashboards have, or only who edits needs, is not read before.
const ControllersBar = late(async () => (await import('./controllers-bar.tsx')).ControllersBar);
const EditBar = late(async () => (await import('./edit-bar.tsx')).EditBar);
const AddWidget = late(async () => (await import('./add-widget.tsx')).AddWidget, { floating: true });
const ControllerEditor = late(async () => (await import('./controller-editor.tsx')).ControllerEditor, {
  floating: true,
});

export default function DashboardPage() {
  const { t } = useTranslation('dashboards');
  const id = usePathName() ?? '';
  const bundle = useApi<DashboardBundle>(bundlePath(id));
  const [editing] = useUrlState('edit', '');
  // Removed, or taken from us, while it was open; what somebody is changing stays on the screen.
  const isGone = (bundle.error?.status === 404 || bundle.error?.status === 403) && editing !== '1';
  if (isMissing(bundle.error) && (bundle.data === undefined || isGone)) {
    return <MissingThing title={t('noSuch')} back={{ label: t('noSuchBack'), to: '/dashboards' }} />;
  }
  if (bundle.data === undefined || isGone) {
    return (
      <Page title={t('title')} heading={null} size="wide">
        <Answer query={isGone ? { ...bundle, data: undefined } : bundle} shape="board">
          {() => null}
        </Answer>
      </Page>
    );
  }
  return <LoadedDashboard key={id} bundle={bundle.data} reload={bundle.refetch} />;
}

function LoadedDashboard({ bundle, reload }: { bundle: DashboardBundle; reload: () => unknown }): ReactNode {
  const { t } = useTranslation('dashboards');
  const mayEdit = useMay('editor');
  const [editing, setEditing] = useUrlState('edit', '');
  const [tabId, setTab] = useUrlState('tab', '');
  const [screen, setScreen] = useUrlState('screen', '');
  const [panel, setPanel] = useState<'add' | 'controllers'>();
  const [draft, change] = useReducer(edit, { now: bundle.dashboard, past: [], future: [] });
  // Compared by what they say: the book keeps what it gave as long as nobody chooses otherwise.
  const chosen = JSON.stringify(
    chosenColours(
      bundle.dashboard.tabs
        .flatMap(({ items }) => items)
        .map(({ widgetId }) => bundle.widgets.find(({ id }) => id === widgetId)?.settings ?? {}),
    ),
  );
  const colours = useMemo(() => createColourBook(JSON.parse(chosen) as ChosenColours), [chosen]);
  const isEditing = editing === '1' && mayEdit;
  const dashboard: Dashboard = isEditing ? draft.now : bundle.dashboard;
  const { whole, drafted, besides } = useDraftBundle(bundle, isEditing ? draft.now : undefined);
  const tab = dashboard.tabs.find((each) => each.id === tabId) ?? dashboard.tabs[0];
  const reloadBundle = useCallback(() => void reload(), [reload]);
  const lookedAt = { dashboard: dashboard.id, ...(besides === '' ? {} : { widgets: besides }) };
  const live = useLive(dashboard.refreshed === 'live' ? lookedAt : undefined, bundle.state, reloadBundle);
  const filters = useFilters(dashboard);

  // Whoever edits will want them.
  useEffect(() => {
    if (isEditing) for (const part of [MovableGrid, AddWidget, ControllerEditor]) part.ahead();
  }, [isEditing]);

  // A choice of one is none: the filters have the place of the tabs.
  const isOne = dashboard.tabs.length === 1 && !isEditing;

  const { crossFilters, setCrossFilters } = filters;
  useEffect(() => {
    if (isEditing || crossFilters.length === 0) return undefined;
    const clear = (event: KeyboardEvent) => {
      // Whatever lies above the page, or is typed into, is left first.
      const isElsewhere = (event.target as Element | null)?.closest?.(
        'input, textarea, [role="dialog"], [role="menu"]',
      );
      if (event.key === 'Escape' && !event.defaultPrevented && !isElsewhere) setCrossFilters([]);
    };
    window.addEventListener('keydown', clear);
    return () => window.removeEventListener('keydown', clear);
  }, [isEditing, crossFilters.length, setCrossFilters]);

  const controllers =
    dashboard.controllers.length === 0 ? null : (
      <ControllersBar
        dashboard={dashboard}
        views={whole.views}
        filters={filters}
        meanwhile={<div className="controllers" />}
      />
    );

  const startEditing = () => {
    change({ do: 'start', dashboard: bundle.dashboard });
    setEditing('1');
  };
  const fullScreen = (on: boolean) => {
    setScreen(on ? 'full' : undefined);
    // Where the browser does not allow it, the dashboard fills the window alone.
    if (on) void document.documentElement.requestFullscreen?.().catch(() => undefined);
    else if (document.fullscreenElement !== null) void document.exitFullscreen();
  };

  return (
    <DashboardFrame name={dashboard.name} aside={<LiveMark live={live} on={dashboard.refreshed === 'live'} />}>
      <div className="dashboard-bar">
        {isOne ? (
          controllers
        ) : (
          <Tabs
            activeKey={tab?.id ?? ''}
            onChange={(key) => setTab(key === dashboard.tabs[0]?.id ? undefined : key, { push: true })}
            items={dashboard.tabs.map((each) => ({ key: each.id, label: each.name }))}
          />
        )}
        {isEditing ? (
          <EditBar
            draft={draft}
            change={change}
            tab={tab}
            onTab={setTab}
            onPanel={setPanel}
            onDone={() => setEditing(undefined)}
            reload={reload}
          />
        ) : (
          <>
            {screen === 'full' ? <LiveMark live={live} on={dashboard.refreshed === 'live'} /> : null}
            {mayEdit && screen !== 'full' ? (
              <Button icon={<EditOutlined />} onClick={startEditing}>
                {t('edit')}
              </Button>
            ) : null}
            <Tooltip title={t(screen === 'full' ? 'leaveFullScreen' : 'fullScreen')}>
              <Button
                type="text"
                icon={screen === 'full' ? <FullscreenExitOutlined /> : <FullscreenOutlined />}
                aria-label={t(screen === 'full' ? 'leaveFullScreen' : 'fullScreen')}
                onClick={() => fullScreen(screen !== 'full')}
              />
            </Tooltip>
          </>
        )}
      </div>
      <LiveNote live={live} />
      {isOne ? null : controllers}
      {filters.crossFilters.length === 0 ? null : (
        <div className="chips">
          <span className="muted small">{t('selection')}</span>
          {filters.crossFilters.map((each) => (
            <Button
              key={`${each.from}:${each.column}:${String(each.value)}`}
              size="small"
              shape="round"
              icon={<CloseOutlined />}
              iconPlacement="end"
              aria-label={t('removeFilter', { name: each.label })}
              onClick={() => filters.setCrossFilters(filters.crossFilters.filter((other) => other !== each))}
            >
              {each.label}
            </Button>
          ))}
          <Button size="small" type="link" onClick={() => filters.setCrossFilters([])}>
            {t('clearAll')}
          </Button>
        </div>
      )}
      {tab === undefined || tab.items.length === 0 ? (
        <Empty
          title={t('emptyTab')}
          action={
            !mayEdit ? undefined : isEditing ? (
              <Button type="primary" onClick={() => setPanel('add')}>
                {t('addWidget')}
              </Button>
            ) : (
              <Button type="primary" onClick={startEditing}>
                {t('edit')}
              </Button>
            )
          }
        >
          {t('emptyTabText')}
        </Empty>
      ) : (
        <DashboardGrid
          key={tab.id}
          bundle={whole}
          drafted={drafted}
          tab={tab}
          editing={isEditing}
          change={change}
          colours={colours}
          filters={filters}
          live={live}
        />
      )}
      {panel === 'add' && tab !== undefined ? (
        <AddWidget
          dashboardId={dashboard.id}
          onAdd={(item) => change({ do: 'add', tab: tab.id, item })}
          onClose={() => setPanel(undefined)}
          reload={reload}
        />
      ) : null}
      {panel === 'controllers' ? (
        <ControllerEditor
          controllers={dashboard.controllers}
          views={whole.views}
          onChange={(controllers) => change({ do: 'controllers', controllers })}
          onClose={() => setPanel(undefined)}
        />
      ) : null}
    </DashboardFrame>
  );
}

/** A page without a head of its own: the tabs are its head. */
function DashboardFrame({ name, aside, children }: { name: string; aside: ReactNode; children: ReactNode }): ReactNode {
  const { t } = useTranslation('dashboards');
  return (
    <Page title={name} heading={null} size="wide" crumbs={[{ label: t('title'), to: '/dashboards' }]} aside={aside}>
      {children}
    </Page>
  );
}
