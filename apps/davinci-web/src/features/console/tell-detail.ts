/** Decides how the state that a part tells of itself is said in the reader's language: known sentences are, others stay as they came. Pure. */
import type { TFunction } from 'i18next';

/** As the services write them; a test looks there. */
export const KNOWN_DETAILS: Readonly<Record<string, string>> = {
  'It is starting.': 'starting',
  'It is not there.': 'gone',
  'It is being removed.': 'removing',
  'It is not supervised here.': 'elsewhere',
  'It is paused; the server keeps its log meanwhile.': 'paused',
  'It is stopped; the server keeps its log meanwhile.': 'stopped',
};

const COUNTED: readonly { shape: RegExp; key: string }[] = [
  { shape: /^(\d+) of (\d+) mounts cannot be read; each says why\.$/, key: 'mounts' },
  { shape: /^(\d+) of (\d+) views cannot be read; each says why\.$/, key: 'views' },
];

/** `t` finds the words of the console. */
export function tellDetail(detail: string, t: TFunction<'console'>): string {
  const known = Object.hasOwn(KNOWN_DETAILS, detail) ? KNOWN_DETAILS[detail] : undefined;
  if (known !== undefined) return t(`detail.${known}`);
  for (const { shape, key } of COUNTED) {
    const [whole, failing, all] = shape.exec(detail) ?? [];
    if (whole !== undefined) return t(`detail.${key}`, { failing, all });
  }
  return detail;
}
