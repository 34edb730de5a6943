/** Decides how SQL is written: Postgres' words coloured and proposed, variables marked, errors at their place, run by Ctrl or ⌘ + Enter. */
import { acceptCompletion, type CompletionContext, closeCompletion } from '@codemirror/autocomplete';
import type { SQLNamespace } from '@codemirror/lang-sql';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec, RangeSetBuilder } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  placeholder,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { LooseColumns } from './completion-schema.ts';
import { editorLook } from './editor-look.ts';
import type { ErrorPlace } from './error-places.ts';
import { findVariables } from './find-variables.ts';
import {
  completionLook,
  type ProposedVariable,
  proposeColumns,
  proposeVariables,
  sqlLanguage,
} from './sql-completion.ts';
import { SELECT_DIALECT } from './sql-dialect.ts';

export interface SqlEditorHandle {
  focus(): void;
  /** The selection when there is one, else everything; with its offset in the text. */
  chosen(): { text: string; offset: number; isWhole: boolean };
  /** Puts a text where the caret is. */
  insert(text: string): void;
  /** Puts a text where another stands, and the caret behind it. */
  write(place: { from: number; to: number }, text: string): void;
  /** Moves the caret there and shows it. */
  goTo(offset: number): void;
}

export interface SqlEditorProps {
  value: string;
  onChange: (value: string) => void;
  onRun?: () => void;
  onSave?: () => void;
  label: string;
  hint?: string;
  schema?: SQLNamespace | undefined;
  /** Columns by their table, proposed where a column may stand. */
  loose?: LooseColumns | undefined;
  /** Names proposed after a colon. */
  variables?: readonly ProposedVariable[];
  problems?: readonly ErrorPlace[];
  isReadOnly?: boolean;
  ref?: Ref<SqlEditorHandle>;
}

const variableMark = Decoration.mark({ class: 'cm-variable' });

const markVariables = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = marksOf(view.state);
    }
    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = marksOf(update.state);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function marksOf(state: EditorState): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  for (const { from, to } of findVariables(state.doc.toString())) marks.add(from, to, variableMark);
  return marks.finish();
}

export default function SqlEditor(props: SqlEditorProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const language = useRef(new Compartment());
  const readOnly = useRef(new Compartment());

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; what changes is told to it below.
  useEffect(() => {
    const run = (call: 'onRun' | 'onSave') => (target: EditorView) => {
      const found = latest.current[call];
      // What was proposed would hide what comes of it.
      closeCompletion(target);
      found?.();
      return found !== undefined;
    };
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: props.value,
        extensions: [
          Prec.highest(
            keymap.of([
              { key: 'Mod-Enter', run: run('onRun') },
              { key: 'Mod-s', run: run('onSave'), preventDefault: true },
              { key: 'Tab', run: acceptCompletion },
            ]),
          ),
          basicSetup,
          completionLook,
          lintGutter(),
          language.current.of(sqlLanguage(props.schema)),
          SELECT_DIALECT.language.data.of({
            autocomplete: (context: CompletionContext) => proposeVariables(context, latest.current.variables ?? []),
          }),
          SELECT_DIALECT.language.data.of({
            autocomplete: (context: CompletionContext) =>
              latest.current.loose === undefined ? null : proposeColumns(context, latest.current.loose),
          }),
          markVariables,
          readOnly.current.of(EditorState.readOnly.of(props.isReadOnly === true)),
          ...(props.hint === undefined ? [] : [placeholder(props.hint)]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': props.label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
          editorLook,
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === props.value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: props.value } });
  }, [props.value]);

  useEffect(() => {
    view.current?.dispatch({ effects: language.current.reconfigure(sqlLanguage(props.schema)) });
  }, [props.schema]);

  useEffect(() => {
    view.current?.dispatch({
      effects: readOnly.current.reconfigure(EditorState.readOnly.of(props.isReadOnly === true)),
    });
  }, [props.isReadOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const end = editor.state.doc.length;
    const marks = (props.problems ?? []).map(({ from, to, code, message, next, correction }) => ({
      from: Math.min(from, end),
      to: Math.min(to, end),
      severity: 'error' as const,
      source: code,
      message: next === '' ? message : `${message}\n${next}`,
      ...(correction === undefined || latest.current.isReadOnly
        ? {}
        : { actions: [{ name: correction, apply: writing(correction) }] }),
    }));
    editor.dispatch(setDiagnostics(editor.state, marks));
  }, [props.problems]);

  useImperativeHandle(props.ref, () => ({
    chosen: () => {
      const state = view.current!.state;
      const { from, to } = state.selection.main;
      if (from === to) return { text: state.doc.toString(), offset: 0, isWhole: true };
      return { text: state.sliceDoc(from, to), offset: from, isWhole: from === 0 && to === state.doc.length };
    },
    insert: (text) => {
      view.current?.dispatch(view.current.state.replaceSelection(text));
      view.current?.focus();
    },
    goTo: (offset) => {
      view.current?.dispatch({ selection: { anchor: offset }, scrollIntoView: true });
      view.current?.focus();
    },
    write: ({ from, to }, text) => {
      if (view.current !== undefined) writing(text)(view.current, from, to);
    },
    focus: () => view.current?.focus(),
  }));

  return <div ref={place} className="sql-editor" />;
}

function writing(text: string) {
  return (view: EditorView, from: number, to: number): void => {
    view.dispatch({
      changes: { from, to, insert: text },
      selection: { anchor: from + text.length },
      scrollIntoView: true,
      userEvent: 'input.complete',
    });
    view.focus();
  };
}
