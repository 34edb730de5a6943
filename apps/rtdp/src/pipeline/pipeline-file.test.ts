// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { describe, expect, it } from 'vitest';
import { withIds, withNames } from './name-references.ts';
import { parsePipeline, readPipelineFile } from './pipeline-file.ts';

describe('parsePipeline', () => {
  it('fills variables into texts without reading them as YAML', () => {
    const text =
      "sources:\n  - name: shop\n    connection: { port: '${PORT:number}', password: '${PASSWORD}', host: 'a-${HOST}' }\n";
    const { sources } = parsePipeline(text, { PORT: '7432', PASSWORD: '": [0x1] #', HOST: 'b' });
    expect(sources).toEqual([{ name: 'shop', connection: { port: 7432, password: '": [0x1] #', host: 'a-b' } }]);
  });

  it('names the variable that is missing', () => {
    expect(() => parsePipeline("flows: [{ name: '${FLOW}' }]", {})).toThrow(/\$\{FLOW\}, which is not set/);
  });

  it.each([
    ['sources: [', 1],
    ['sources: []\nflow: []\n', 1],
    ['sources:\n  - kind: postgres\n', 2],
  ])('says where %j is wrong', (text, line) => {
    expect(() => parsePipeline(text, {})).toThrow(
      expect.objectContaining({
        code: 'RTDP_PIPELINE_INVALID',
        facts: expect.objectContaining({ problems: [expect.objectContaining({ line })] }),
      }),
    );
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
    const { sources, flows } = readPipelineFile(path, Object.fromEntries(names.map((name) => [name, '1'])));
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
    const idsOf = (list: { name: string }[]) => new Map(list.map(({ name }) => [name, `id of ${name}`]));
    const known = { 'data source': new Map([['Gateway', 'g']]), view: idsOf(views), widget: idsOf(widgets) };
    const kinds = { view: views, widget: widgets, dashboard: dashboards } as const;
    for (const kind of ['view', 'widget', 'dashboard'] as const) {
      expect(kinds[kind].length).toBeGreaterThan(0);
      for (const one of kinds[kind]) expect(withNames(kind, withIds(kind, one, known), known)).toEqual(one);
    }
    const broken = { name: 'x', view: 'nobody made this' };
    expect(() => withIds('widget', broken, known)).toThrow(expect.objectContaining({ code: 'RTDP_REFERENCE_UNKNOWN' }));
  });

  it('takes an empty file as an empty pipeline', () => {
    expect(parsePipeline('', {})).toEqual({ sources: [], flows: [] });
  });
});
