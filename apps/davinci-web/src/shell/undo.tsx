/** Decides how something removed can be had back: gone from the screen at once, removed for real when ten seconds have passed. */
import { App, Button } from 'antd';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client.ts';
import { asSentence } from './sentence.ts';
import { TIMES } from './tokens.ts';
import { useTell } from './use-tell.ts';

interface Pending {
  timer: ReturnType<typeof setTimeout>;
  run: () => void;
}

/**
 * `remove(id, name, act)` hides `id` (see `hidden`) and calls `act` after ten seconds unless the user takes it back.
 * Leaving the page acts at once: the user saw it go and did not want it back.
 */
export function useUndo(): {
  hidden: ReadonlySet<string>;
  remove: (id: string, name: string, act: () => Promise<unknown>) => void;
} {
  const { t } = useTranslation('shell');
  const { notification } = App.useApp();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const pending = useRef(new Map<string, Pending>());

  const show = useCallback((id: string) => {
    setHidden((ids) => new Set([...ids].filter((each) => each !== id)));
  }, []);

  const remove = useCallback(
    (id: string, name: string, act: () => Promise<unknown>) => {
      const run = () => {
        pending.current.delete(id);
        notification.destroy(`undo-${id}`);
        act().then(
          () => undefined,
          (error: unknown) => {
            show(id);
            notification.error({
              title: t('undo.failed', { name }),
              description: <Refusal error={error} />,
              duration: 0,
            });
          },
        );
      };
      setHidden((ids) => new Set([...ids, id]));
      pending.current.set(id, { run, timer: setTimeout(run, TIMES.undo) });
      notification.info({
        key: `undo-${id}`,
        title: t('undo.removed', { name }),
        duration: TIMES.undo / 1000,
        placement: 'bottomLeft',
        actions: (
          <Button
            size="small"
            onClick={() => {
              clearTimeout(pending.current.get(id)?.timer);
              pending.current.delete(id);
              notification.destroy(`undo-${id}`);
              show(id);
            }}
          >
            {t('undo.back')}
          </Button>
        ),
      });
    },
    [notification, show, t],
  );

  useEffect(() => {
    const waiting = pending.current;
    return () => {
      for (const { timer, run } of [...waiting.values()]) {
        clearTimeout(timer);
        run();
      }
    };
  }, []);

  return { hidden, remove };
}

/** What is so, and what to do: who uses a view that was to go, for example. */
function Refusal({ error }: { error: unknown }): ReactNode {
  const tell = useTell();
  return (
    <div className="stack tight">
      <p>{asSentence(tell(error instanceof Error ? error.message : String(error)))}</p>
      {error instanceof ApiError && error.next !== '' ? <p>{tell(error.next)}</p> : null}
    </div>
  );
}
