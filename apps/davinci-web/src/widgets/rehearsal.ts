/**
 * Decides what the library of charts does while the answers of a page are on their way: it draws each kind that the page will show once, small and
 * for nobody. What a browser does for the first time it does several times as slowly, and then nobody waits for it.
 */
type Option = Record<string, unknown>;

const CATEGORIES = ['a', 'b'];
const across = { xAxis: { type: 'category', data: CATEGORIES }, yAxis: { type: 'value', splitNumber: 2 } };
const overTime = { xAxis: { type: 'time' }, yAxis: { type: 'value', splitNumber: 2 } };
const grid = { outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };
const curve = {
  type: 'line',
  showSymbol: false,
  data: [
    [0, 1],
    [86_400_000, 2],
  ],
};

/** By the kind of widget; a kind that is missing here is drawn for the first time when its answer is there. */
const REHEARSALS: Readonly<Record<string, Option>> = {
  bar: { grid, ...across, series: [{ type: 'bar', data: [1, 2] }] },
  line: { grid, ...overTime, series: [curve] },
  area: { grid, ...overTime, series: [{ ...curve, areaStyle: {} }] },
  pie: {
    legend: { type: 'scroll', data: CATEGORIES },
    series: [{ type: 'pie', radius: ['40%', '60%'], data: CATEGORIES.map((name) => ({ name, value: 1 })) }],
  },
  'heat-map': {
    grid,
    xAxis: { type: 'category', data: CATEGORIES },
    yAxis: { type: 'category', data: CATEGORIES },
    visualMap: { show: false, min: 0, max: 1 },
    series: [
      {
        type: 'heatmap',
        data: [
          [0, 0, 0],
          [1, 1, 1],
        ],
      },
    ],
  },
};

/**
 * One kind at a time, where the browser has nothing else to do; ends when the first answers are there, as `isOver` says.
 * Rejects where the library could not be loaded.
 */
export async function rehearse(kinds: ReadonlySet<string>, isOver: () => boolean): Promise<void> {
  const options = Object.entries(REHEARSALS).flatMap(([kind, option]) => (kinds.has(kind) ? [option] : []));
  if (options.length === 0) return;
  const { makePicture } = await import('./chart-library.ts');
  const next = () => {
    const option = options.shift();
    if (option === undefined || isOver()) return;
    const picture = makePicture(document.createElement('div'), { width: 200, height: 120 });
    picture.setOption({ aria: { enabled: true, label: { description: '' } }, ...option, animation: false });
    picture.dispose();
    whenIdle(next);
  };
  whenIdle(next);
}

/** Never, in a browser that cannot tell when it is idle (Safari). */
function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) window.requestIdleCallback(work);
}
