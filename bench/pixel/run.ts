/**
 * Measures the way from a commit in the source to the pixel in a browser, hop by hop, while 100 other transactions a second are
 * committed in the same source; and how long thirty widgets over 1,000,000 rows take until all are painted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus } from '@rtdp/bus/connect';
import { type StoredBatch, storedBatches } from '@rtdp/e2e/pixel/feedback-log';
import { commitPixel, FLOW, type PixelPipeline, pixelPipeline, SINK_SCHEMA } from '@rtdp/e2e/pixel/pixel-pipeline';
import { thirtyWidgets, timeOfStoreAlone, timeToPaint } from '@rtdp/e2e/pixel/thirty-widgets';
import { type AskedQuery, type PaintedNumber, type WatchedPage, watchedPage } from '@rtdp/e2e/pixel/watched-page';
import { testBrowser } from '@rtdp/testing/browser';
import { type WholePlatform, wholePlatform } from '@rtdp/testing/whole-platform';
import { startOtherCommits } from './other-commits.ts';

const OTHER_COMMITS_PER_SECOND = 100;
const WARM_UP_ROWS = 10;
/** Longer than a row takes, so that each row has a pixel of its own. */
const PAUSE_MILLISECONDS = 250;
const LOOKS = 5;

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const rows = options.quick ? 20 : 200;
  await using platform = await wholePlatform();
  await using pipeline = await pixelPipeline(platform);
  await using chromium = await testBrowser();
  const latency = await measureRows(platform, pipeline, chromium.browser, rows);
  const dashboardId = await thirtyWidgets(pipeline, options.quick ? 100_000 : 1_000_000);
  const looks: number[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const { all, failed } = await timeToPaint(chromium.browser, platform, dashboardId);
    if (failed > 0) throw new Error(`${failed} of the thirty widgets show an error`);
    looks.push(all);
  }
  console.log(
    `pixel: thirty widgets painted after ${looks.join(', ')} ms (the first look asks, later ones may find answers)`,
  );
  const thirtyAloneMs = await timeOfStoreAlone(pipeline);
  const thirtyFirstMs = looks[0]!;
  console.log(`pixel: the database alone takes ${thirtyAloneMs} ms for the same thirty questions, without a browser`);
  const figures = { ...latency, thirtyFirstMs, thirtyAgainMs: median(looks.slice(1)), thirtyAloneMs };
  return { figures, ratios: { thirty: Math.round((thirtyAloneMs / thirtyFirstMs) * 100) / 100 } };
}

async function measureRows(
  platform: WholePlatform,
  pipeline: PixelPipeline,
  browser: Parameters<typeof watchedPage>[0],
  rows: number,
): Promise<Record<string, number>> {
  const address = await platform.loginAddress(`/dashboards/${pipeline.dashboardId}`);
  await using watched = await watchedPage(browser, address);
  await watched.untilPainted(1, 60_000);
  const others = await startOtherCommits(platform.addresses.shop.superuser.url, OTHER_COMMITS_PER_SECOND);
  const first = 100;
  const sent = new Map<number, number>();
  for (let id = first; id < first + WARM_UP_ROWS + rows; id++) {
    sent.set(id, await commitPixel(pipeline.source, id));
    await sleep(PAUSE_MILLISECONDS);
  }
  await watched.untilPainted(first + WARM_UP_ROWS + rows - 1, 30_000);
  const commitsPerSecond = await others.stop();
  const traces = await traced(platform, pipeline, watched, sent);
  const counted = traces.filter(({ id }) => id >= first + WARM_UP_ROWS);
  if (counted.length < rows * 0.95)
    throw new Error(`only ${counted.length} of ${rows} rows could be followed to their pixel`);
  const hop = (name: keyof Trace): number => median(counted.map((trace) => trace[name]));
  console.log(
    `pixel: median ms: commit → Kafka ${hop('commitToKafka')}, → worker ${hop('kafkaToWorker')}, → sink ${hop('sink')}, → asked ${hop('notice')}, → answered ${hop('query')}, → painted ${hop('paint')}`,
  );
  return {
    rows: counted.length,
    p50: percentile(
      counted.map(({ total }) => total),
      0.5,
    ),
    p99: percentile(
      counted.map(({ total }) => total),
      0.99,
    ),
    most: percentile(
      counted.map(({ total }) => total),
      1,
    ),
    otherCommitsPerSecond: commitsPerSecond,
    toKafkaMs: hop('commitToKafka'),
    toWorkerMs: hop('kafkaToWorker'),
    toSinkMs: hop('sink'),
    toAskedMs: hop('notice'),
    toAnsweredMs: hop('query'),
    toPaintedMs: hop('paint'),
  };
}

interface Trace {
  id: number;
  total: number;
  commitToKafka: number;
  kafkaToWorker: number;
  sink: number;
  notice: number;
  query: number;
  paint: number;
}

/** Joins what each part told of a row: its batch by `ums_id_`, the query that brought it, and its pixel. */
async function traced(
  platform: WholePlatform,
  pipeline: PixelPipeline,
  watched: WatchedPage,
  sent: ReadonlyMap<number, number>,
): Promise<Trace[]> {
  const bus = connectBus({ brokers: platform.addresses.kafka.brokers, clientId: 'bench-pixel' });
  try {
    const batches = await storedBatches(bus, FLOW, 'pixels');
    const { rows } = await pipeline.sink.query<{ id: string; ums_id_: string }>(
      `select id::text, ums_id_::text from ${SINK_SCHEMA}.pixels`,
    );
    const [painted, queries] = [await watched.painted(), await watched.queries()];
    return rows.flatMap(({ id, ums_id_ }) => {
      const sentAt = sent.get(Number(id));
      const batch = batches.find((each) => each.leastId <= BigInt(ums_id_) && BigInt(ums_id_) <= each.greatestId);
      const trace =
        sentAt === undefined || batch === undefined ? undefined : joined(Number(id), sentAt, batch, painted, queries);
      return trace === undefined ? [] : [trace];
    });
  } finally {
    await bus.close();
  }
}

function joined(
  id: number,
  sentAt: number,
  batch: StoredBatch,
  painted: readonly PaintedNumber[],
  queries: readonly AskedQuery[],
): Trace | undefined {
  const pixel = painted.find(({ number }) => number >= id);
  const query = queries.filter(({ answeredAt }) => pixel !== undefined && answeredAt <= pixel.paintedAt).at(-1);
  if (pixel === undefined || query === undefined) return undefined;
  return {
    id,
    total: pixel.paintedAt - sentAt,
    commitToKafka: batch.commitToKafka,
    kafkaToWorker: batch.kafkaToWorker,
    sink: batch.transform + batch.sink,
    notice: query.askedAt - batch.storedAt,
    query: query.answeredAt - query.askedAt,
    paint: pixel.paintedAt - query.answeredAt,
  };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10;
}
