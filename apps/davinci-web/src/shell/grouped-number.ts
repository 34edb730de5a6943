/** Decides how a number stands in a field that it is typed into: its thousands apart, and as it is typed while somebody does; pure. */

/** For antd's `InputNumber`. Not for what only looks like a number: a year, the key of a row. */
export const GROUPED = {
  formatter: (value: string | number | null | undefined, info?: { userTyping: boolean; input: string }): string => {
    if (info?.userTyping) return info.input;
    const [whole = '', ...fraction] = value === undefined || value === null ? [''] : String(value).split('.');
    return [whole.replace(/(?<=\d)(?=(\d{3})+$)/g, ','), ...fraction].join('.');
  },
  // It takes the text of a number as well, and an empty one for none; only its types do not say so.
  parser: (text: string | undefined): number => (text ?? '').replace(/[,，\s]/g, '') as unknown as number,
} as const;
