/** Decides every size, colour and duration of the application; nothing else may name one. */

/** Spacing in pixels; CSS sees them as `--space-4` … `--space-48`. */
export const SPACE = [4, 8, 12, 16, 24, 32, 48] as const;

/** Font sizes in pixels; CSS sees them as `--text-12` … `--text-28`. */
export const TEXT = [12, 13, 14, 16, 20, 28] as const;

/** Lengths that have a meaning of their own, in pixels; CSS sees `--line`, `--radius`, … */
export const LENGTHS = {
  line: 1,
  focus: 2,
  radius: 8,
  'radius-small': 4,
  'rail-width': 216,
  'rail-narrow': 56,
  'bar-height': 52,
  'panel-width': 360,
  'panel-narrow': 264,
  'page-width': 1440,
  'reading-width': 640,
  'card-width': 280,
  'row-height': 34,
  'chart-height': 320,
  dot: 8,
} as const;

/** Below this width the names of the pages are folded away, as a media query. */
export const NARROW_WINDOW = '(max-width: 1100px)';

/** Below this width an editor has no room for a list beside it, as a media query; the stylesheets of the editors name it too. */
export const EDITOR_WINDOW = '(max-width: 1200px)';

/** Below this width there is one column of everything, as a media query; the stylesheet of the frame names it too. */
export const PHONE_WINDOW = '(max-width: 640px)';

/** Row heights of a grid in pixels, by density. */
export const ROW_HEIGHT = { comfortable: 34, compact: 26 } as const;

/** The dashboard grid: columns, height of a row and gap in pixels. */
export const DASHBOARD_GRID = { columns: 24, rowHeight: 24, gap: 12 } as const;

/** Durations in milliseconds. */
export const TIMES = { quick: 120, move: 500, skeletonAfter: 200, undo: 10_000 } as const;

export interface Palette {
  /** Behind everything. */
  ground: string;
  /** Cards, bars and panels. */
  surface: string;
  /** What lies over a surface: menus, hovered rows. */
  raised: string;
  /** Sunken: code, inputs that cannot be changed. */
  sunken: string;
  line: string;
  'line-strong': string;
  text: string;
  'text-muted': string;
  'text-faint': string;
  accent: string;
  'accent-hover': string;
  'accent-soft': string;
  'on-accent': string;
  ok: string;
  'ok-soft': string;
  late: string;
  'late-soft': string;
  broken: string;
  'broken-soft': string;
  paused: string;
  'paused-soft': string;
  unknown: string;
  'unknown-soft': string;
  shadow: string;
  veil: string;
  /** Colours of series, in their order: told apart by the colour-blind too, since lightness differs as well as hue. */
  series: readonly string[];
  /** What is added up as "others": quieter than every series, and seen on a card all the same. */
  rest: string;
  /** At the edge of what goes on behind it. */
  shade: string;
  /** From least to most, for heat maps and scales. */
  scale: readonly string[];
}

export const LIGHT: Palette = {
  ground: '#f5f6f8',
  surface: '#ffffff',
  raised: '#f0f2f5',
  sunken: '#f0f2f5',
  line: '#e2e5ea',
  'line-strong': '#c5cad3',
  text: '#1a1f2b',
  'text-muted': '#565e6d',
  'text-faint': '#636b7a',
  accent: '#3a53d0',
  'accent-hover': '#2d43b4',
  'accent-soft': '#e9edfc',
  'on-accent': '#ffffff',
  ok: '#1b7a4b',
  'ok-soft': '#e2f4ea',
  late: '#915a00',
  'late-soft': '#fcf0d6',
  broken: '#b4232f',
  'broken-soft': '#fde8e8',
  paused: '#565e6d',
  'paused-soft': '#eceef2',
  unknown: '#6b4fa8',
  'unknown-soft': '#f0ebfa',
  shadow: '0 1px 2px rgba(20, 26, 40, 0.06), 0 8px 24px rgba(20, 26, 40, 0.10)',
  veil: 'rgba(20, 26, 40, 0.35)',
  series: [
    '#3a6fd8',
    '#ce5400',
    '#1f9a8a',
    '#c2497f',
    '#8f74bf',
    '#a5940d',
    '#2b94d8',
    '#6f8f35',
    '#9c5a3c',
    '#6a7385',
  ],
  rest: '#8b93a1',
  shade: 'rgba(20, 26, 40, 0.12)',
  scale: ['#e9eefb', '#bccdf4', '#8aa8ea', '#5a83dd', '#3460c0', '#1e3f8f'],
};

export const DARK: Palette = {
  ground: '#0f1217',
  surface: '#171b22',
  raised: '#202630',
  sunken: '#11151b',
  line: '#2a313c',
  'line-strong': '#414b5a',
  text: '#e7eaf0',
  'text-muted': '#a5aebc',
  'text-faint': '#8c96a6',
  accent: '#8ea3ff',
  'accent-hover': '#a9b9ff',
  'accent-soft': '#232b4d',
  'on-accent': '#10142a',
  ok: '#5fce96',
  'ok-soft': '#153526',
  late: '#f0b655',
  'late-soft': '#3a2c10',
  broken: '#ff8f8f',
  'broken-soft': '#431c20',
  paused: '#a5aebc',
  'paused-soft': '#2a313c',
  unknown: '#bda4f2',
  'unknown-soft': '#2d2446',
  shadow: '0 1px 2px rgba(0, 0, 0, 0.4), 0 8px 24px rgba(0, 0, 0, 0.45)',
  veil: 'rgba(0, 0, 0, 0.6)',
  series: [
    '#6f9bf5',
    '#ef9531',
    '#4cc4b2',
    '#f469a0',
    '#a78dd4',
    '#e5c944',
    '#8fcbf5',
    '#a3c265',
    '#cf8f70',
    '#9aa4b5',
  ],
  rest: '#6a7484',
  shade: 'rgba(0, 0, 0, 0.55)',
  scale: ['#1d2740', '#29406f', '#38599c', '#5179c8', '#7d9fe8', '#b7cbfb'],
};

export const FONT = {
  sans: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
  mono: "'JetBrains Mono Variable', ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
} as const;

/** The custom properties that stylesheets use, as the text of one rule. */
export function cssVariables(palette: Palette): string {
  const lines = [
    ...SPACE.map((size) => `--space-${size}: ${size}px`),
    ...TEXT.map((size) => `--text-${size}: ${size}px`),
    ...Object.entries(LENGTHS).map(([name, size]) => `--${name}-size: ${size}px`),
    `--quick: ${TIMES.quick}ms`,
    `--sans: ${FONT.sans}`,
    `--mono: ${FONT.mono}`,
    ...Object.entries(palette)
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => `--${name}: ${value}`),
    ...palette.series.map((colour, index) => `--series-${index + 1}: ${colour}`),
  ];
  return `:root { ${lines.join('; ')}; }`;
}
