/** What every sink does with pulls and dead letters: deletes are found when a pull is whole, and never before. */
import { expect, test } from 'vitest';
import { ORDERS, type PullItem, pullMark, row, type StartSink } from './sink-writer.ts';

export function testPulls(start: StartSink): void {
  test('a pull detects deletes when its end has come from every partition', async () => {
    const { writer, look } = await start();
    const mark = (kind: PullItem['kind']) => pullMark(kind, { pullId: 'p1', firstId: 200n, partitions: 2 });
    await writer.apply(row(101, 'i', { id: '1', a: 'gone', b: null }), row(105, 'i', { id: '2', a: 'kept', b: null }));
    await writer.send([mark('pull-start')], 0);
    await writer.send([mark('pull-start')], 1);
    await writer.apply(row(201, 'i', { id: '2', a: 'kept', b: null }));
    expect(await writer.send([mark('pull-end')], 0)).toMatchObject({ detected: 0 });
    expect(await writer.send([mark('pull-end')], 1)).toMatchObject({ detected: 1 });
    expect(await look()).toEqual(['2 kept ∅ 201']);
    expect(await writer.apply(row(109, 'u', { id: '1', a: 'late', b: null }))).toMatchObject({ stale: 1 });
    await writer.apply(row(205, 'i', { id: '3', a: 'new', b: null }));
    expect(await writer.send([mark('pull-end')], 1)).toMatchObject({ detected: 0 });
    expect(await look()).toEqual(['2 kept ∅ 201', '3 new ∅ 205']);
  });

  test('a pull whose start was not seen everywhere detects nothing', async () => {
    const { writer, look } = await start();
    const mark = (kind: PullItem['kind']) => pullMark(kind, { pullId: 'p1', firstId: 200n, partitions: 2 });
    await writer.apply(row(101, 'i', { id: '1', a: 'x', b: null }));
    await writer.send([mark('pull-start')], 0);
    await writer.send([mark('pull-end')], 0);
    expect(await writer.send([mark('pull-end')], 1)).toMatchObject({ detected: 0 });
    expect(await look()).toEqual(['1 x ∅ 101']);
  });

  test('a cancelled pull detects nothing, is open no longer, and leaves a newer one as it is', async () => {
    const { writer, look } = await start();
    const mark = (kind: PullItem['kind'], pullId: string, firstId: bigint) =>
      pullMark(kind, { pullId, firstId, partitions: 2 });
    await writer.apply(row(101, 'i', { id: '1', a: 'x', b: null }));
    await writer.send([mark('pull-start', 'p1', 200n)], 0);
    await writer.send([mark('pull-cancel', 'p1', 200n)], 0);
    // The other partition lags: there the pull begins only now.
    await writer.send([mark('pull-start', 'p1', 200n)], 1);
    await writer.send([mark('pull-start', 'p2', 300n)], 0);
    await writer.send([mark('pull-cancel', 'p1', 200n)], 1);
    expect(await writer.sink.claim('topic', 0, 'suite')).toMatchObject({ openPull: 'p2' });
    expect(await writer.sink.claim('topic', 1, 'suite')).toMatchObject({ openPull: null });
    expect(await look()).toEqual(['1 x ∅ 101']);
  });

  test('a pull is forgotten when its flow begins anew, and a claim tells which one is open', async () => {
    const { writer, look } = await start();
    const mark = (kind: PullItem['kind']) => pullMark(kind, { pullId: 'p1', firstId: 200n });
    await writer.apply(row(101, 'i', { id: '1', a: 'x', b: null }));
    await writer.send([mark('pull-start')]);
    const { epoch, nextOffset, openPull } = await writer.sink.claim('topic', 0, 'suite');
    expect(openPull).toBe('p1');
    const place = { topic: 'topic', partition: 0, epoch };
    // Rows of the pull lie between the two places.
    await writer.sink.write({ ...place, expectedOffset: nextOffset, nextOffset: 1000n, items: [], anew: true });
    const end = [mark('pull-end')];
    const outcome = await writer.sink.write({ ...place, expectedOffset: 1000n, nextOffset: 1001n, items: end });
    expect(outcome).toMatchObject({ detected: 0 });
    expect(await look()).toEqual(['1 x ∅ 101']);
    expect(await writer.sink.claim('topic', 0, 'suite')).toMatchObject({ nextOffset: 1001n, openPull: null });
  });

  test('an open dead letter holds detection back until it is replayed', async () => {
    const { writer, look } = await start();
    const mark = (kind: PullItem['kind']) => pullMark(kind, { pullId: 'p1', firstId: 200n });
    await writer.apply(row(101, 'i', { id: '1', a: 'old', b: null }), row(105, 'i', { id: '2', a: 'gone', b: null }));
    await writer.send([
      mark('pull-start'),
      { kind: 'dead-letter', id: 201n, namespace: ORDERS, pullId: 'p1' },
      mark('pull-end'),
    ]);
    expect(await look()).toEqual(['1 old ∅ 101', '2 gone ∅ 105']);
    const outcome = await writer.sink.replay({
      topic: 'topic',
      partition: 0,
      items: [writer.rows([row(201, 'i', { id: '1', a: 'mended', b: null })])],
      closes: [201n],
      namespace: ORDERS,
    });
    expect(outcome).toMatchObject({ applied: 1, detected: 1 });
    expect(await look()).toEqual(['1 mended ∅ 201']);
  });

  test('a dead letter that is replayed after its key has moved on asks for the row', async () => {
    for (const deletes of ['physical', 'tombstone', 'history'] as const) {
      const { writer } = await start({ deletes });
      await writer.apply(row(101, 'i', { id: '1', a: 'a1', b: 'b1' }));
      await writer.send([{ kind: 'dead-letter', id: 105n, namespace: ORDERS }]);
      // Keeps b1, where the source has the b2 of the row that failed.
      await writer.apply(row(109, 'u', { id: '1', a: 'a3' }));
      const replay = { topic: 'topic', partition: 0, closes: [105n], namespace: ORDERS };
      const items = [writer.rows([row(105, 'u', { id: '1', a: 'a2', b: 'b2' })])];
      expect(await writer.sink.replay({ ...replay, items })).toMatchObject({ rereads: 1 });
      const newest = [writer.rows([row(113, 'u', { id: '1', a: 'a4', b: 'b4' })])];
      expect(await writer.sink.replay({ ...replay, items: newest })).toMatchObject({ applied: 1, rereads: 0 });
    }
  });
}
