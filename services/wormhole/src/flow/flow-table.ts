/**
 * Decides what becomes of one sink table of a running flow: which source tables feed it, which schema each has, how the sink
 * follows a new version, and when the table must pause.
 */
import { Turns } from '@rtdp/service/turns';
import { typedCommand } from '@rtdp/service/typed-command';
import type { TableSink } from '@rtdp/stores/contract';
import { RtdpError } from '@rtdp/ums/error';
import { type Namespace, parseNamespace, tableIdentity } from '@rtdp/ums/namespace';
import { diffSchemas } from '@rtdp/ums/schema-diff';
import { dataFields, type UmsField } from '@rtdp/ums/types';
import { CommitNotices } from '../feedback/commit-notice.ts';
import { TableCounts } from '../feedback/table-counts.ts';
import { RememberedDeletes } from '../sink/clear-remembered.ts';
import { isExploded, sinkDefinitionOf } from '../sink/sink-definition.ts';
import type { Reason } from '../state/flow-store.ts';
import type { AdoptedSource, StoredTable } from '../state/progress-store.ts';
import { type CompiledSource, compileSource } from './compile.ts';
import type { FlowContext } from './flow-context.ts';
import { followAsFarAsPossible, type Target } from './follow-schema.ts';
import { keyHoldsSource, type SinkTableName, sinkIdentity } from './sink-name.ts';
import type { SourceShape } from './source-shape.ts';

export class FlowTable {
  readonly name: SinkTableName;
  readonly #context: FlowContext;
  readonly #shapes = new Map<string, SourceShape>();
  #sources: Record<string, AdoptedSource>;
  #fields: UmsField[];
  #explodes = false;
  /** Sink key column → source key column; known once the SQL was compiled. */
  #keyFrom: Record<string, string> | undefined;
  #sink: TableSink | undefined;
  #paused: Reason | undefined;
  #pauses = 0;
  #pausesUnderWay = 0;
  readonly #turns = new Turns();
  /** Why the pull whose rows are arriving gave up; null while it has not. */
  pullFailure: Reason | null = null;
  /** Rows in a row that went to the dead letter. */
  deadInARow = 0;
  readonly counts = new TableCounts();
  readonly notices: CommitNotices;
  readonly remembered = new RememberedDeletes();

  constructor(context: FlowContext, name: SinkTableName, stored: StoredTable | undefined) {
    this.#context = context;
    this.name = name;
    this.notices = new CommitNotices(context, this.sinkNamespace);
    this.#sources = stored?.sources ?? {};
    this.#fields = stored?.fields ?? [];
    this.#explodes = isExploded(this.#fields);
    this.#paused = stored?.paused === true ? (stored.reason ?? unknownReason) : undefined;
  }

  /** The identity of the sink table everywhere: notices and lineage use it. */
  get sinkNamespace(): string {
    const { connection } = this.#context.definition.sink;
    return tableIdentity({
      system: 'postgresql',
      instance: connection.database,
      database: this.name.schema,
      table: this.name.table,
      version: '0',
      dbPartition: '0',
      tablePartition: '0',
    });
  }

  get sources(): Readonly<Record<string, AdoptedSource>> {
    return this.#sources;
  }

  get fields(): readonly UmsField[] {
    return this.#fields;
  }

  /** Why the table is paused; undefined when it is not. */
  get paused(): Reason | undefined {
    return this.#paused;
  }

  /** The sink as it is now: lanes ask at each write, because a change of the flow's SQL opens it anew. */
  get currentSink(): TableSink | undefined {
    return this.#sink;
  }

  /** The sink, made sure of. Undefined as long as no schema is known. @throws STORE_… */
  sink(): Promise<TableSink | undefined> {
    return this.#turns.take(() => this.#openSink());
  }

  /** The shape of a schema already adopted; undefined asks for `adopt`. */
  knownShape(namespace: string, fieldsKey: string): SourceShape | undefined {
    return this.#shapes.get(shapeKey(namespace, fieldsKey));
  }

  /**
   * Takes a schema of a source table in: the first makes the sink table, a newer compatible one alters it. Lanes of all
   * partitions may ask at the same time; they take turns.
   * @throws WORMHOLE_SCHEMA_INCOMPATIBLE, WORMHOLE_SEVERAL_SOURCES, ENGINE_FLOW_REFUSED: the table must pause; STORE_…: see there
   */
  adopt(namespaceText: string, fieldsKey: string, fields: readonly UmsField[]): Promise<SourceShape> {
    return this.#turns.take(async () => {
      const key = shapeKey(namespaceText, fieldsKey);
      const known = this.#shapes.get(key);
      if (known !== undefined) return known;
      const namespace = parseNamespace(namespaceText);
      const result = await this.#compile(namespace, namespaceText, fields);
      const columns = dataFields(fields);
      await this.#follow(namespace, namespaceText, columns, result);
      const shape: SourceShape = {
        namespace: namespaceText,
        fields: columns,
        storages: result.storages,
        compiled: result.compiled,
      };
      this.#shapes.set(key, shape);
      return shape;
    });
  }

  /**
   * Takes in the schema that DBus has recorded for a table of which no row was seen yet, so that an empty table is made too
   * and a pull's start finds its sink. False when DBus knows none.
   */
  async adoptRecorded(namespaceText: string): Promise<boolean> {
    const recorded = await this.#context.recordedSchema(namespaceText);
    if (recorded === undefined) return false;
    await this.adopt(recorded.namespace, 'recorded', recorded.fields);
    return true;
  }

  /** Stops the table durably and for all workers: its lanes take nothing more until `resume`. */
  async pause(reason: Reason): Promise<void> {
    this.#paused = reason;
    this.#context.logger.warn({ table: this.name, reason }, 'a table of a flow pauses');
    await this.#savePause();
  }

  async resume(): Promise<void> {
    this.#paused = undefined;
    this.deadInARow = 0;
    await this.#savePause();
  }

  /** Changes with each pause and resume of this worker; undefined while one is being written down. */
  get pauseMark(): number | undefined {
    return this.#pausesUnderWay === 0 ? this.#pauses : undefined;
  }

  /** Does what another worker was asked, or had to do. True if that changed anything: then the lanes are to be opened anew. */
  followPause(stored: Pick<StoredTable, 'paused' | 'reason'>): boolean {
    if (stored.paused === (this.#paused !== undefined)) return false;
    this.#paused = stored.paused ? (stored.reason ?? unknownReason) : undefined;
    if (!stored.paused) this.deadInARow = 0;
    this.#context.logger.info(
      { table: this.name, paused: stored.paused },
      'a table follows what another worker was asked',
    );
    return true;
  }

  async close(): Promise<void> {
    await this.#turns.ended();
    for (const shape of this.#shapes.values()) await shape.compiled?.close();
    this.#shapes.clear();
    await this.#sink?.close();
    this.#sink = undefined;
  }

  async #compile(namespace: Namespace, namespaceText: string, fields: readonly UmsField[]): Promise<CompiledSource> {
    try {
      return await compileSource(this.#context.engine, this.#context.definition, namespace, fields);
    } catch (error) {
      const adopted = this.#sources[tableIdentity(namespace)];
      if (adopted === undefined || !(error instanceof RtdpError)) throw error;
      if (versionOf(namespace) < versionOf(parseNamespace(adopted.namespace))) {
        throw this.#outdated(namespaceText, adopted, dataFields(fields), error);
      }
      // The SQL was good for the schema before: what the source changed is what must be shown.
      throw this.#incompatible(namespaceText, adopted, dataFields(fields), error);
    }
  }

  async #follow(
    namespace: Namespace,
    namespaceText: string,
    fields: UmsField[],
    result: CompiledSource,
  ): Promise<void> {
    const identity = tableIdentity(namespace);
    const adopted = this.#sources[identity];
    const explodes = result.compiled?.explodes ?? false;
    this.#keyFrom =
      result.compiled && Object.fromEntries(result.compiled.keyFrom.map(({ result: to, source }) => [to, source]));
    if (adopted === undefined) this.#refuseSeveralSources(namespaceText);
    if (this.#fields.length === 0) {
      this.#fields = result.resultFields;
      this.#explodes = explodes;
      await this.#openSink();
    } else if (adopted === undefined || versionOf(namespace) >= versionOf(parseNamespace(adopted.namespace))) {
      const target = this.#target(namespaceText, adopted, fields, result);
      await this.#evolve(namespaceText, target, adopted?.namespace === namespaceText);
    } else {
      // A version that is older than the adopted one: the sink has all its columns.
      await this.#openSink();
      return;
    }
    this.#sources = { ...this.#sources, [identity]: { namespace: namespaceText, fields } };
    await this.#context.progress.saveSchemas(this.#context, this.#stored());
  }

  /** @param sameVersion the source is as it was: then it is the flow's own SQL that changed */
  async #evolve(namespaceText: string, target: Target, sameVersion: boolean): Promise<void> {
    if (target.diff.changes.length === 0) {
      await this.#openSink();
      return;
    }
    if (sameVersion) {
      const before = this.#sink;
      this.#sink = undefined;
      this.#fields = target.fields;
      await this.#openSink();
      await before?.close();
    } else {
      const sink = await this.#openSink();
      await sink?.evolve({ namespace: namespaceText, diff: target.diff, fields: target.fields });
      this.#fields = target.fields;
    }
    this.#context.logger.info(
      { table: this.name, namespace: namespaceText, changes: target.diff.changes },
      'a sink table follows its source',
    );
  }

  /** The sink fields after this schema. @throws WORMHOLE_SCHEMA_INCOMPATIBLE */
  #target(
    namespaceText: string,
    adopted: AdoptedSource | undefined,
    fields: UmsField[],
    result: CompiledSource,
  ): Target {
    const target = followAsFarAsPossible(this.#fields, result.resultFields);
    const sinkDiff = diffSchemas(this.#fields, result.resultFields);
    // For a second source table, a column that it lacks says nothing about the first one's; and when the source is as it was, it
    // is the flow's own SQL that somebody changed on purpose.
    const isOnPurpose = adopted === undefined || adopted.namespace === namespaceText;
    const compatible = isOnPurpose ? target?.diff.compatible : sinkDiff.compatible;
    const follows = compatible === true || this.#context.definition.onIncompatible === 'follow';
    if (target === undefined || !follows || !target.diff.compatible) {
      throw this.#incompatible(namespaceText, adopted ?? { namespace: '', fields: this.#fields }, fields, undefined);
    }
    return target;
  }

  #incompatible(
    namespaceText: string,
    adopted: AdoptedSource,
    fields: UmsField[],
    cause: RtdpError | undefined,
  ): RtdpError {
    const diff = diffSchemas(adopted.fields, fields);
    const changed = diff.changes
      .filter((change) => cause !== undefined || !change.compatible)
      .map((change) => `${change.column} ${change.change}: ${change.why}`)
      .join(' ');
    return new RtdpError({
      code: 'WORMHOLE_SCHEMA_INCOMPATIBLE',
      message: `${namespaceText} changed so that ${this.name.schema}.${this.name.table} cannot follow. ${cause?.message ?? changed}`,
      next: `Change the flow or the sink table (onIncompatible: follow lets the sink follow as far as it can), then resume the table: ${this.#resumeCommand()}.`,
      facts: {
        before: adopted.namespace,
        after: namespaceText,
        diff,
        fields: { before: adopted.fields, after: fields },
        ...(cause === undefined ? {} : { cause: cause.toJSON() }),
      },
    });
  }

  /** Rows from before a change of the table that the SQL was written for: nothing has changed now, and a resume would meet them again. */
  #outdated(namespaceText: string, adopted: AdoptedSource, fields: UmsField[], cause: RtdpError): RtdpError {
    const restart = typedCommand(`flow restart ${this.#context.definition.name}`);
    return new RtdpError({
      code: 'WORMHOLE_SCHEMA_INCOMPATIBLE',
      message: `the topic still holds rows of ${namespaceText}, from before the table became ${adopted.namespace}, and the SQL cannot work with them. ${cause.message}`,
      next: `Write the SQL so that it fits both, or begin from a pull, which brings every row as it is now: ${restart}, then ${this.#resumeCommand()}.`,
      facts: {
        before: namespaceText,
        after: adopted.namespace,
        diff: diffSchemas(fields, adopted.fields),
        fields: { before: fields, after: adopted.fields },
        cause: cause.toJSON(),
      },
    });
  }

  #resumeCommand(): string {
    return typedCommand(`flow resume-table ${this.#context.definition.name} ${this.name.schema} ${this.name.table}`);
  }

  #refuseSeveralSources(namespaceText: string): void {
    const others = Object.keys(this.#sources);
    if (others.length === 0 || keyHoldsSource(this.#context.definition)) return;
    throw new RtdpError({
      code: 'WORMHOLE_SEVERAL_SOURCES',
      message: `${namespaceText} and ${others[0]} would both be written to ${this.name.schema}.${this.name.table}, whose key does not hold the source`,
      next: 'Set sink.keyHoldsSource: true, or use {table} and the other parts of the namespace in sink.table.',
      facts: { sources: [...others, namespaceText] },
    });
  }

  async #openSink(): Promise<TableSink | undefined> {
    if (this.#sink !== undefined || this.#fields.length === 0) return this.#sink;
    const { definition, store, id } = this.#context;
    const sink = store.openSink({
      ...sinkDefinitionOf(definition, id, this.name, this.#fields, this.#explodes),
      ...(this.#keyFrom === undefined ? {} : { keyFrom: this.#keyFrom }),
    });
    await sink.ensure();
    this.#sink = sink;
    return sink;
  }

  async #savePause(): Promise<void> {
    this.#pauses++;
    this.#pausesUnderWay++;
    try {
      await this.#context.progress.savePause(this.#context, this.#stored());
    } finally {
      this.#pausesUnderWay--;
    }
  }

  #stored(): StoredTable {
    return {
      sinkSchema: this.name.schema,
      sinkTable: this.name.table,
      sinkIdentity: sinkIdentity(this.#context.definition, this.name),
      sources: this.#sources,
      fields: this.#fields,
      paused: this.#paused !== undefined,
      reason: this.#paused ?? null,
    };
  }
}

const unknownReason: Reason = { code: 'WORMHOLE_FLOW_STATE', message: 'paused', next: 'Resume the table.' };

function shapeKey(namespace: string, fieldsKey: string): string {
  return `${namespace}\n${fieldsKey}`;
}

function versionOf(namespace: Namespace): bigint {
  return BigInt(namespace.version);
}
