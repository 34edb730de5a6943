/** Decides what is proposed while SQL is written: names of the source where they can stand, words of the language where no name is meant, variables after a colon. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { keywordCompletionSource, type SQLNamespace, schemaCompletionSource } from '@codemirror/lang-sql';
import { LanguageSupport } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { type LooseColumn, type LooseColumns, quoteIdentifier } from './completion-schema.ts';
import { type FromTable, fromTables } from './from-tables.ts';
import { PROPOSED_DIALECT, SELECT_DIALECT } from './sql-dialect.ts';

export interface ProposedVariable {
  name: string;
  detail: string;
}

/** Words say what is proposed: the signs of the library are not in every font. */
export const completionLook: Extension = autocompletion({ icons: false });

export function sqlLanguage(schema: SQLNamespace | undefined): LanguageSupport {
  const { language } = SELECT_DIALECT;
  const words = language.data.of({ autocomplete: proposeWords });
  return new LanguageSupport(
    language,
    schema === undefined
      ? words
      : [words, language.data.of({ autocomplete: schemaCompletionSource({ dialect: SELECT_DIALECT, schema }) })],
  );
}

const words = keywordCompletionSource(PROPOSED_DIALECT);

/** Behind a dot stands a name of what is before it, behind a colon a variable: never a word of the language. */
export function proposeWords(context: CompletionContext): ReturnType<typeof words> {
  return context.matchBefore(/[.:]\w*/) === null ? words(context) : null;
}

const QUALIFIED = /(?<![\w.":])([A-Za-z_]\w*)\.(\w*)$/;
const BARE = /(?<![\w.":$])\w*$/;
/** Behind these stands no column. */
const NO_COLUMN = /\b(from|join|as|limit|offset)\s+\w*$/i;

/**
 * Columns where the schema alone does not know them: without a qualifier those of the tables in FROM, behind a table's own name its own, and, as
 * SELECT is written before FROM, those of all tables behind a name that is no table yet.
 */
export function proposeColumns(context: CompletionContext, known: LooseColumns): CompletionResult | null {
  const { state, pos } = context;
  const before = state.sliceDoc(state.doc.lineAt(pos).from, pos);
  const [, qualifier, begun] = QUALIFIED.exec(before) ?? [];
  if (qualifier !== undefined && begun !== undefined) {
    return proposal(pos - begun.length, columnsBehind(context, qualifier, known).map(optionOf));
  }
  const [bare] = BARE.exec(before) ?? [];
  if (bare === undefined || (bare === '' && !context.explicit) || /^\d/.test(bare)) return null;
  if (NO_COLUMN.test(state.sliceDoc(Math.max(0, pos - 200), pos))) return null;
  const found = fromTables(state, pos).flatMap((table) =>
    columnsIn(table, known).map((column) => ({ ...column, qualifier: table.qualifier })),
  );
  const options = [...Map.groupBy(found, ({ name }) => name).values()].flatMap((same) =>
    // One that several tables have must be said whose.
    same.length === 1 ? same.map(optionOf) : same.map((column) => qualified(column.qualifier, column)),
  );
  return proposal(pos - bare.length, options);
}

function columnsBehind({ state, pos }: CompletionContext, qualifier: string, known: LooseColumns) {
  const named = fromTables(state, pos).find((table) => table.qualifier === qualifier);
  // An alias, which the schema's own proposals resolve.
  if (named !== undefined && named.path.at(-1) !== qualifier) return [];
  if (named !== undefined) return columnsIn(named, known);
  if (known.databases.has(qualifier)) return [];
  const ofName = known.byTable.get(qualifier);
  if (ofName !== undefined) return ofName;
  // `(select …) o`: then it is known which columns there are.
  if (new RegExp(String.raw`[\w")]\s+${qualifier}\b(?!\s*\.)`, 'i').test(state.doc.toString())) return [];
  return known.columns;
}

function columnsIn({ path }: FromTable, { byTable }: LooseColumns): readonly LooseColumn[] {
  return byTable.get(path.join('.')) ?? [];
}

function optionOf({ name, types }: LooseColumn): Completion {
  return { label: name, apply: quoteIdentifier(name), type: 'property', detail: types };
}

function qualified(qualifier: string, { name, types }: LooseColumn): Completion {
  const apply = `${quoteIdentifier(qualifier)}.${quoteIdentifier(name)}`;
  return { label: `${qualifier}.${name}`, apply, type: 'property', detail: types };
}

function proposal(from: number, options: Completion[]): CompletionResult | null {
  return options.length === 0 ? null : { from, options, validFor: /^\w*$/ };
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
