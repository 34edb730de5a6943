/** What an editor can do with a dashboard: add, name, take back, save; a version that somebody else changed is never lost unasked. */
import { EllipsisOutlined, PlusOutlined } from '@ant-design/icons';
import type { Dashboard } from '@rtdp/davinci-api/client';
import { App, Button, Dropdown, Form, Input, Modal, Switch, Tooltip } from 'antd';
import { type Dispatch, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, api } from '../../api/client.ts';
import { useChange } from '../../api/use-api.ts';
import { LeaveGuard } from '../../shell/leave-guard.tsx';
import { RedoIcon, UndoIcon } from '../../shell/step-icons.tsx';
import { useFirstField } from '../../shell/use-first-field.ts';
import { Reason } from '../console/reason.tsx';
import type { Draft, Edit } from './draft.ts';

export function EditBar(props: {
  draft: Draft;
  change: Dispatch<Edit>;
  tab: Dashboard['tabs'][number] | undefined;
  onTab: (id: string | undefined) => void;
  onPanel: (panel: 'add' | 'controllers') => void;
  onDone: () => void;
  reload: () => unknown;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const { modal, message, notification } = App.useApp();
  const { draft, change, tab } = props;
  const save = useChange<Dashboard>(['/api/dashboards', '/api/search']);
  const [isStoring, setStoring] = useState(false);
  const [renaming, setRenaming] = useState<'tab' | 'dashboard'>();
  /** A name that it was not saved under, because another dashboard has it. */
  const [taken, setTaken] = useState<string>();
  const changed = draft.past.length > 0;
  const isDone = useRef(false);
  const latest = useRef(draft.now);
  useLayoutEffect(() => {
    latest.current = draft.now;
  }, [draft.now]);
  const done = () => {
    isDone.current = true;
    props.onDone();
  };

  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && /INPUT|TEXTAREA/.test(event.target.tagName);
      if (!(event.ctrlKey || event.metaKey) || typing) return;
      const key = event.key.toLowerCase();
      if (key === 'z') change({ do: event.shiftKey ? 'redo' : 'undo' });
      else if (key === 'y') change({ do: 'redo' });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, [change]);

  const store = async (version: number) => {
    setStoring(true);
    try {
      let stored: Dashboard;
      let known = version;
      // What is changed while it is saved is saved too.
      do {
        stored = latest.current;
        const { createdAt: _, updatedAt: __, ...body } = stored;
        const path = `/api/dashboards/${body.id}`;
        ({ version: known } = await save.mutateAsync({ path, method: 'PUT', body: { ...body, version: known } }));
        await props.reload();
      } while (latest.current !== stored);
      message.success(t('saved'));
      done();
    } catch (error) {
      const { status, code } = error as ApiError;
      if (code === 'DAVINCI_NAME_EXISTS') {
        setTaken(latest.current.name);
        setRenaming('dashboard');
      } else if (status === 409) await askAboutConflict();
      else notification.error({ title: t('saveFailed'), description: <Reason reason={error as ApiError} bare /> });
    } finally {
      setStoring(false);
    }
  };
  const askAboutConflict = async () => {
    const theirs = await api<Dashboard>(`/api/dashboards/${draft.now.id}`);
    modal.confirm({
      title: t('conflict'),
      content: t('conflictText'),
      okText: t('saveMine'),
      cancelText: t('loadTheirs'),
      onOk: () => store(theirs.version),
      onCancel: async () => {
        await props.reload();
        change({ do: 'start', dashboard: theirs });
      },
    });
  };
  const discard = () => {
    if (!changed) return done();
    modal.confirm({
      title: t('discardAsk'),
      content: t('discardText'),
      okText: t('discard'),
      okButtonProps: { danger: true },
      onOk: () => {
        change({ do: 'start', dashboard: draft.now });
        done();
      },
    });
    return undefined;
  };
  const addTab = () => {
    const id = crypto.randomUUID();
    change({ do: 'addTab', id, name: t('newTab', { number: draft.now.tabs.length + 1 }) });
    props.onTab(id);
  };
  const actions: Record<string, () => void> = {
    text: () =>
      tab &&
      change({
        do: 'add',
        tab: tab.id,
        item: { id: crypto.randomUUID(), kind: 'text', text: `# ${t('text.title')}`, w: 8, h: 3 },
      }),
    filters: () => props.onPanel('controllers'),
    tab: addTab,
    renameTab: () => setRenaming('tab'),
    removeTab: () => {
      if (tab === undefined) return;
      change({ do: 'removeTab', id: tab.id });
      props.onTab(undefined);
    },
    rename: () => setRenaming('dashboard'),
  };

  return (
    <>
      <LeaveGuard isChanged={() => changed && !isDone.current} editing="edit" />
      <Tooltip title={t('undo')}>
        <Button
          type="text"
          icon={<UndoIcon />}
          aria-label={t('undo')}
          disabled={!changed}
          onClick={() => change({ do: 'undo' })}
        />
      </Tooltip>
      <Tooltip title={t('redo')}>
        <Button
          type="text"
          icon={<RedoIcon />}
          aria-label={t('redo')}
          disabled={draft.future.length === 0}
          onClick={() => change({ do: 'redo' })}
        />
      </Tooltip>
      <Button icon={<PlusOutlined />} onClick={() => props.onPanel('add')}>
        {t('addWidget')}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'text', label: t('addText') },
            { key: 'filters', label: t('manageFilters') },
            { type: 'divider' },
            { key: 'tab', label: t('addTab') },
            { key: 'renameTab', label: t('renameTab') },
            { key: 'removeTab', label: t('removeTab'), disabled: draft.now.tabs.length < 2 },
            { type: 'divider' },
            { key: 'rename', label: t('name') },
          ],
          onClick: ({ key }) => actions[key]?.(),
        }}
      >
        <Button icon={<EllipsisOutlined />} aria-label={t('more')} />
      </Dropdown>
      <Button onClick={discard}>{t('discard')}</Button>
      <Button type="primary" loading={isStoring} onClick={() => void store(draft.now.version)}>
        {t('done')}
      </Button>
      {renaming === undefined ? null : (
        <Naming
          what={renaming}
          draft={draft}
          tab={tab}
          taken={renaming === 'dashboard' ? taken : undefined}
          change={change}
          onClose={() => setRenaming(undefined)}
        />
      )}
    </>
  );
}

function Naming(props: {
  what: 'tab' | 'dashboard';
  draft: Draft;
  tab: Dashboard['tabs'][number] | undefined;
  taken: string | undefined;
  change: Dispatch<Edit>;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const { field, afterOpenChange } = useFirstField();
  const [form] = Form.useForm<{ name: string; folder: string; description: string; crossFilter: boolean }>();
  const { now } = props.draft;
  const name = Form.useWatch('name', { form, preserve: true }) ?? now.name;
  const isTaken = props.taken !== undefined && name.trim() === props.taken.trim();
  const isTab = props.what === 'tab';
  return (
    <Modal
      open
      title={t(isTab ? 'renameTab' : 'name')}
      okText={t('text.apply')}
      onOk={form.submit}
      onCancel={props.onClose}
      afterOpenChange={afterOpenChange}
      destroyOnHidden
    >
      <Form
        form={form}
        layout="vertical"
        initialValues={isTab ? { name: props.tab?.name } : now}
        onFinish={({ name, folder, description, crossFilter }) => {
          if (!isTab)
            props.change({
              do: 'set',
              part: { name, folder: folder ?? '', description: description ?? '', crossFilter },
            });
          else if (props.tab !== undefined) props.change({ do: 'renameTab', id: props.tab.id, name });
          props.onClose();
        }}
      >
        <Form.Item
          name="name"
          label={t(isTab ? 'tabName' : 'name')}
          rules={[{ required: true, whitespace: true, message: t('nameNeeded') }]}
          {...(isTaken ? { help: t('nameTaken', { name: props.taken }), validateStatus: 'error' as const } : {})}
        >
          <Input ref={field} maxLength={200} {...(isTaken ? { 'aria-invalid': true } : {})} />
        </Form.Item>
        {isTab ? null : (
          <>
            <Form.Item name="folder" label={t('folder')} extra={t('folderHint')}>
              <Input maxLength={400} />
            </Form.Item>
            <Form.Item name="description" label={t('descriptionField')}>
              <Input.TextArea rows={2} maxLength={4000} />
            </Form.Item>
            <Form.Item name="crossFilter" label={t('crossFilter')} valuePropName="checked">
              <Switch />
            </Form.Item>
          </>
        )}
      </Form>
    </Modal>
  );
}
