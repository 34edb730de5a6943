/** Decides how a view is saved: with the version that was read; who changed it meanwhile is told, and nothing is overwritten unasked. */
import type { View } from '@rtdp/davinci-api/client';
import { useState } from 'react';
import { api } from '../../api/client.ts';
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
}): Saving {
  const { draft, saved, onSaved, onNameTaken } = props;
  const [conflict, setConflict] = useState<View>();
  const { run, busy } = useAct(['/api/views']);
  const save = async (over?: number): Promise<void> => {
    const path = saved === undefined ? '/api/views' : `/api/views/${saved.id}`;
    const view = await run<View>({
      method: saved === undefined ? 'POST' : 'PUT',
      path,
      body: inputOf(draft, over ?? saved?.version),
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
  return { save, isBusy: busy, conflict, settle: () => setConflict(undefined) };
}
