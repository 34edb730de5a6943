/** Decides that the editor's libraries are loaded only where SQL is written. */
import { lazy, type ReactNode, Suspense } from 'react';
import { Loading } from '../../shell/states.tsx';
import type { SqlEditorProps } from './sql-editor.tsx';

const SqlEditor = lazy(() => import('./sql-editor.tsx'));

export function LazySqlEditor(props: SqlEditorProps): ReactNode {
  return (
    <Suspense fallback={<Loading />}>
      <SqlEditor {...props} />
    </Suspense>
  );
}
