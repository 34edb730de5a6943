/** Says when the reference of a pipeline file is out of date; run it with `-u` to write it anew. */
import { expect, test } from 'vitest';
import { describePipeline } from './describe-pipeline.ts';

test('docs/pipeline-file.md has the keys that the services take', async () => {
  const page = describePipeline();
  for (const line of ['| `connection.host` | text | **needed** |', '| `steps[].sql` |', '| `rights.<name>.filter` |'])
    expect(page).toContain(line);
  await expect(page).toMatchFileSnapshot('../../../../docs/pipeline-file.md');
});
