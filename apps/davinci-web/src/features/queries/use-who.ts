/** Decides how somebody who asked is called: `you`, an e-mail where the reader may know it, else the subject as it is. */
import type { User } from '@rtdp/davinci-api/client';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';

export function useWho(): (subject: string) => string {
  const { t } = useTranslation('console-queries');
  const me = useSession()?.user.id;
  const users = useApi<List<User>>('/api/users', { enabled: useMay('admin') });
  return (subject) => {
    if (subject === me) return t('me');
    return users.data?.items.find(({ id }) => id === subject)?.email ?? subject;
  };
}
