/** Decides that nobody leaves changes behind unasked: another page, a closed window. */
import { useBlocker } from '@tanstack/react-router';
import { Modal } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/**
 * While `isChanged` says so, going to another path asks first; the query of the same page may change freely, but for `editing`: without this name in it
 * the page is not edited any more.
 */
export function LeaveGuard({ isChanged, editing }: { isChanged: () => boolean; editing?: string }): ReactNode {
  const { t } = useTranslation('shell');
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isChanged() &&
      (current.pathname !== next.pathname || (editing !== undefined && !Object.hasOwn(next.search, editing))),
    enableBeforeUnload: isChanged,
    withResolver: true,
  });
  return (
    <Modal
      open={blocker.status === 'blocked'}
      title={t('leave.title')}
      okText={t('leave.leave')}
      cancelText={t('leave.stay')}
      okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {t('leave.text')}
    </Modal>
  );
}
