/** Decides what is proposed while SQL is written: names of the source where they can stand, words of the language where no name is meant, variables after a colon. */
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { keywordCompletionSource, PostgreSQL, type SQLNamespace, schemaCompletionSource } from '@codemirror/lang-sql';
import { LanguageSupport } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { type LooseColumns, quoteIdentifier } from './completion-schema.ts';

export interface ProposedVariable {
  name: string;
  detail: string;
}

/** Words say what is proposed: the signs of the library are not in every font. */
export const completionLook: Extension = autocompletion({ icons: false });

export function sqlLanguage(schema: SQLNamespace | undefined): LanguageSupport {
  const { language } = PostgreSQL;
  const words = language.data.of({ autocomplete: proposeWords });
  return new LanguageSupport(
    language,
    schema === undefined
      ? words
      : [words, language.data.of({ autocomplete: schemaCompletionSource({ dialect: PostgreSQL, schema }) })],
  );
}

const words = keywordCompletionSource(PostgreSQL);

/** Behind a dot stands a name of what is before it, behind a colon a variable: never a word of the language. */
export function proposeWords(context: CompletionContext): ReturnType<typeof words> {
  return context.matchBefore(/[.:]\w*/) === null ? words(context) : null;
}

const COLUMN = /(?<![\w.":])([A-Za-z_]\w*)\.(\w*)$/;

/** SELECT is written before FROM: behind a name that is no table yet stand the columns of all of them. */
export function proposeLooseColumns(
  context: CompletionContext,
  { columns, names }: LooseColumns,
): CompletionResult | null {
  const { state, pos } = context;
  const [, qualifier, begun] = COLUMN.exec(state.sliceDoc(state.doc.lineAt(pos).from, pos)) ?? [];
  if (qualifier === undefined || begun === undefined || names.has(qualifier)) return null;
  // `from orders o`, `join orders as o`, `(select …) o`: then it is known which columns there are.
  if (new RegExp(String.raw`[\w")]\s+${qualifier}\b(?!\s*\.)`, 'i').test(state.doc.toString())) return null;
  const options = columns.map(({ name, types }) => ({
    label: name,
    apply: quoteIdentifier(name),
    type: 'property',
    detail: types,
  }));
  return { from: pos - begun.length, options, validFor: /^\w*$/ };
}

export function proposeVariables(
  context: CompletionContext,
  variables: readonly ProposedVariable[],
): CompletionResult | null {
  const before = context.matchBefore(/(?<!:):\w*/);
  if (before === null || variables.length === 0) return null;
  return {
    from: before.from,
    options: variables.map(({ name, detail }) => ({ label: `:${name}`, type: 'variable', detail, boost: 2 })),
    validFor: /^:\w*$/,
  };
}
