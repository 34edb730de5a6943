/** Decides what is proposed while SQL is written: names of the source where they can stand, words of the language where no name is meant, variables after a colon. */
import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { keywordCompletionSource, PostgreSQL, type SQLNamespace, schemaCompletionSource } from '@codemirror/lang-sql';
import { LanguageSupport } from '@codemirror/language';
import type { Extension } from '@codemirror/state';

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
