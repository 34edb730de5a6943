/** What every part of one running flow is given: the flow, who works, the stores it writes to, clock and chance. */
import type { Engine } from '@rtdp/engine/flow-contract';
import type { Logger } from '@rtdp/service/logging';
import type { Store } from '@rtdp/stores/contract';
import type { UmsField } from '@rtdp/ums/types';
import type { DeadLetterStore } from '../dead-letter/dead-letter-store.ts';
import type { FeedbackWriter } from '../feedback/feedback-writer.ts';
import type { FlowMetrics } from '../feedback/flow-metrics.ts';
import type { ProgressStore } from '../state/progress-store.ts';
import type { FlowDefinition } from './definition.ts';

export interface FlowContext {
  readonly id: string;
  readonly organisationId: string;
  readonly definition: FlowDefinition;
  /** Names this process in claims, feedback and logs. */
  readonly worker: string;
  readonly store: Store;
  readonly engine: Engine;
  readonly progress: ProgressStore;
  readonly deadLetters: DeadLetterStore;
  readonly feedback: FeedbackWriter;
  readonly metrics: FlowMetrics;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** The schema that DBus recorded last for a source table; undefined when it has none. */
  recordedSchema(namespace: string): Promise<{ namespace: string; fields: UmsField[] } | undefined>;
  /** Partitions of the flow's topic. */
  readonly partitionCount: number;
}
