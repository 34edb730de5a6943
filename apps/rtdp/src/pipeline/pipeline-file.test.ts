// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { describe, expect, it } from 'vitest';
import { withIds, withNames } from './name-references.ts';
import { parsePipeline, readPipelineFile } from './pipeline-file.ts';

/** The problems of a text, as `line:column message`. */
function problemsOf(text: string): string[] {
  try {
    parsePipeline(text, {});
  } catch (error) {
    const { problems } = (error as { facts: { problems: { line: number; column: number; message: string }[] } }).facts;
    return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  return [];
}

const WIDGETS = `
widgets:
  - name: Revenue
    view: Orders
    kind: bar
    query: { measures: [{ column: total, aggregation: sum }], series: [status] }
`;
const DASHBOARDS = `
dashboards:
  - name: Shop
    tabs:
      - { id: now, name: Now, items: [{ id: a, kind: widget, widget: Revenue, x: 0, y: 0, w: 6, h: 5 }] }
    controllers:
      - { id: status, kind: select, targets: [{ view: Orders, column: status }] }
`;
const FLOWS = `
flows:
  - name: all
    source: { namespace: 'postgresql.shop.public.*' }
    sink: { store: postgres, connection: { host: h, database: d, user: u } }
`;
const MOUNTS = `
mounts:
  - { name: shop, kind: postgres, connection: { host: h, port: 1, database: d, user: u } }
dataSources:
  - { name: Gateway, kind: moonbox }
`;
const SOURCES = `
sources:
  - { name: shop, kind: postgres, connection: { host: h, database: d, user: u }, tables: all }
`;

describe('parsePipeline', () => {
  it('fills variables into texts without reading them as YAML', () => {
    const text =
      "sources:\n  - name: shop\n    connection: { port: '${PORT:number}', password: '${PASSWORD}', host: 'a-${HOST}', database: d, user: u }\n";
    const { sources } = parsePipeline(text, { PORT: '7432', PASSWORD: '": [0x1] #', HOST: 'b' });
    expect(sources).toEqual([
      {
        name: 'shop',
        connection: { port: 7432, password: '": [0x1] #', host: 'a-b', database: 'd', user: 'u' },
      },
    ]);
  });

  it('names the variable that is missing', () => {
    expect(() => parsePipeline("flows: [{ name: '${FLOW}' }]", {})).toThrow(/\$\{FLOW\}, which is not set/);
  });

  it.each([
    ['sources: [', 1],
    ['sources: []\nflow: []\n', 2],
    ['sources:\n  - kind: postgres\n', 2],
  ])('says where %j is wrong', (text, line) => {
    expect(() => parsePipeline(text, {})).toThrow(
      expect.objectContaining({
        code: 'RTDP_PIPELINE_INVALID',
        facts: expect.objectContaining({ problems: [expect.objectContaining({ line })] }),
      }),
    );
  });

  it.each([
    [WIDGETS, 'kind: bar', 'kind: barr', '5:11 widget Revenue: kind: there is no "barr" here; did you mean "bar"?'],
    [
      WIDGETS,
      'view:',
      'veiw:',
      '3:5 widget Revenue: view: is missing',
      '4:5 widget Revenue: there is no "veiw" here; did you mean "view"?',
    ],
    [WIDGETS, 'series:', 'serie:', '6:63 widget Revenue: query: there is no "serie" here; did you mean "series"?'],
    [
      WIDGETS,
      'view:',
      'settings: { horizontl: true }\n    view:',
      '4:17 widget Revenue: settings: there is no "horizontl" here; did you mean "horizontal"?',
    ],
    [
      WIDGETS,
      'aggregation: sum',
      'aggregation: summ',
      '6:55 widget Revenue: query.measures.0.aggregation: there is no "summ" here; did you mean "sum"?',
    ],
    [
      DASHBOARDS,
      'kind: widget',
      'kind: widgte',
      '5:54 dashboard Shop: tabs.0.items.0.kind: there is no "widgte" here; did you mean "widget"?',
    ],
    [
      DASHBOARDS,
      'column: status',
      'colunm: status',
      '7:47 dashboard Shop: controllers.0.targets.0.column: is missing',
      '7:63 dashboard Shop: controllers.0.targets.0: there is no "colunm" here; did you mean "column"?',
    ],
    [FLOWS, 'namespace:', 'namspace:', '4:13 flow all: source.namespace: is missing', /did you mean "namespace"/],
    [
      FLOWS,
      'store: postgres',
      'store: postgers',
      '5:20 flow all: sink.store: there is no "postgers" here; did you mean "postgres"?',
    ],
    [FLOWS, 'sink:', 'slimit: 3\n    sink:', /flow all: there is no "slimit" here; did you mean "limits"/],
    [MOUNTS, 'port: 1', 'prot: 1', /port: is missing/, /did you mean "port"/],
    [
      MOUNTS,
      'kind: moonbox',
      'kind: monbox',
      /data source Gateway: kind: there is no "monbox" here; did you mean "moonbox"/,
    ],
    [SOURCES, 'tables: all', 'tabels: all', '3:82 source shop: there is no "tabels" here; did you mean "tables"?'],
    ['flows: []\n\nwidgts:\n  - name: a\n', '', '', '3:1 file: there is no "widgts" here; did you mean "widgets"?'],
  ] as [string, string, string, ...(string | RegExp)[]][])(
    'refuses what no service takes, with its place: %#',
    (text, right, wrong, ...problems) => {
      if (right !== '') expect(problemsOf(text)).toEqual([]);
      expect(text).toContain(right);
      expect(problemsOf(text.replace(right, wrong))).toEqual(
        problems.map((problem) => (typeof problem === 'string' ? problem : expect.stringMatching(problem))),
      );
    },
  );

  it('tells problems in the order of the file, whatever the order of the sections is', () => {
    const wrong = DASHBOARDS.replace('kind: widget', 'kind: widgte') + WIDGETS.replace('kind: bar', 'kind: barr');
    expect(problemsOf(wrong)).toEqual([
      expect.stringMatching(/^5:54 dashboard Shop: /),
      expect.stringMatching(/^12:11 widget Revenue: /),
    ]);
  });

  it('refuses one name twice', () => {
    expect(() => parsePipeline('flows: [{ name: a }, { name: a }]', {})).toThrow(/names a twice under flows/);
  });

  it('reads the demo with every variable it names', () => {
    const names = ['HOST', 'PORT', 'USER', 'PASSWORD'].flatMap((name) => [
      `RTDP_SHOP_${name}`,
      `RTDP_WAREHOUSE_${name}`,
    ]);
    const path = new URL('../../../../deploy/demo/shop.yaml', import.meta.url).pathname;
    const { sources = [], flows = [] } = readPipelineFile(path, Object.fromEntries(names.map((name) => [name, '1'])));
    expect(sources).toHaveLength(1);
    expect(flows.map(({ name }) => name)).toEqual(['shop-to-warehouse', 'order-items', 'large-orders']);
    expect(flows[1]).toMatchObject({ sink: { store: 'postgres', connection: { port: 1 }, table: 'order_items' } });
  });

  it.each(['dashboard', 'suppliers'])('reads the %s of the demo, and every name in it is known', (file) => {
    const names = ['HOST', 'PORT', 'USER', 'PASSWORD'].flatMap((name) =>
      ['SHOP_GATEWAY', 'WAREHOUSE_GATEWAY', 'SUPPLIERS'].map((server) => `RTDP_${server}_${name}`),
    );
    const path = new URL(`../../../../deploy/demo/${file}.yaml`, import.meta.url).pathname;
    const {
      views = [],
      widgets = [],
      dashboards = [],
    } = readPipelineFile(path, Object.fromEntries(names.map((name) => [name, '1'])));
    const idsOf = (list: { name: string }[]) => new Map(list.map(({ name }) => [name, [`id of ${name}`]]));
    const known = { 'data source': new Map([['Gateway', ['g']]]), view: idsOf(views), widget: idsOf(widgets) };
    const kinds = { view: views, widget: widgets, dashboard: dashboards } as const;
    for (const kind of ['view', 'widget', 'dashboard'] as const) {
      expect(kinds[kind].length).toBeGreaterThan(0);
      for (const one of kinds[kind]) expect(withNames(kind, withIds(kind, one, known), known)).toEqual(one);
    }
    const broken = { name: 'x', view: 'nobody made this' };
    expect(() => withIds('widget', broken, known)).toThrow(expect.objectContaining({ code: 'RTDP_REFERENCE_UNKNOWN' }));
  });

  it('has nothing of the last hour in the demo that asks for anything else', () => {
    const names = ['HOST', 'PORT', 'USER', 'PASSWORD'].flatMap((name) =>
      ['SHOP_GATEWAY', 'WAREHOUSE_GATEWAY'].map((server) => `RTDP_${server}_${name}`),
    );
    const path = new URL('../../../../deploy/demo/dashboard.yaml', import.meta.url).pathname;
    const { widgets = [] } = readPipelineFile(path, Object.fromEntries(names.map((name) => [name, '1'])));
    const ofLastHour = widgets.filter(({ name }) => name.includes('last hour'));
    expect(ofLastHour).toHaveLength(2);
    for (const { name, query } of ofLastHour as { name: string; query: unknown }[]) {
      const filter = { column: 'placed_at', operator: 'relative', values: [{ unit: 'hour', amount: 1 }] };
      expect(query, name).toMatchObject({ filters: [filter] });
      // An hour touches 61 minutes, and a limit of them would leave some out.
      expect(query, name).not.toHaveProperty('limit');
    }
  });

  it('takes an empty file as an empty pipeline', () => {
    expect(parsePipeline('', {})).toEqual({});
  });
});
