/** Decides how one source is shown: its figures, its actions, and its tables, pulls, history, dead letters and settings in tabs. */
import type { SourceView } from '@rtdp/dbus/client';
import { Button, Tabs } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { NoSuch } from '../../shell/dead-ends.tsx';
import { Page } from '../../shell/page.tsx';
import { Answer } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { dbusPath, LOOK_EVERY } from '../console/console-api.ts';
import { Reason } from '../console/reason.tsx';
import { sourceStatus } from '../console/statuses.ts';
import { tellDetail } from '../console/tell-detail.ts';
import { useAct } from '../console/use-act.ts';
import { DeadLettersTab } from './dead-letters-tab.tsx';
import { HistoryTab } from './history-tab.tsx';
import { PullsTab } from './pulls-tab.tsx';
import { RemoveSource } from './remove-source.tsx';
import { SettingsTab } from './settings-tab.tsx';
import { type SourceCommand, sourceCommands } from './source-commands.ts';
import { SourceFigures } from './source-figures.tsx';
import { SourceState } from './source-state.tsx';
import { TablesTab } from './tables-tab.tsx';

export function SourcePage({ name }: { name: string }): ReactNode {
  const { t } = useTranslation('console-sources');
  const source = useApi<SourceView>(dbusPath('sources', name), { every: LOOK_EVERY });
  return (
    <Page
      title={name}
      size="wide"
      crumbs={[{ label: t('title'), to: '/sources' }]}
      badge={source.data === undefined ? undefined : <SourceState source={source.data} tag />}
      actions={source.data === undefined ? undefined : <Actions source={source.data} />}
    >
      <Answer
        query={source}
        shape="thing"
        figures={6}
        missing={<NoSuch title={t('noSuch')} back={{ label: t('noSuchBack'), to: '/sources' }} />}
      >
        {(view) => <Body source={view} />}
      </Answer>
    </Page>
  );
}

function Body({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { t: consoleWords } = useTranslation('console');
  const tell = useTell();
  const [tab, setTab] = useUrlState<string>('tab', 'tables');
  const kind = sourceStatus(source);
  return (
    <>
      {source.reason === null ? null : <Reason reason={source.reason} kind={kind === 'ok' ? 'late' : kind} />}
      {source.reason === null && source.health.detail !== '' ? (
        <div className={`reason ${kind === 'broken' ? 'broken' : 'late'}`}>
          <p>{tell(tellDetail(source.health.detail, consoleWords))}</p>
        </div>
      ) : null}
      {source.stream?.lastError && source.reason === null ? (
        <Reason reason={source.stream.lastError} kind="late" />
      ) : null}
      <SourceFigures source={source} />
      <Tabs
        activeKey={tab}
        onChange={(key) => setTab(key, { push: true })}
        destroyOnHidden
        items={[
          { key: 'tables', label: t('tab.tables'), children: <TablesTab source={source} /> },
          { key: 'pulls', label: t('tab.pulls'), children: <PullsTab source={source} /> },
          { key: 'history', label: t('tab.history'), children: <HistoryTab source={source} /> },
          {
            key: 'dead-letters',
            label: t('tab.dead', { count: source.stream?.deadLetters ?? 0 }),
            children: <DeadLettersTab source={source} />,
          },
          { key: 'settings', label: t('tab.settings'), children: <SettingsTab source={source} /> },
        ]}
      />
    </>
  );
}

function Actions({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const mayAct = useMay('editor');
  const mayRemove = useMay('admin');
  const [isRemoving, setRemoving] = useState(false);
  return (
    <>
      {mayAct
        ? sourceCommands(source.state).map((command) => (
            <CommandButton key={command} source={source} command={command} />
          ))
        : null}
      {mayRemove && source.state !== 'removing' ? (
        <Button danger onClick={() => setRemoving(true)}>
          {t('remove.verb')}
        </Button>
      ) : null}
      {isRemoving ? <RemoveSource source={source} onClose={() => setRemoving(false)} /> : null}
    </>
  );
}

/** Busy for itself: a start that waits for its server is ended by the others. */
function CommandButton({ source, command }: { source: SourceView; command: SourceCommand }): ReactNode {
  const { t } = useTranslation('console-sources');
  const { run, busy } = useAct([dbusPath('sources')]);
  return (
    <Button
      type={command === 'start' ? 'primary' : 'default'}
      loading={busy}
      title={t(`command.${command}.hint`)}
      onClick={() =>
        void run({
          method: 'POST',
          path: dbusPath('sources', source.name, command),
          done: t(`command.${command}.done`, { name: source.name }),
        })
      }
    >
      {command === 'start' && source.state === 'paused' ? t('command.start.goOn') : t(`command.${command}.verb`)}
    </Button>
  );
}
