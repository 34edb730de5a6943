/** Decides what the context of a message says of where its rows came from. Pure. */

export interface Origin {
  /** `<system>.<instance>`. */
  source: string;
  /** In the source's log. */
  position: string | undefined;
  /** In the order of the rows. */
  transactions: { firstRow: number; xid: number; committedAt: number }[];
}

/** Undefined when it says nothing of the kind. */
export function readOrigin(context: Readonly<Record<string, unknown>> | null): Origin | undefined {
  if (typeof context?.source !== 'string') return undefined;
  const told = Array.isArray(context.tx) ? (context.tx as unknown[]) : [];
  return {
    source: context.source,
    position: typeof context.position === 'string' ? context.position : undefined,
    transactions: told.flatMap((each) => {
      if (!Array.isArray(each)) return [];
      const [firstRow, xid, microseconds] = each as unknown[];
      if (typeof firstRow !== 'number' || typeof xid !== 'number' || typeof microseconds !== 'number') return [];
      return [{ firstRow, xid, committedAt: microseconds / 1_000 }];
    }),
  };
}
