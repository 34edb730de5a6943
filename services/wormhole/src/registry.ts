/** Decides how the parts of Wormhole are put together: the only place, beside `main.ts`, that constructs across folders. */
import type { Bus } from '@rtdp/bus/bus';
import type { EngineOptions } from '@rtdp/engine/flow-contract';
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';
import type { Metrics } from '@rtdp/service/metrics';
import type { SecretBox } from '@rtdp/service/secrets';
import { DeadLetterStore } from './dead-letter/dead-letter-store.ts';
import { FeedbackWriter } from './feedback/feedback-writer.ts';
import { createFlowMetrics } from './feedback/flow-metrics.ts';
import { LazyEngine } from './flow/lazy-engine.ts';
import { RecordedSchemas } from './flow/recorded-schemas.ts';
import type { PullService } from './flow/request-pulls.ts';
import type { FlowSurroundings } from './flow/running-flow.ts';
import type { TopicOwners } from './flow/topic-owners.ts';
import { TopicReader } from './ingest/topic-reader.ts';
import { FlowStore } from './state/flow-store.ts';
import { ProgressStore } from './state/progress-store.ts';

export interface AssemblyOptions {
  bus: Bus;
  database: Knex;
  secrets: SecretBox;
  logger: Logger;
  metrics: Metrics;
  pullsOf: (organisationId: string) => PullService;
  topics: TopicOwners;
  /** Names this process in claims and feedback. */
  worker: string;
  /** Consumer groups are called `<prefix>.<stream>`. */
  groupPrefix: string;
  engine: EngineOptions;
}

export interface Assembly {
  flows: FlowSurroundings;
  readers(): ReadonlyMap<string, TopicReader>;
  /** After the flows have stopped. */
  close(): Promise<void>;
}

export function assembleFlows(options: AssemblyOptions): Assembly {
  const { bus, database, logger } = options;
  const now = (): number => performance.timeOrigin + performance.now();
  const readers = new Map<string, TopicReader>();
  const engine = new LazyEngine(options.engine);
  const feedback = new FeedbackWriter(bus, logger);
  return {
    flows: {
      worker: options.worker,
      bus,
      engine,
      flows: new FlowStore(database, options.secrets),
      progress: new ProgressStore(database),
      deadLetters: new DeadLetterStore(database),
      feedback,
      metrics: createFlowMetrics(options.metrics),
      schemas: new RecordedSchemas(bus, now),
      pullsOf: options.pullsOf,
      topics: options.topics,
      readerOf(stream) {
        let reader = readers.get(stream);
        if (reader === undefined) {
          reader = new TopicReader({ bus, groupId: `${options.groupPrefix}.${stream}`, logger, now });
          readers.set(stream, reader);
        }
        return reader;
      },
      logger,
      now,
      random: Math.random,
    },
    readers: () => readers,
    async close() {
      await Promise.all([...readers.values()].map((reader) => reader.stop()));
      await feedback.close();
      await engine.close();
    },
  };
}
