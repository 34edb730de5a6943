/** Decides what a lane must know of one schema of a source table: the fields, which columns to decode, and the SQL compiled for it. */
import type { CompiledFlow } from '@rtdp/engine/flow-contract';
import type { ColumnStorage } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';

export interface SourceShape {
  /** With version. */
  readonly namespace: string;
  /** Without the system fields. */
  readonly fields: readonly UmsField[];
  /** Parallel to the fields. */
  readonly storages: readonly (ColumnStorage | 'skip')[];
  /** Undefined: the rows go to the sink as they are. */
  readonly compiled: CompiledFlow | undefined;
}
