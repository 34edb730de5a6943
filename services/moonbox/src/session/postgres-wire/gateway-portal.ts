/** Decides how a statement of the gateway runs for a client: begun when its columns or rows are first asked for, rows sent as they come. */
import type { PgType } from '@rtdp/sql/pg-type';
import type { ColumnBatch } from '@rtdp/stores/scan-contract';
import { RtdpError } from '@rtdp/ums/error';
import type { Principal, QueryAnswer, QueryRequest, QueryService } from '../../query/contract.ts';
import { fromBinary } from './binary/values.ts';
import type { MessageWriter } from './message-writer.ts';
import {
  type Binding,
  DRAIN_BYTES,
  type Portal,
  type Progress,
  type RowTarget,
  type StatementDescription,
} from './portal.ts';
import { BINARY_FORMAT, formatOf, rowWriter, type WriteRows, writeRowDescription } from './row-writer.ts';
import { declaredType, oidOf } from './type-numbers.ts';

export interface GatewayStatement {
  readonly queries: QueryService;
  readonly principal: Principal;
  readonly text: string;
  /** Object ids that the client declared; 0 or missing where it left them open. */
  readonly declared: readonly number[];
  readonly database: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** Rows written between two looks at how much is waiting. */
const STRIDE = 128;

function requestOf(statement: GatewayStatement, signal: AbortSignal): QueryRequest {
  const { text, declared, principal, database, timeoutMs } = statement;
  const parameterTypes: (PgType | undefined)[] = declared.map(declaredType);
  return {
    sql: text,
    principal,
    signal,
    ...(parameterTypes.some((type) => type !== undefined) ? { parameterTypes } : {}),
    ...(database === undefined ? {} : { database }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

export async function describeGatewayStatement(
  statement: GatewayStatement,
  signal: AbortSignal,
): Promise<StatementDescription> {
  const { columns, parameterTypes } = await statement.queries.describe(requestOf(statement, signal));
  return {
    parameterOids: parameterTypes.map((type, index) => statement.declared[index] || oidOf(type)),
    write(writer) {
      if (columns === null || columns.length === 0) writer.begin('n').end();
      else writeRowDescription(writer, columns, []);
    },
  };
}

export class GatewayPortal implements Portal {
  readonly abort = new AbortController();
  readonly text: string;
  readonly #statement: GatewayStatement;
  readonly #binding: Binding;
  readonly #parameterOids: () => Promise<readonly number[]>;
  #answer: Promise<QueryAnswer> | undefined;
  #batches: AsyncIterator<ColumnBatch> | undefined;
  #batch: ColumnBatch | undefined;
  #row = 0;
  #writeRows: WriteRows | undefined;
  #writer: MessageWriter | undefined;
  #isDone = false;

  /** `parameterOids` is asked where a binary parameter's type was left open. */
  constructor(statement: GatewayStatement, binding: Binding, parameterOids: () => Promise<readonly number[]>) {
    this.text = statement.text;
    this.#statement = statement;
    this.#binding = binding;
    this.#parameterOids = parameterOids;
  }

  async describe(writer: MessageWriter, saysNoData: boolean): Promise<boolean> {
    const { columns } = await this.#begin();
    if (columns.length > 0) writeRowDescription(writer, columns, this.#binding.resultFormats);
    else if (saysNoData) writer.begin('n').end();
    return columns.length > 0;
  }

  async execute(target: RowTarget, limit: number): Promise<Progress> {
    const answer = await this.#begin();
    this.#batches ??= answer.batches[Symbol.asyncIterator]();
    let rows = 0;
    while (limit === 0 || rows < limit) {
      if (this.#batch === undefined || this.#row === this.#batch.rowCount) {
        if (!(await this.#nextBatch())) return { rows, isSuspended: false, tag: tagOf(answer, rows) };
        continue;
      }
      const batch = this.#batch;
      if (this.#writeRows === undefined || this.#writer !== target.writer) {
        this.#writer = target.writer;
        this.#writeRows = rowWriter(target.writer, answer.columns, this.#binding.resultFormats, batch);
      }
      const left = limit === 0 ? batch.rowCount : Math.min(batch.rowCount, this.#row + limit - rows);
      const end = Math.min(left, this.#row + STRIDE);
      this.#writeRows(this.#row, end);
      rows += end - this.#row;
      this.#row = end;
      if (target.writer.at >= DRAIN_BYTES) await target.drain();
      this.abort.signal.throwIfAborted();
    }
    return { rows, isSuspended: true, tag: tagOf(answer, rows) };
  }

  async #nextBatch(): Promise<boolean> {
    if (this.#isDone) return false;
    const next = await this.#batches!.next();
    this.#batch = next.done === true ? undefined : next.value;
    this.#row = 0;
    this.#writeRows = undefined;
    this.#isDone = next.done === true;
    return !this.#isDone;
  }

  #begin(): Promise<QueryAnswer> {
    this.#answer ??= this.#run();
    return this.#answer;
  }

  async #run(): Promise<QueryAnswer> {
    const { parameters } = this.#binding;
    const request = requestOf(this.#statement, this.abort.signal);
    if (parameters.length === 0) return this.#statement.queries.run(request);
    return this.#statement.queries.run({ ...request, parameters: await this.#texts() });
  }

  async #texts(): Promise<(string | null)[]> {
    const { parameters, parameterFormats } = this.#binding;
    const { declared } = this.#statement;
    const isOpen = (index: number): boolean => formatOf(parameterFormats, index) === BINARY_FORMAT && !declared[index];
    const described = parameters.some((_, index) => isOpen(index)) ? await this.#parameterOids() : [];
    return parameters.map((bytes, index) => {
      if (bytes === null) return null;
      if (formatOf(parameterFormats, index) !== BINARY_FORMAT) return bytes.toString('utf8');
      const oid = declared[index] || described[index];
      if (oid === undefined) throw openType(index);
      return fromBinary(oid, bytes);
    });
  }

  async close(): Promise<void> {
    if (this.#answer === undefined || this.#isDone) return;
    this.#isDone = true;
    try {
      const { batches } = await this.#answer;
      const iterator = this.#batches ?? batches[Symbol.asyncIterator]();
      await iterator.return?.();
    } catch {
      // It has failed already, and the client was told so.
    }
  }
}

function tagOf({ tag }: QueryAnswer, rows: number): string {
  return tag === 'SELECT' ? `SELECT ${rows}` : tag;
}

function openType(index: number): RtdpError {
  return new RtdpError({
    code: 'WIRE_PARAMETER_TYPE',
    message: `The type of parameter $${index + 1} is not known, so its binary form cannot be read.`,
    next: `Write $${index + 1}::type, declare its type, or send it as text.`,
    facts: { parameter: index + 1 },
  });
}
