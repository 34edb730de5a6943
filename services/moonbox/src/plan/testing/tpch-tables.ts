/** Makes small tables in the shape of TPC-H from a seed: few rows, but every query of the set finds some. */
import type { Row, StoredTable } from './two-stores.ts';

/** A generator of numbers that gives the same for the same seed: [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const NATIONS =
  'ALGERIA0 ARGENTINA1 BRAZIL1 CANADA1 EGYPT4 ETHIOPIA0 FRANCE3 GERMANY3 INDIA2 INDONESIA2 IRAN4 IRAQ4 JAPAN2 JORDAN4 KENYA0 MOROCCO0 MOZAMBIQUE0 PERU1 CHINA2 ROMANIA3 SAUDI_ARABIA4 VIETNAM2 RUSSIA3 UNITED_KINGDOM3 UNITED_STATES1'.split(
    ' ',
  );
const REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'];
const day = (offset: number): string => new Date(Date.UTC(1992, 0, 1 + offset)).toISOString().slice(0, 10);

export function tpchTables(seed: number): StoredTable[] {
  const random = seededRandom(seed);
  const int = (least: number, greatest: number): number => least + Math.floor(random() * (greatest - least + 1));
  const pick = (list: readonly string[]): string => list[int(0, list.length - 1)]!;
  const money = (least: number, greatest: number): string => (int(least * 100, greatest * 100) / 100).toFixed(2);
  const colours = ['green', 'forest', 'almond', 'azure', 'puff'];
  const phone = (nation: number): string => `${10 + nation}-${int(100, 999)}-${int(100, 999)}-${int(1000, 9999)}`;
  const rows: Record<string, Row[]> = { supplier: [], part: [], partsupp: [], customer: [], orders: [], lineitem: [] };
  for (let key = 1; key <= 60; key += 1) {
    const nation = int(0, 24);
    const comment = key % 9 === 0 ? 'slow Customer and loud Complaints' : 'quick packages';
    rows.supplier!.push([
      `${key}`,
      `Supplier#${key}`,
      `street ${key}`,
      `${nation}`,
      phone(nation),
      money(-999, 9999),
      comment,
    ]);
  }
  for (let key = 1; key <= 300; key += 1) {
    const type = `${pick(['ECONOMY', 'PROMO', 'MEDIUM', 'SMALL'])} ${pick(['ANODIZED', 'POLISHED', 'BURNISHED'])} ${pick(['STEEL', 'BRASS'])}`;
    const container = `${pick(['SM', 'MED', 'LG'])} ${pick(['CASE', 'BOX', 'PACK', 'PKG', 'BAG'])}`;
    rows.part!.push([
      `${key}`,
      `${pick(colours)} ${pick(colours)}`,
      `Manufacturer#${int(1, 5)}`,
      `Brand#${pick(['12', '23', '34', '45'])}`,
      type,
      `${int(1, 20)}`,
      container,
      money(900, 1900),
    ]);
    for (const step of [0, 1, 2, 3]) {
      rows.partsupp!.push([`${key}`, `${((key * 7 + step * 13) % 60) + 1}`, `${int(1, 9999)}`, money(1, 1000)]);
    }
  }
  for (let key = 1; key <= 200; key += 1) {
    const nation = int(0, 24);
    rows.customer!.push([
      `${key}`,
      `Customer#${key}`,
      `road ${key}`,
      `${nation}`,
      phone(nation),
      money(-999, 9999),
      pick(['BUILDING', 'AUTOMOBILE', 'MACHINERY']),
      `comment ${key}`,
    ]);
  }
  for (let key = 1; key <= 2200; key += 1) {
    const date = int(0, 2400);
    const comment = key % 11 === 0 ? 'special and urgent requests' : 'nothing';
    rows.orders!.push([
      `${key}`,
      `${int(1, 140)}`,
      pick(['F', 'O', 'P']),
      money(1000, 400000),
      day(date),
      pick(['1-URGENT', '2-HIGH', '3-MEDIUM', '5-LOW']),
      '0',
      comment,
    ]);
    const lines = key % 40 === 0 ? 7 : int(1, 6);
    for (let line = 1; line <= lines; line += 1) {
      const part = int(1, 300);
      const supplier = ((part * 7 + int(0, 3) * 13) % 60) + 1;
      const ship = date + int(1, 120);
      const quantity = key % 40 === 0 ? 50 : int(1, 50);
      rows.lineitem!.push([
        `${key}`,
        `${part}`,
        `${supplier}`,
        `${line}`,
        `${quantity}.00`,
        money(900, 90000),
        `0.0${int(0, 9)}`,
        `0.0${int(0, 8)}`,
        pick(['R', 'A', 'N']),
        pick(['O', 'F']),
        day(ship),
        day(date + int(30, 90)),
        day(ship + int(1, 30)),
        pick(['DELIVER IN PERSON', 'NONE']),
        pick(['AIR', 'AIR REG', 'MAIL', 'SHIP', 'TRUCK']),
      ]);
    }
  }
  const own = (name: string, store: 'pg' | 'maria', postgres: string): StoredTable => ({
    name,
    store,
    postgres,
    rows: rows[name]!,
  });
  const nations = NATIONS.map((text, key): Row => [`${key}`, text.slice(0, -1).replace('_', ' '), text.slice(-1)]);
  return [
    {
      name: 'region',
      store: 'maria',
      postgres: 'r_regionkey int primary key, r_name varchar(25) not null',
      rows: REGIONS.map((name, key) => [`${key}`, name]),
    },
    {
      name: 'nation',
      store: 'maria',
      postgres: 'n_nationkey int primary key, n_name varchar(25) not null, n_regionkey int not null',
      rows: nations,
    },
    own(
      'supplier',
      'maria',
      's_suppkey int primary key, s_name varchar(25), s_address varchar(40), s_nationkey int not null, s_phone varchar(15), s_acctbal numeric(15,2), s_comment varchar(101)',
    ),
    own(
      'part',
      'maria',
      'p_partkey int primary key, p_name varchar(55), p_mfgr varchar(25), p_brand varchar(10), p_type varchar(25), p_size int, p_container varchar(10), p_retailprice numeric(15,2)',
    ),
    own(
      'partsupp',
      'maria',
      'ps_partkey int not null, ps_suppkey int not null, ps_availqty int, ps_supplycost numeric(15,2), primary key (ps_partkey, ps_suppkey)',
    ),
    own(
      'customer',
      'pg',
      'c_custkey int primary key, c_name varchar(25), c_address varchar(40), c_nationkey int not null, c_phone varchar(15), c_acctbal numeric(15,2), c_mktsegment varchar(10), c_comment varchar(117)',
    ),
    own(
      'orders',
      'pg',
      'o_orderkey int primary key, o_custkey int not null, o_orderstatus varchar(1), o_totalprice numeric(15,2), o_orderdate date, o_orderpriority varchar(15), o_shippriority int, o_comment varchar(79)',
    ),
    own(
      'lineitem',
      'pg',
      `l_orderkey int not null, l_partkey int not null, l_suppkey int not null, l_linenumber int not null, l_quantity numeric(15,2), l_extendedprice numeric(15,2),
       l_discount numeric(15,2), l_tax numeric(15,2), l_returnflag varchar(1), l_linestatus varchar(1), l_shipdate date, l_commitdate date, l_receiptdate date,
       l_shipinstruct varchar(25), l_shipmode varchar(10), primary key (l_orderkey, l_linenumber)`,
    ),
  ];
}
