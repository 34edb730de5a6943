/** Proves that a question is asked whatever the browser thinks of the network: a platform of this machine answers without one. */
import { MutationObserver, onlineManager } from '@tanstack/react-query';
import { expect, onTestFinished, test } from 'vitest';
import { queryClient } from './query-client.ts';

test('what is asked and what is changed goes out while the browser says that there is no network', async () => {
  onlineManager.setOnline(false);
  onTestFinished(() => {
    onlineManager.setOnline(true);
    queryClient.clear();
  });
  const done: string[] = [];
  const send = (name: string) => async () => {
    done.push(name);
    return name;
  };
  void queryClient.fetchQuery({ queryKey: ['asked'], queryFn: send('asked') });
  void new MutationObserver(queryClient, { mutationFn: send('changed') }).mutate();
  await new Promise((resolve) => setTimeout(resolve));
  expect(done).toEqual(['asked', 'changed']);
});
