/** Says what a statement that was bound can do: tell its columns, send its rows in steps, end. */
import type { MessageWriter } from './message-writer.ts';

/** Where DataRow messages go. */
export interface RowTarget {
  readonly writer: MessageWriter;
  /** Passes on what was written; resolves when more may be written. */
  drain(): Promise<void>;
}

/** Bytes in a target after which it is drained. */
export const DRAIN_BYTES = 64 * 1024;

/** As the client bound it. */
export interface Binding {
  readonly parameterFormats: readonly number[];
  readonly parameters: readonly (Buffer | null)[];
  readonly resultFormats: readonly number[];
}

export const NO_BINDING: Binding = { parameterFormats: [], parameters: [], resultFormats: [] };

export interface Progress {
  readonly rows: number;
  /** More may follow. */
  readonly isSuspended: boolean;
  /** As CommandComplete says it, for a statement read from its beginning to its end. */
  readonly tag: string;
}

export interface Portal {
  /** Aborts the statement. */
  readonly abort: AbortController;
  /** The statement and where it begins in the text the client sent, for places of errors. */
  readonly text: string;
  /** Writes RowDescription, or NoData where `saysNoData`. @returns false where the statement gives no rows */
  describe(writer: MessageWriter, saysNoData: boolean): Promise<boolean>;
  /** Sends up to `limit` rows; 0: all. */
  execute(target: RowTarget, limit: number): Promise<Progress>;
  /** Gives everything back; may be called twice. */
  close(): Promise<void>;
}

/** What a client learns of a statement before it binds it. */
export interface StatementDescription {
  readonly parameterOids: readonly number[];
  /** Writes RowDescription or NoData. */
  write(writer: MessageWriter): void;
}
