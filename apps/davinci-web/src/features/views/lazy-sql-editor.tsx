/** Decides that the editor's libraries are loaded only where SQL is written. */
import type { ReactNode } from 'react';
import { late } from '../../shell/late.tsx';
import { Loading } from '../../shell/states.tsx';
import type { SqlEditorProps } from './sql-editor.tsx';

const SqlEditor = late(async () => (await import('./sql-editor.tsx')).default);

export function LazySqlEditor(props: SqlEditorProps): ReactNode {
  return <SqlEditor {...props} meanwhile={<Loading />} />;
}
