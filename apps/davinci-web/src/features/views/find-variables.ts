/** Decides which `:name` in a statement are variables: not those in strings, quoted names, comments, dollar quotes, casts or slices. Pure. */

export interface VariablePlace {
  name: string;
  /** Offsets of `:name` in the text. */
  from: number;
  to: number;
}

/** What must be passed over as a whole, longest form first; a quote that is never closed reaches to the end. */
const PASSED_OVER =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]'(?:\\[\s\S]|''|[^'\\])*(?:'|$)|'(?:''|[^'])*(?:'|$)|"(?:""|[^"])*(?:"|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$)|::|:=/y;
const VARIABLE = /:([A-Za-z_]\w*)/y;

export function findVariables(sql: string): VariablePlace[] {
  const places: VariablePlace[] = [];
  let at = 0;
  while (at < sql.length) {
    PASSED_OVER.lastIndex = at;
    const passed = PASSED_OVER.exec(sql);
    if (passed !== null) {
      at += passed[0].length;
      continue;
    }
    VARIABLE.lastIndex = at;
    const variable = VARIABLE.exec(sql);
    // `a[1:n]` is a slice: a variable never follows a number, a name or a closing bracket directly.
    if (variable !== null && !/[\w\])]/.test(sql[at - 1] ?? '')) {
      places.push({ name: variable[1]!, from: at, to: at + variable[0].length });
      at += variable[0].length;
      continue;
    }
    at += 1;
  }
  return places;
}

/** Names in the order of their first place. */
export function variableNames(sql: string): string[] {
  return [...new Set(findVariables(sql).map(({ name }) => name))];
}
