/** Decides what a page begins with: what somebody chose on this device, else what the browser says. */

export type Language = 'en' | 'zh';

/** A choice that was made on this device before, as far as it is one that there is. */
export function kept<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const value = localStorage.getItem(`davinci.${key}`);
  return allowed.find((each) => each === value) ?? otherwise;
}

/** Whether somebody chose this on this device. */
export function isChosenHere(what: 'theme' | 'density' | 'language'): boolean {
  return localStorage.getItem(`davinci.${what}`) !== null;
}

/** The language to begin with: chosen before, else the browser's. */
export function firstLanguage(): Language {
  return kept('language', ['en', 'zh'], navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');
}
