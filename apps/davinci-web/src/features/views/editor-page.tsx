/** Decides how a view is edited: tables at the left, SQL and its result in the middle, panels at the right; when its statement is run, and when it is saved. */
import { PlayCircleOutlined, SaveOutlined } from '@ant-design/icons';
import type { Source, SourceTables, View } from '@rtdp/davinci-api/client';
import { App, Button, Input, type InputRef } from 'antd';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { LeaveGuard } from '../../shell/leave-guard.tsx';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { EDITOR_WINDOW } from '../../shell/tokens.ts';
import { useUrlState } from '../../shell/url-state.ts';
import { useMedia } from '../../shell/use-media.ts';
import { useTell } from '../../shell/use-tell.ts';
import { completionSchema, looseColumns } from './completion-schema.ts';
import { ConflictQuestion } from './conflict-question.tsx';
import { declaredVariables, draftOf, emptyDraft, isSame, unsetVariables, type ViewDraft } from './draft.ts';
import { EditorPanels } from './editor-panels.tsx';
import { errorPlaces } from './error-places.ts';
import { mergeModel } from './guess-model.ts';
import { LazySqlEditor } from './lazy-sql-editor.tsx';
import { readHistory, rememberEntry, writeHistory } from './query-history.ts';
import { ResultPanel } from './result-panel.tsx';
import { SchemaPanel } from './schema-panel.tsx';
import type { SqlEditorHandle } from './sql-editor.tsx';
import { useRun } from './use-run.ts';
import { useSaveView } from './use-save-view.ts';
import '../console/console.css';
import './views.css';

/** Rows that are fetched for a look; a widget asks for what it shows. */
const MOST_ROWS = 1_000;

export function EditorPage(props: {
  view?: View;
  sources: readonly Source[];
  /** The view was saved for the first time and has this id from now on. */
  onMade: (id: string) => void;
}): ReactNode {
  const { view, sources } = props;
  const { t } = useTranslation('views');
  const tell = useTell();
  const { message } = App.useApp();
  const go = useGo();
  const userId = useSession()?.user.id ?? '';
  const isReadOnly = !useMay('editor');
  const [saved, setSaved] = useState(view);
  const [draft, setDraft] = useState<ViewDraft>(() =>
    view === undefined ? emptyDraft(sources[0]?.id ?? '') : draftOf(view),
  );
  // Where there is no room for the tables beside the SQL they are one of the panels: the first where there is no source yet.
  const isNarrow = useMedia(EDITOR_WINDOW);
  const [chosenPanel, setPanel] = useUrlState<string>('panel', isNarrow && view === undefined ? 'schema' : 'model');
  const panel = chosenPanel === 'schema' && !isNarrow ? 'model' : chosenPanel;
  const [history, setHistory] = useState(() => readHistory(userId));
  const editor = useRef<SqlEditorHandle>(null);
  const nameField = useRef<InputRef>(null);
  /** What keeps the view from being saved, told at its place until that is changed. */
  const [problem, setProblem] = useState<'nameMissing' | 'nameTaken' | 'sqlMissing'>();
  const [refusedFilter, setRefusedFilter] = useState<{ role: string; why: string }>();
  const isNameWrong = problem === 'nameMissing' || problem === 'nameTaken';
  /** Of the statement that was run last. */
  const [unset, setUnset] = useState<readonly string[]>([]);
  const runner = useRun();
  const tables = useApi<SourceTables>(`/api/sources/${draft.sourceId}/schema`, { enabled: draft.sourceId !== '' });
  const schema = useMemo(
    () =>
      tables.data === undefined
        ? undefined
        : completionSchema(tables.data, { table: t('kind.table'), view: t('kind.view') }),
    [tables.data, t],
  );
  const loose = useMemo(() => (tables.data === undefined ? undefined : looseColumns(tables.data)), [tables.data]);
  const variables = useMemo(() => declaredVariables(draft.sql, draft.variables), [draft.sql, draft.variables]);
  const isChanged = !isSame(draft, saved === undefined ? emptyDraft(draft.sourceId) : draftOf(saved));
  const leaves = useRef(false);
  useEffect(() => {
    if (!isChanged) leaves.current = false;
  }, [isChanged]);

  const change = (part: Partial<ViewDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const places = useMemo(
    () =>
      (runner.state.is === 'failed' ? errorPlaces(runner.state.error, draft.sql, runner.state.offset) : []).map(
        (place) => ({ ...place, message: tell(place.message), next: tell(place.next) }),
      ),
    // The places are those of the statement that was run: once it is changed the error is forgotten.
    [runner.state, draft.sql, tell],
  );

  const run = async (): Promise<void> => {
    const chosen = editor.current?.chosen();
    if (chosen === undefined || chosen.text.trim() === '' || draft.sourceId === '') return;
    setUnset(unsetVariables(chosen.text, variables));
    const { result, error } = await runner.run(
      { sourceId: draft.sourceId, sql: chosen.text, variables, values: {}, maximumRows: MOST_ROWS },
      chosen.offset,
    );
    if (result === undefined && error === undefined) return;
    // A selection is a question on the way; only the whole statement says what the columns of the view are.
    if (result !== undefined && chosen.isWhole) {
      setDraft((before) => ({ ...before, model: mergeModel(before.model, result.columns) }));
    }
    setHistory((before) => {
      const next = rememberEntry(before, {
        sql: chosen.text,
        sourceId: draft.sourceId,
        at: Date.now(),
        milliseconds: result?.milliseconds ?? null,
        rows: result?.rowCount ?? null,
        error: error?.code ?? null,
      });
      writeHistory(userId, next);
      return next;
    });
  };

  const refuse = (why: typeof problem): void => {
    setProblem(why);
    if (why === 'sqlMissing') editor.current?.focus();
    else nameField.current?.focus();
  };
  const saving = useSaveView({
    draft,
    saved,
    onNameTaken: () => refuse('nameTaken'),
    onFilterRefused: (role, { message: said, next }) => {
      setRefusedFilter({ role, why: `${tell(said)} ${tell(next)}` });
      setPanel('rights');
    },
    onSaved: (next) => {
      const isFirst = saved === undefined;
      setSaved(next);
      // What was written meanwhile is to be saved next.
      setDraft((before) => (before === draft ? draftOf(next) : before));
      void message.success(t('save.done', { name: next.name }));
      // Who has left meanwhile stays where he went.
      if (!isFirst || window.location.pathname !== '/views/new') return;
      props.onMade(next.id);
      leaves.current = true;
      go(`/views/${next.id}`, { replace: true });
    },
  });
  const save = (): void => {
    if (isReadOnly || !isChanged || saving.isBusy || saving.conflict !== undefined) return;
    if (draft.name.trim() === '') refuse('nameMissing');
    else if (draft.sql.trim() === '') refuse('sqlMissing');
    else {
      setProblem(undefined);
      void saving.save();
    }
  };
  const saveByKey = useRef(save);
  saveByKey.current = save;
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      // The SQL editor has taken its own already.
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      if (event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      saveByKey.current();
    };
    window.addEventListener('keydown', keys);
    return () => window.removeEventListener('keydown', keys);
  }, []);
  const isRunning = runner.state.is === 'running' || runner.state.is === 'cancelling';
  const schemaPanel = (
    <SchemaPanel
      sources={sources}
      sourceId={draft.sourceId}
      onSource={(sourceId) => change({ sourceId })}
      tables={tables}
      onInsert={(text) => editor.current?.insert(text)}
    />
  );
  return (
    <Page
      title={draft.name === '' ? (saved === undefined ? t('new') : t('one')) : draft.name}
      crumbs={[{ label: t('title'), to: '/views' }]}
      size="fill"
      heading={
        <h1 className="editor-name">
          <Input
            variant="underlined"
            readOnly={isReadOnly}
            value={draft.name}
            placeholder={t('name')}
            aria-label={t('name')}
            maxLength={200}
            ref={nameField}
            {...(isNameWrong
              ? { status: 'error' as const, 'aria-invalid': true, 'aria-describedby': 'name-problem' }
              : {})}
            onChange={(event) => {
              if (isNameWrong) setProblem(undefined);
              change({ name: event.target.value });
            }}
          />
        </h1>
      }
      badge={
        isNameWrong ? (
          <span id="name-problem" className="field-problem" role="alert">
            {t(`save.${problem}`, { name: draft.name.trim() })}
          </span>
        ) : isChanged ? (
          <span className="muted small editor-unsaved">{t('unsaved')}</span>
        ) : undefined
      }
      actions={
        <>
          {saved === undefined ? null : (
            <Button onClick={() => go(`/widgets/new?view=${saved.id}`)}>{t('toWidget')}</Button>
          )}
          {isReadOnly ? null : (
            <>
              <Button
                icon={<PlayCircleOutlined />}
                disabled={isRunning || draft.sourceId === ''}
                title={t('run.hint')}
                onClick={() => void run()}
              >
                {t('run.verb')}
              </Button>
              <Button
                type="primary"
                icon={<SaveOutlined />}
                disabled={!isChanged}
                loading={saving.isBusy}
                title={t('save.hint')}
                onClick={save}
              >
                {t('save.verb')}
              </Button>
            </>
          )}
        </>
      }
    >
      <div className="editor">
        {isNarrow ? null : schemaPanel}
        <div className="editor-middle">
          <div className={`editor-sql ${problem === 'sqlMissing' ? 'wrong' : ''}`}>
            {problem === 'sqlMissing' ? (
              <p className="field-problem editor-problem" role="alert">
                {t('save.sqlMissing')}
              </p>
            ) : null}
            <LazySqlEditor
              ref={editor}
              label={t('sql')}
              hint={t('sqlHint')}
              value={draft.sql}
              schema={schema}
              loose={loose}
              variables={variables.map(({ name, type }) => ({ name, detail: t(`variables.types.${type}`) }))}
              problems={places}
              isReadOnly={isReadOnly}
              onRun={() => void run()}
              onSave={save}
              onChange={(sql) => {
                change({ sql });
                if (problem === 'sqlMissing') setProblem(undefined);
                setRefusedFilter(undefined);
                runner.forgetError();
              }}
            />
          </div>
          <section className="editor-result" aria-label={t('run.result')}>
            <ResultPanel
              runner={runner}
              places={places}
              model={draft.model}
              unset={unset}
              onVariables={() => setPanel('variables')}
              onGoTo={(offset) => editor.current?.goTo(offset)}
              {...(isReadOnly ? {} : { onCorrect: (place, text) => editor.current?.write(place, text) })}
            />
          </section>
        </div>
        <EditorPanels
          draft={draft}
          variables={variables}
          history={history}
          sources={sources}
          schema={isNarrow ? schemaPanel : undefined}
          resultColumns={runner.state.is === 'done' ? runner.state.result.columns : undefined}
          isReadOnly={isReadOnly}
          panel={panel}
          refusedFilter={refusedFilter}
          onPanel={setPanel}
          onChange={(part) => {
            if (part.rights !== undefined) setRefusedFilter(undefined);
            change(part);
          }}
        />
      </div>
      {saving.conflict === undefined ? null : (
        <ConflictQuestion
          theirs={saving.conflict}
          onTakeTheirs={() => {
            setSaved(saving.conflict);
            setDraft(draftOf(saving.conflict!));
            saving.settle();
          }}
          onSaveMine={() => void saving.save(saving.conflict!.version)}
          onClose={saving.settle}
        />
      )}
      <LeaveGuard isChanged={() => isChanged && !leaves.current} />
    </Page>
  );
}
