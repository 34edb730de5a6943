/** Decides when a part that is loaded late is asked for: by one at a time, and anew after a failure, which `React.lazy` would keep for ever. */

export interface LatePart<Part> {
  /** Undefined until it is there. */
  there: () => Part | undefined;
  /** Rejects where it could not be loaded; the next call asks again. */
  fetch: () => Promise<void>;
}

export function latePart<Part>(load: () => Promise<Part>): LatePart<Part> {
  let part: { is: Part } | undefined;
  let underWay: Promise<void> | undefined;
  const ask = async () => {
    part = { is: await load() };
  };
  return {
    there: () => part?.is,
    fetch() {
      if (part !== undefined) return Promise.resolve();
      underWay ??= ask().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
  };
}
