/** Decides how a view is saved: with the version that was read, and with no row filter that its source refuses; who changed it meanwhile is told, and nothing is overwritten unasked. */
import type { View, ViewInput } from '@rtdp/davinci-api/client';
import { useState } from 'react';
import { type ApiError, api } from '../../api/client.ts';
import { useAct } from '../console/use-act.ts';
import { inputOf, type ViewDraft } from './draft.ts';

export interface Saving {
  /** @param over the version that is knowingly overwritten */
  save(over?: number): Promise<void>;
  isBusy: boolean;
  /** What somebody else has saved since this one was read. */
  conflict: View | undefined;
  settle(): void;
}

export function useSaveView(props: {
  draft: ViewDraft;
  saved: View | undefined;
  onSaved: (view: View) => void;
  /** Another view has this name; nothing was saved. */
  onNameTaken: () => void;
  /** The source refuses the row filter of this role; nothing was saved. */
  onFilterRefused: (role: string, error: ApiError) => void;
}): Saving {
  const { draft, saved, onSaved, onNameTaken, onFilterRefused } = props;
  const [conflict, setConflict] = useState<View>();
  const { run, busy } = useAct(['/api/views']);
  const check = useAct([]);
  /** Only viewers would hear of it. That the source is away, or the SQL not finished, keeps nobody from saving. */
  const isFilterRefused = async (view: ViewInput): Promise<boolean> => {
    if (Object.values(view.rights ?? {}).every((entry) => (entry?.filter?.trim() ?? '') === '')) return false;
    let isRefused = false;
    await check.run({
      method: 'POST',
      path: '/api/views/check',
      body: { view },
      onError: async (error) => {
        const { role } = error.facts;
        isRefused = typeof role === 'string' && error.status === 400;
        if (typeof role === 'string' && isRefused) onFilterRefused(role, error);
        return true;
      },
    });
    return isRefused;
  };
  const save = async (over?: number): Promise<void> => {
    const body = inputOf(draft, over ?? saved?.version);
    if (await isFilterRefused(body)) return;
    const path = saved === undefined ? '/api/views' : `/api/views/${saved.id}`;
    const view = await run<View>({
      method: saved === undefined ? 'POST' : 'PUT',
      path,
      body,
      onError: async (error) => {
        if (error.code === 'DAVINCI_NAME_EXISTS' && 'name' in error.facts) {
          onNameTaken();
          return true;
        }
        if (error.status !== 409 || saved === undefined || !error.code.includes('VERSION')) return false;
        setConflict(await api<View>(path));
        return true;
      },
    });
    if (view === undefined) return;
    setConflict(undefined);
    onSaved(view);
  };
  return { save, isBusy: busy || check.busy, conflict, settle: () => setConflict(undefined) };
}
