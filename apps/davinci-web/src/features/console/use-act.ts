/** Decides how an operator's action is done: sent, what it touches asked for again, its end told; a failure with its code and next step. */
import { App } from 'antd';
import { createElement, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/client.ts';
import { type Change, useChange } from '../../api/use-api.ts';
import { Reason } from './reason.tsx';

export interface Action extends Change {
  /** Told when it has worked. */
  done?: string;
  /** A failure that the caller deals with itself: true when it has. */
  onError?: (error: ApiError) => Promise<boolean>;
}

export interface Act {
  /** Resolves to the answer, or to undefined after the failure was told. */
  run<T = unknown>(change: Action): Promise<T | undefined>;
  busy: boolean;
}

/** @param touches paths whose answers change by what is done */
export function useAct(touches: readonly string[]): Act {
  const { t } = useTranslation('console');
  const { message, notification } = App.useApp();
  const change = useChange<unknown>(touches);
  const [running, setRunning] = useState(0);
  const send = change.mutateAsync;
  const run = useCallback(
    async <T>({ done, onError, ...request }: Action): Promise<T | undefined> => {
      setRunning((count) => count + 1);
      try {
        const answer = await send(request);
        if (done !== undefined) void message.success(done);
        return (answer ?? {}) as T;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (onError !== undefined && (await onError(error))) return undefined;
        notification.error({
          title: t('act.failed'),
          description: createElement(Reason, { reason: error, bare: true }),
          duration: 0,
        });
        return undefined;
      } finally {
        setRunning((count) => count - 1);
      }
    },
    [send, message, notification, t],
  );
  return { run, busy: running > 0 };
}
