/** The workbench: fields of a view are put onto shelves and become a widget, seen at once. */
import { DashboardOutlined, SaveOutlined } from '@ant-design/icons';
import { DndContext, type DragEndEvent, DragOverlay, PointerSensor, useSensor, useSensors } from '@dnd-kit/core';
import type { DashboardSummary, View, Widget } from '@rtdp/davinci-api/client';
import { App, Button, Dropdown, Input, Select, Tooltip } from 'antd';
import { type ReactNode, useCallback, useEffect, useMemo, useReducer, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../api/client.ts';
import { useMay, useSession } from '../../api/session.ts';
import { type List, useApi, useChange } from '../../api/use-api.ts';
import { MissingThing } from '../../shell/dead-ends.tsx';
import { isMissing } from '../../shell/is-missing.ts';
import { LeaveGuard } from '../../shell/leave-guard.tsx';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Empty, ErrorState } from '../../shell/states.tsx';
import { RedoIcon, UndoIcon } from '../../shell/step-icons.tsx';
import { usePathName, useUrlQuery } from '../../shell/url-state.ts';
import type { ShelfName } from '../../widgets/contract.ts';
import { Reason } from '../console/reason.tsx';
import { addToDashboard } from './add-to-dashboard.ts';
import { FieldLabel, FieldList } from './field-list.tsx';
import { hiddenColumn } from './hidden-column.ts';
import { Preview } from './preview.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { Shelves } from './shelves.tsx';
import '../console/console.css';
import './workbench.css';
import { draftOf, emptyDraft, missingIn, type WidgetDraft } from './workbench-draft.ts';
import { type DraftHistory, type HistoryStep, historyOf, takeStep } from './workbench-history.ts';
import { WorkbenchSkeleton } from './workbench-skeleton.tsx';

/** A field without which nothing can be saved. */
const WRONG = { status: 'error', 'aria-invalid': true, 'aria-describedby': 'widget-problem' } as const;

export default function WorkbenchPage() {
  const { t } = useTranslation(['workbench', 'widgets']);
  const id = usePathName() ?? 'new';
  const isNew = id === 'new';
  const views = useApi<List<View>>('/api/views');
  const widget = useApi<Widget>(`/api/widgets/${encodeURIComponent(id)}`, { enabled: !isNew });
  const crumbs = [{ label: t('widgets:list.title'), to: '/widgets' }];
  const failed = views.error ?? widget.error;
  if (isMissing(widget.error) && widget.data === undefined) {
    return <MissingThing title={t('noSuch')} back={{ label: t('noSuchBack'), to: '/widgets' }} />;
  }
  if (views.data === undefined || (!isNew && widget.data === undefined)) {
    return (
      <Page title={t('title')} heading={null} crumbs={crumbs} size="fill">
        {failed ? (
          <ErrorState
            error={failed}
            onRetry={() => void Promise.all([views.refetch(), isNew ? undefined : widget.refetch()])}
          />
        ) : (
          <WorkbenchSkeleton />
        )}
      </Page>
    );
  }
  return <Workbench key={id} stored={widget.data} views={views.data.items} />;
}

function Workbench({ stored, views }: { stored: Widget | undefined; views: readonly View[] }): ReactNode {
  const { t } = useTranslation(['workbench', 'widgets']);
  const { message, notification } = App.useApp();
  const go = useGo();
  const url = useUrlQuery();
  const mayEdit = useMay('editor');
  const role = useSession()?.user.role;
  const save = useChange<Widget>(['/api/widgets', '/api/dashboards', '/api/search']);
  const [version, setVersion] = useState(stored?.version);
  const [dragged, setDragged] = useState<string>();
  const [saved, setSaved] = useState<WidgetDraft>();
  const [refused, setRefused] = useState<ReturnType<typeof missingIn>>();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }));
  const [history, dispatch] = useReducer(
    (current: DraftHistory, step: HistoryStep) => takeStep(current, step, modelOf(views, current.now.viewId)),
    undefined,
    () =>
      historyOf(
        stored === undefined
          ? emptyDraft(url.get('view') ?? (views.length === 1 ? views[0]?.id : undefined))
          : draftOf(stored),
      ),
  );
  const draft = history.now;
  /** Told beside the name until it is there. */
  const missing = refused === missingIn(draft) ? refused : undefined;
  const [beginning] = useState(draft);
  const view = views.find((each) => each.id === draft.viewId);
  const model = useMemo(() => view?.model ?? [], [view]);
  const isChanged = draft !== (saved ?? beginning);
  // The page goes on by itself after a save, before the saved draft is drawn.
  const leaves = useRef(false);
  useEffect(() => {
    if (!isChanged) leaves.current = false;
  }, [isChanged]);

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      // A field takes back what was typed into it by itself.
      const typing = event.target instanceof HTMLElement && /INPUT|TEXTAREA/.test(event.target.tagName);
      if (!(event.ctrlKey || event.metaKey) || typing) return;
      const key = event.key.toLowerCase();
      if (key === 'z') dispatch({ do: event.shiftKey ? 'redo' : 'undo' });
      else if (key === 'y') dispatch({ do: 'redo' });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, []);

  const onDragEnd = ({ active, over }: DragEndEvent) => {
    setDragged(undefined);
    if (over === null) return;
    const shelf = String(over.id).replace('shelf:', '');
    const [kind, name = ''] = splitOnce(String(active.id));
    if (kind === 'column') {
      const column = model.find((each) => each.column === name);
      if (column === undefined) return;
      if (shelf === 'filters')
        dispatch({
          do: 'filters',
          filters: [...draft.query.filters, { column: name, operator: 'is not null', values: [] }],
        });
      else dispatch({ do: 'add', column, shelf: shelf as ShelfName });
    } else if (kind === 'field' && shelf !== 'filters')
      dispatch({ do: 'move', field: name, shelf: shelf as ShelfName });
  };

  const store = useCallback(
    async (useVersion = version): Promise<Widget | undefined> => {
      const needed = missingIn(draft);
      setRefused(needed);
      if (needed !== undefined) {
        document.getElementById(`widget-${needed}`)?.focus();
        return undefined;
      }
      const body = {
        name: draft.name.trim(),
        description: draft.description,
        viewId: draft.viewId!,
        kind: draft.kind,
        query: draft.query,
        settings: draft.settings,
      };
      try {
        const made =
          stored === undefined
            ? await save.mutateAsync({ path: '/api/widgets', method: 'POST', body })
            : await save.mutateAsync({
                path: `/api/widgets/${stored.id}`,
                method: 'PUT',
                body: { ...body, version: useVersion },
              });
        leaves.current = true;
        setVersion(made.version);
        setSaved(draft);
        message.success(t('saved'));
        return made;
      } catch (error) {
        const refusal = error as ApiError;
        const { code, status, facts } = refusal;
        const column = hiddenColumn(refusal, view, role);
        const reason =
          column === undefined
            ? refusal
            : { code, message: t('hiddenColumn', { column }), next: t('hiddenColumnNext', { column }) };
        notification.error({
          title: t('notSaved'),
          description: <Reason reason={reason} bare />,
          ...(status === 409 && typeof facts.version === 'number'
            ? {
                actions: (
                  <Button size="small" onClick={() => void store(facts.version as number)}>
                    {t('overwrite')}
                  </Button>
                ),
              }
            : {}),
        });
        return undefined;
      }
    },
    [draft, stored, version, save, view, role, message, notification, t],
  );
  const onSave = async () => {
    const made = await store();
    if (made === undefined) return;
    const dashboard = url.get('dashboard');
    if (dashboard !== null) return onAdd(dashboard, made);
    if (stored === undefined) go(`/widgets/${made.id}`, { replace: true });
    return undefined;
  };
  const onAdd = async (dashboardId: string, made?: Widget) => {
    const widget = made ?? (isChanged || stored === undefined ? await store() : stored);
    if (widget === undefined) return;
    try {
      await addToDashboard(dashboardId, widget);
      go(`/dashboards/${dashboardId}`);
    } catch (error) {
      notification.error({
        title: t('notAdded'),
        description: <Reason reason={error as ApiError} bare />,
        duration: 0,
      });
      // It is stored: what is saved next is that one.
      if (stored === undefined) go(`/widgets/${widget.id}`, { replace: true });
    }
  };

  if (views.length === 0) {
    return (
      <Page title={t('title')} crumbs={[{ label: t('widgets:list.title'), to: '/widgets' }]}>
        <Empty
          title={t('noViews')}
          action={
            <Button type="primary" onClick={() => go('/views/new')}>
              {t('newView')}
            </Button>
          }
        >
          {t('noViewsText')}
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={draft.name || t('newWidget')}
      size="fill"
      crumbs={[{ label: t('widgets:list.title'), to: '/widgets' }]}
      heading={
        <>
          <h1 className="visually-hidden">{draft.name || t('newWidget')}</h1>
          <Input
            id="widget-name"
            className="workbench-title"
            variant="borderless"
            aria-label={t('name')}
            placeholder={t('name')}
            value={draft.name}
            maxLength={200}
            {...(missing === 'name' ? WRONG : {})}
            onChange={(event) => dispatch({ do: 'name', name: event.target.value })}
          />
        </>
      }
      badge={
        missing === undefined ? undefined : (
          <span id={WRONG['aria-describedby']} className="field-problem" role="alert">
            {t(`${missing}First`)}
          </span>
        )
      }
      actions={
        mayEdit ? (
          <>
            {(['undo', 'redo'] as const).map((each) => (
              <Tooltip key={each} title={t(each)}>
                <Button
                  type="text"
                  icon={each === 'undo' ? <UndoIcon /> : <RedoIcon />}
                  aria-label={t(each)}
                  disabled={(each === 'undo' ? history.past : history.future).length === 0}
                  onClick={() => dispatch({ do: each })}
                />
              </Tooltip>
            ))}
            <AddTo onAdd={(id) => void onAdd(id)} />
            <Button
              type="primary"
              icon={<SaveOutlined />}
              loading={save.isPending}
              disabled={!isChanged && stored !== undefined}
              onClick={() => void onSave()}
            >
              {t('save')}
            </Button>
          </>
        ) : null
      }
    >
      <LeaveGuard isChanged={() => isChanged && !leaves.current && mayEdit} />
      <DndContext
        sensors={sensors}
        onDragStart={({ active }) => setDragged(splitOnce(String(active.id))[1])}
        onDragCancel={() => setDragged(undefined)}
        onDragEnd={onDragEnd}
      >
        <div className="workbench">
          <aside id="widget-field" tabIndex={-1} className="card workbench-side" aria-label={t('fields')}>
            <Select
              id="widget-view"
              aria-label={t('view')}
              placeholder={t('chooseView')}
              showSearch={{ optionFilterProp: 'label' }}
              value={draft.viewId}
              options={views.map((each) => ({ value: each.id, label: each.name }))}
              {...(missing === 'view' ? WRONG : {})}
              onChange={(viewId: string) => dispatch({ do: 'view', viewId })}
            />
            {view === undefined ? (
              <Empty small title={t('chooseViewFirst')} />
            ) : (
              <FieldList model={model} query={draft.query} onAdd={(column) => dispatch({ do: 'add', column })} />
            )}
          </aside>
          <div className="workbench-middle">
            <Shelves draft={draft} model={model} dispatch={dispatch} dragging={dragged !== undefined} />
            <Preview draft={draft} view={view} />
          </div>
          <SettingsPanel draft={draft} model={model} dispatch={dispatch} />
        </div>
        <DragOverlay dropAnimation={null}>
          {dragged === undefined ? null : (
            <span className="pill dragged">
              <FieldLabel name={dragged} model={model} query={draft.query} />
            </span>
          )}
        </DragOverlay>
      </DndContext>
    </Page>
  );
}

function AddTo({ onAdd }: { onAdd: (dashboardId: string) => void }): ReactNode {
  const { t } = useTranslation('workbench');
  const dashboards = useApi<List<DashboardSummary>>('/api/dashboards');
  const items = (dashboards.data?.items ?? []).map((each) => ({ key: each.id, label: each.name }));
  return (
    <Dropdown trigger={['click']} disabled={items.length === 0} menu={{ items, onClick: ({ key }) => onAdd(key) }}>
      <Button icon={<DashboardOutlined />}>{t('addTo')}</Button>
    </Dropdown>
  );
}

function modelOf(views: readonly View[], viewId: string | undefined): View['model'] {
  return views.find((view) => view.id === viewId)?.model ?? [];
}

/** `kind:name`, where the name may hold colons. */
function splitOnce(id: string): [string, string | undefined] {
  const colon = id.indexOf(':');
  return colon === -1 ? [id, undefined] : [id.slice(0, colon), id.slice(colon + 1)];
}
