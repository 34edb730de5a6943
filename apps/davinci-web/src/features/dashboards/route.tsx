/** The list of dashboards: by folder, searched, made, copied, removed with ten seconds to take it back. */
import { CopyOutlined, DeleteOutlined, EllipsisOutlined, FolderOutlined } from '@ant-design/icons';
import type { Dashboard, DashboardInput, DashboardSummary } from '@rtdp/davinci-api/client';
import { App, Button, Dropdown, Form, Input, Modal } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { type List, useApi, useChange } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { When } from '../../shell/quantity.tsx';
import { asSentence } from '../../shell/sentence.ts';
import { useUndo } from '../../shell/undo.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useFirstField } from '../../shell/use-first-field.ts';
import { useTell } from '../../shell/use-tell.ts';
import { Reason } from '../console/reason.tsx';
import { freeName } from './free-name.ts';
import './dashboards.css';

export default function DashboardsPage() {
  const { t } = useTranslation('dashboards');
  const mayEdit = useMay('editor');
  const [search, setSearch] = useUrlState('q', '');
  const [creating, setCreating] = useUrlState('new', '');
  const dashboards = useApi<List<DashboardSummary>>('/api/dashboards');
  const change = useChange(['/api/dashboards']);
  const { hidden, remove } = useUndo();
  return (
    <>
      <ListPage
        title={t('title')}
        description={t('description')}
        query={dashboards}
        shape="cards"
        search={{ label: t('search'), value: search, onChange: setSearch }}
        textOf={({ folder, name, description }) => `${folder}/${name} ${description}`}
        isHidden={({ id }) => hidden.has(id)}
        add={mayEdit ? { word: t('new'), run: () => setCreating('1') } : undefined}
        empty={{ title: t('empty'), text: t('emptyText') }}
        none={t('none')}
      >
        {(shown, all) =>
          byFolder(shown).map(([folder, entries]) => (
            <section key={folder} className="stack tight">
              <h2 className={folder === '' ? 'visually-hidden' : 'row folder'}>
                <FolderOutlined /> {folder === '' ? t('title') : folder}
              </h2>
              <div className="cards">
                {entries.map((each) => (
                  <DashboardCard
                    key={each.id}
                    dashboard={each}
                    mayEdit={mayEdit}
                    names={all.map(({ name }) => name)}
                    onRemove={() =>
                      remove(each.id, each.name, () =>
                        change.mutateAsync({ path: `/api/dashboards/${each.id}`, method: 'DELETE' }),
                      )
                    }
                  />
                ))}
              </div>
            </section>
          ))
        }
      </ListPage>
      {creating === '' || !mayEdit ? null : (
        <NewDashboard
          folders={[...new Set((dashboards.data?.items ?? []).map((each) => each.folder))]}
          onClose={() => setCreating(undefined)}
        />
      )}
    </>
  );
}

function byFolder(dashboards: readonly DashboardSummary[]): [string, DashboardSummary[]][] {
  const folders = new Map<string, DashboardSummary[]>();
  for (const each of dashboards) folders.set(each.folder, [...(folders.get(each.folder) ?? []), each]);
  return [...folders].sort(([a], [b]) => a.localeCompare(b));
}

function DashboardCard(props: {
  dashboard: DashboardSummary;
  mayEdit: boolean;
  /** Of all dashboards: a copy has none of them. */
  names: readonly string[];
  onRemove: () => void;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const { dashboard } = props;
  const { notification } = App.useApp();
  const change = useChange<Dashboard>(['/api/dashboards']);
  const go = useGo();
  const copy = async () => {
    try {
      const {
        id: _,
        version: __,
        createdAt: ___,
        updatedAt: ____,
        ...rest
      } = await api<Dashboard>(`/api/dashboards/${dashboard.id}`);
      const made = await change.mutateAsync({
        path: '/api/dashboards',
        method: 'POST',
        // An item of a kind that this version does not know is the server's to refuse.
        body: {
          ...rest,
          tabs: rest.tabs as DashboardInput['tabs'],
          name: freeName(t('copyOf', { name: rest.name }), props.names),
        } satisfies DashboardInput,
      });
      go(`/dashboards/${made.id}`);
    } catch (error) {
      notification.error({ title: t('saveFailed'), description: <Reason reason={error as ApiError} bare /> });
    }
  };
  return (
    <div className="dashboard-card">
      <Link to={`/dashboards/${dashboard.id}`} className="card">
        <h3 className="ellipsis">{dashboard.name}</h3>
        <p className="muted small dashboard-text">{dashboard.description || t('noDescription')}</p>
        <p className="faint small">
          {t('widgets', { count: dashboard.widgets })} · {t('changed')} <When at={dashboard.updatedAt} />
        </p>
      </Link>
      {props.mayEdit ? (
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'copy', icon: <CopyOutlined />, label: t('copy') },
              { key: 'remove', icon: <DeleteOutlined />, danger: true, label: t('remove') },
            ],
            onClick: ({ key }) => (key === 'copy' ? void copy() : props.onRemove()),
          }}
        >
          <Button
            type="text"
            size="small"
            icon={<EllipsisOutlined />}
            aria-label={t('actions', { name: dashboard.name })}
          />
        </Dropdown>
      ) : null}
    </div>
  );
}

function NewDashboard({ folders, onClose }: { folders: readonly string[]; onClose: () => void }): ReactNode {
  const { t } = useTranslation('dashboards');
  const tell = useTell();
  const go = useGo();
  const change = useChange<Dashboard>(['/api/dashboards', '/api/search']);
  const [problem, setProblem] = useState<string>();
  const { field, afterOpenChange } = useFirstField();
  const [form] = Form.useForm<{ name: string; folder?: string; description?: string }>();
  const submit = async (values: { name: string; folder?: string; description?: string }) => {
    try {
      const made = await change.mutateAsync({
        path: '/api/dashboards',
        method: 'POST',
        body: {
          name: values.name,
          folder: values.folder ?? '',
          description: values.description ?? '',
          tabs: [{ id: crypto.randomUUID(), name: t('firstTab'), items: [] }],
        } satisfies DashboardInput,
      });
      go(`/dashboards/${made.id}?edit=1`);
    } catch (error) {
      const { code, message, facts } = error as ApiError;
      const isTaken = code === 'DAVINCI_NAME_EXISTS' && 'name' in facts;
      setProblem(isTaken ? t('nameTaken', { name: facts.name }) : asSentence(tell(message)));
    }
  };
  return (
    <Modal
      open
      title={t('new')}
      okText={t('create')}
      confirmLoading={change.isPending}
      onOk={form.submit}
      onCancel={onClose}
      afterOpenChange={afterOpenChange}
      destroyOnHidden
    >
      <Form form={form} layout="vertical" onFinish={submit} onValuesChange={() => setProblem(undefined)}>
        <Form.Item
          name="name"
          label={t('name')}
          rules={[{ required: true, whitespace: true, message: t('nameNeeded') }]}
          {...(problem ? { help: problem, validateStatus: 'error' as const } : {})}
        >
          <Input ref={field} maxLength={200} {...(problem ? { 'aria-invalid': true } : {})} />
        </Form.Item>
        <Form.Item name="folder" label={t('folder')} extra={t('folderHint')}>
          <Input list="folders" maxLength={400} />
        </Form.Item>
        <datalist id="folders">
          {folders.map((folder) => (
            <option key={folder} value={folder} />
          ))}
        </datalist>
        <Form.Item name="description" label={t('descriptionField')}>
          <Input.TextArea rows={2} maxLength={4000} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
