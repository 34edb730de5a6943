/** Decides which panels stand beside the SQL of a view: its model, variables, rights, description and history, and its tables where they have no place of their own. */
import type { Source, Variable } from '@rtdp/davinci-api/client';
import { Input, Tabs } from 'antd';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ViewDraft } from './draft.ts';
import { variableNames } from './find-variables.ts';
import { guessField, type ResultColumnLike } from './guess-model.ts';
import { HistoryPanel } from './history-panel.tsx';
import { ModelPanel } from './model-panel.tsx';
import type { HistoryEntry } from './query-history.ts';
import { RightsPanel } from './rights-panel.tsx';
import { VariablesPanel } from './variables-panel.tsx';

export function EditorPanels(props: {
  draft: ViewDraft;
  /** Also those that the SQL names and nobody has declared. */
  variables: readonly Variable[];
  history: readonly HistoryEntry[];
  sources: readonly Source[];
  schema: ReactNode | undefined;
  /** Of the statement as a whole, once it was run. */
  resultColumns: readonly ResultColumnLike[] | undefined;
  isReadOnly: boolean;
  panel: string;
  /** The row filter that kept the view from being saved. */
  refusedFilter: { role: string; why: string } | undefined;
  onPanel: (panel: string) => void;
  onChange: (part: Partial<ViewDraft>) => void;
}): ReactNode {
  const { t } = useTranslation('views');
  const { draft, variables, history, sources, schema, resultColumns, isReadOnly, onChange } = props;
  const used = useMemo(() => new Set(variableNames(draft.sql)), [draft.sql]);
  return (
    <aside className="editor-side" aria-label={t('panel.label')}>
      <Tabs
        size="small"
        tabBarGutter={16}
        activeKey={props.panel}
        onChange={props.onPanel}
        items={[
          ...(schema === undefined ? [] : [{ key: 'schema', label: t('panel.tables'), children: schema }]),
          {
            key: 'model',
            label: t('panel.model'),
            children: (
              <ModelPanel
                model={draft.model}
                isReadOnly={isReadOnly}
                onChange={(model) => onChange({ model })}
                onGuess={
                  resultColumns === undefined ? undefined : () => onChange({ model: resultColumns.map(guessField) })
                }
              />
            ),
          },
          {
            key: 'variables',
            label: t('panel.variables'),
            children: (
              <VariablesPanel
                variables={variables}
                used={used}
                isReadOnly={isReadOnly}
                onChange={(next) => onChange({ variables: next })}
              />
            ),
          },
          {
            key: 'rights',
            label: t('panel.rights'),
            children: (
              <RightsPanel
                rights={draft.rights}
                model={draft.model}
                refused={props.refusedFilter}
                isReadOnly={isReadOnly}
                onChange={(rights) => onChange({ rights })}
              />
            ),
          },
          {
            key: 'about',
            label: t('panel.about'),
            children: (
              <Input.TextArea
                readOnly={isReadOnly}
                aria-label={t('list.description')}
                placeholder={t('descriptionHint')}
                autoSize={{ minRows: 4, maxRows: 16 }}
                value={draft.description}
                onChange={(event) => onChange({ description: event.target.value })}
              />
            ),
          },
          {
            key: 'history',
            label: t('panel.history'),
            children: (
              <HistoryPanel
                entries={history}
                onTake={({ sql, sourceId }) =>
                  onChange({ sql, ...(sources.some(({ id }) => id === sourceId) ? { sourceId } : {}) })
                }
              />
            ),
          },
        ]}
      />
    </aside>
  );
}
