import { isRtdpError } from '@rtdp/ums/error';
import { parseNamespace } from '@rtdp/ums/namespace';
import { describe, expect, it } from 'vitest';
import { type FlowDefinitionInput, readFlowDefinition, withoutSecrets } from './definition.ts';
import { keyHoldsSource, sinkIdentity, sinkTableOf } from './sink-name.ts';

const sink = { store: 'postgres', connection: { host: 'h', database: 'd', user: 'u', password: 'secret' } } as const;
const given = (change: Partial<FlowDefinitionInput> = {}): FlowDefinitionInput => ({
  name: 'all',
  source: { namespace: 'postgresql.shop.public.*' },
  sink,
  ...change,
});

function problemsOf(input: unknown): string {
  try {
    readFlowDefinition(input);
  } catch (error) {
    if (isRtdpError(error, 'WORMHOLE_FLOW_INVALID')) return error.message;
    throw error;
  }
  return '';
}

describe('a flow definition', () => {
  it('fills in the pattern, the topic and the defaults', () => {
    expect(readFlowDefinition(given())).toMatchObject({
      source: { namespace: 'postgresql.shop.public.*.*.*.*', topic: 'postgresql.shop' },
      from: 'pull',
      steps: [],
      stream: 'default',
      onIncompatible: 'pause',
      sink: { schema: 'public', table: '{table}', deletes: 'physical', connection: { port: 5432 } },
    });
  });

  it.each([
    [given({ name: 'Not Good' }), 'name: must be'],
    [given({ source: { namespace: 'a.b.c' } }), 'source.namespace: must have four to seven parts'],
    [given({ source: { namespace: 'a..c.d' } }), 'source.namespace: must have four to seven parts'],
    [given({ source: { namespace: '*.b.c.d' } }), 'source.topic: must be given'],
    [given({ sql: 'select 1', steps: [{ name: 'a', sql: 'select 1' }] }), 'steps: give either sql or steps'],
    [
      given({
        steps: [
          { name: 'a', sql: 'x' },
          { name: 'a', sql: 'y' },
        ],
      }),
      'steps: two steps are called a',
    ],
    [given({ sink: { ...sink, table: '{tabel}' } }), 'sink.table: {tabel} is not one of'],
    [given({ from: { offset: 'last' } }), 'from'],
    [{ ...given(), unknown: 1 }, 'unknown'],
  ])('says what is wrong with %#', (input, message) => {
    expect(problemsOf(input)).toContain(message);
  });

  it('is shown without its password', () => {
    const shown = JSON.stringify(withoutSecrets(readFlowDefinition(given())));
    expect(shown).not.toContain('secret');
  });
});

describe('the name of a sink table', () => {
  const orders = parseNamespace('postgresql.shop.public.orders.3.0.0');

  it('is made of the parts of the namespace', () => {
    const flow = readFlowDefinition(
      given({ sink: { ...sink, schema: '{instance}_{database}', table: 'copy_of_{table}' } }),
    );
    expect(sinkTableOf(flow, orders)).toEqual({ schema: 'shop_public', table: 'copy_of_orders' });
  });

  it.each([
    ['postgresql.shop.public.orders', '{table}', undefined, false],
    ['postgresql.shop.public.*', '{table}', undefined, false],
    ['postgresql.shop.*.*', '{table}', undefined, true],
    ['postgresql.shop.*.*', '{database}_{table}', undefined, false],
    ['postgresql.shop.public.*', 'everything', undefined, true],
    ['postgresql.shop.public.orders.*.*.*', 'orders', undefined, false],
    ['postgresql.shop.public.orders.*.*.*', 'orders', true, true],
  ])('%s into %s (said: %s): the key holds the source: %s', (namespace, table, said, expected) => {
    const flow = readFlowDefinition(
      given({
        source: { namespace },
        sink: { ...sink, table, ...(said === undefined ? {} : { keyHoldsSource: said }) },
      }),
    );
    expect(keyHoldsSource(flow)).toBe(expected);
  });

  it('is one identity for two flows that would write the same table', () => {
    const [a, b] = [readFlowDefinition(given()), readFlowDefinition(given({ name: 'other' }))];
    expect(sinkIdentity(a, { schema: 's', table: 't' })).toBe(sinkIdentity(b, { schema: 's', table: 't' }));
    expect(sinkIdentity(a, { schema: 's', table: 't' })).not.toBe(sinkIdentity(a, { schema: 't', table: 's' }));
  });
});
