/** Decides which of the pages about sources a URL shows: the list, the registration of a new one, or one source. */
import type { ReactNode } from 'react';
import { usePathName, useUrlQuery } from '../../shell/url-state.ts';
import { RegisterPage } from './register-page.tsx';
import { SourceList } from './source-list.tsx';
import { SourcePage } from './source-page.tsx';

export default function Route(): ReactNode {
  const name = usePathName();
  const isNew = useUrlQuery().has('new');
  if (name !== undefined) return <SourcePage name={name} />;
  return isNew ? <RegisterPage /> : <SourceList />;
}
