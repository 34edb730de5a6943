/** Says what the engine offers to those who run flows; the interfaces are the specification. */
import type { SqlProblem } from '@rtdp/sql/problem';
import type { Batch, Column } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';

export interface EngineOptions {
  /** Threads of the embedded engine; default 1. JavaScript and the engine share the machine's cores. */
  threads?: number;
  /** Memory the embedded engine may use, e.g. `512MB` (default). Not a limit on the resident size of the process. */
  memoryLimit?: string;
  /** Milliseconds one batch may take before it is interrupted with ENGINE_TIMEOUT; default 60,000. */
  timeoutMilliseconds?: number;
}

export interface Engine {
  /**
   * Checks the steps and prepares them. Reading order: the last step is the result; each may read the source and any earlier step.
   * Throws ENGINE_FLOW_REFUSED with `facts.problems: SqlProblem[]` (all that were found, each with step, line, column and what to do).
   */
  compileStateless(definition: StatelessDefinition): Promise<CompiledFlow>;
  /** Ends every flow compiled by this engine and gives its memory back; runs under way are interrupted. */
  close(): void | Promise<void>;
}

export interface StatelessDefinition {
  steps: readonly { name: string; sql: string }[];
  /** The name under which the steps read the source. */
  sourceName: string;
  /** Fields of the source without system fields, as in `Batch.fields`. */
  sourceFields: readonly UmsField[];
  /** `text` (default): every result column holds the value's plain UMS text, what a sink needs. `typed`: numbers and booleans as such. */
  resultStorage?: 'text' | 'typed';
}

export interface CompiledFlow {
  /** Parallel to `sourceFields`: the storages a `BatchReader` has to produce for this flow; `skip` = no step needs the column. */
  readonly columnsUsed: readonly (Column['storage'] | 'skip')[];
  /**
   * Names, types, sourceType, key and nullable of the result. Key columns are those that carry the source's key unchanged. Where the flow
   * explodes, the last field is `ums_ordinal_` (int, key): 1, 2, … among the rows of one source row.
   */
  readonly resultFields: readonly UmsField[];
  /** Which result column carries which column of the source's key. Empty for a table without a key. */
  readonly keyFrom: readonly { result: string; source: string }[];
  /** One source row may give several: a sink replaces all rows of the source key. */
  readonly explodes: boolean;
  readonly steps: readonly { name: string; resultFields: readonly UmsField[] }[];
  /** Hints that do not stop the flow. */
  readonly problems: readonly SqlProblem[];
  /** Result column → columns of the source it is made from, over all steps. `copied`: the value is the source's, unchanged. */
  readonly lineage: readonly { result: string; sources: readonly string[]; copied: boolean }[];
  /**
   * Runs the flow over the rows of a batch; same batch in, same result out. Runs of one flow are worked off one after the other.
   * `i` and `u` rows go through the SQL; one that gives no row goes on as `d` by key. A `d` goes on by key past every filter. A `b` row is
   * skipped. Result rows keep id, timestamp and order. A row whose SQL needs an untold column gives nothing and is listed in `untoldRows`.
   * ENGINE_ROW_FAILED names the first row that fails in `facts.row`, why in `facts.reason`, the step in `facts.step`, and the first hundred
   * in `facts.failures: {row, reason, step}[]`: dead-letter them, and run again with them in `except`.
   * ENGINE_TIMEOUT, ENGINE_OUT_OF_MEMORY: halve the batch. After any error the flow can be used again.
   */
  run(batch: Batch, options?: { except?: ReadonlySet<number> }): Promise<FlowResult>;
  /** The rows each step gives, as text, for a dry run of at most some thousand rows read with every column as `text`. Throws as `run`. */
  runSteps(batch: Batch, options?: { except?: ReadonlySet<number> }): Promise<StepResult[]>;
  /** Releases what the flow holds in the engine; a run under way is interrupted (ENGINE_TIMEOUT). */
  close(): Promise<void>;
}

export interface FlowResult {
  batch: Batch;
  /** For each row of `batch`, the index of the source row it comes from; never falls. */
  sourceRows: Int32Array;
  /** Indexes of source rows that gave nothing because a column the SQL uses was not told; ask for these rows again. */
  untoldRows: readonly number[];
}

export interface StepResult {
  name: string;
  fields: readonly UmsField[];
  rows: { sourceRow: number; values: (string | null)[] }[];
}
