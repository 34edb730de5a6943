/** Decides how something removed can be had back: gone from the screen at once, removed for real when ten seconds have passed. */
import { App, Button } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TIMES } from './tokens.ts';

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
              description: error instanceof Error ? error.message : String(error),
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
