/** Decides where each table of TPC-H lives, how it is made in both kinds of store, and how it is filled. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export interface TpchTable {
  readonly name: string;
  /** `sales` is in Postgres, `supply` in MariaDB. */
  readonly database: 'sales' | 'supply';
  /** Good for both dialects. */
  readonly columns: string;
  readonly primaryKey: string;
  readonly indexes: readonly string[];
}

export const TPCH_TABLES: readonly TpchTable[] = [
  {
    name: 'lineitem',
    database: 'sales',
    columns: `l_orderkey bigint not null, l_partkey bigint not null, l_suppkey bigint not null, l_linenumber integer not null,
      l_quantity decimal(15,2) not null, l_extendedprice decimal(15,2) not null, l_discount decimal(15,2) not null,
      l_tax decimal(15,2) not null, l_returnflag char(1) not null, l_linestatus char(1) not null, l_shipdate date not null,
      l_commitdate date not null, l_receiptdate date not null, l_shipinstruct varchar(25) not null, l_shipmode varchar(10) not null,
      l_comment varchar(44) not null`,
    primaryKey: 'l_orderkey, l_linenumber',
    indexes: ['l_partkey, l_suppkey', 'l_suppkey', 'l_shipdate'],
  },
  {
    name: 'orders',
    database: 'sales',
    columns: `o_orderkey bigint not null, o_custkey bigint not null, o_orderstatus char(1) not null, o_totalprice decimal(15,2) not null,
      o_orderdate date not null, o_orderpriority varchar(15) not null, o_clerk varchar(15) not null, o_shippriority integer not null,
      o_comment varchar(79) not null`,
    primaryKey: 'o_orderkey',
    indexes: ['o_custkey', 'o_orderdate'],
  },
  {
    name: 'customer',
    database: 'sales',
    columns: `c_custkey bigint not null, c_name varchar(25) not null, c_address varchar(40) not null, c_nationkey integer not null,
      c_phone varchar(15) not null, c_acctbal decimal(15,2) not null, c_mktsegment varchar(10) not null, c_comment varchar(117) not null`,
    primaryKey: 'c_custkey',
    indexes: ['c_nationkey'],
  },
  {
    name: 'part',
    database: 'supply',
    columns: `p_partkey bigint not null, p_name varchar(55) not null, p_mfgr varchar(25) not null, p_brand varchar(10) not null,
      p_type varchar(25) not null, p_size integer not null, p_container varchar(10) not null, p_retailprice decimal(15,2) not null,
      p_comment varchar(23) not null`,
    primaryKey: 'p_partkey',
    indexes: [],
  },
  {
    name: 'partsupp',
    database: 'supply',
    columns: `ps_partkey bigint not null, ps_suppkey bigint not null, ps_availqty integer not null, ps_supplycost decimal(15,2) not null,
      ps_comment varchar(199) not null`,
    primaryKey: 'ps_partkey, ps_suppkey',
    indexes: ['ps_suppkey'],
  },
  {
    name: 'supplier',
    database: 'supply',
    columns: `s_suppkey bigint not null, s_name varchar(25) not null, s_address varchar(40) not null, s_nationkey integer not null,
      s_phone varchar(15) not null, s_acctbal decimal(15,2) not null, s_comment varchar(101) not null`,
    primaryKey: 's_suppkey',
    indexes: ['s_nationkey'],
  },
  {
    name: 'nation',
    database: 'supply',
    columns:
      'n_nationkey integer not null, n_name varchar(25) not null, n_regionkey integer not null, n_comment varchar(152) not null',
    primaryKey: 'n_nationkey',
    indexes: [],
  },
  {
    name: 'region',
    database: 'supply',
    columns: 'r_regionkey integer not null, r_name varchar(25) not null, r_comment varchar(152) not null',
    primaryKey: 'r_regionkey',
    indexes: [],
  },
];

/** Fills schema `schemaOf(table)` of a Postgres, and analyses it. */
export async function fillPostgres(
  url: string,
  folder: string,
  tables: readonly TpchTable[],
  schemaOf: (table: TpchTable) => string,
): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const table of tables) {
      const name = `${schemaOf(table)}.${table.name}`;
      await client.query(`create schema if not exists ${schemaOf(table)}`);
      await client.query(`create table ${name} (${table.columns})`);
      const copy = client.query(copyFrom(`copy ${name} from stdin (delimiter '|')`));
      await pipeline(createReadStream(fileOf(folder, table)), withoutLastBar(), copy);
      await client.query(`alter table ${name} add primary key (${table.primaryKey})`);
      for (const columns of table.indexes) await client.query(`create index on ${name} (${columns})`);
    }
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Fills a database of MariaDB. */
export async function fillMariaDb(url: string, folder: string, tables: readonly TpchTable[]): Promise<void> {
  const connection = await createConnection({
    uri: url,
    infileStreamFactory: (path) => createReadStream(path),
  });
  try {
    for (const table of tables) {
      const indexes = table.indexes.map((columns) => `, key (${columns})`).join('');
      await connection.query(
        `create table ${table.name} (${table.columns}, primary key (${table.primaryKey})${indexes})`,
      );
      await connection.query(
        `load data local infile '${fileOf(folder, table)}' into table ${table.name} fields terminated by '|' lines terminated by '|\\n'`,
      );
      await connection.query(`analyze table ${table.name}`);
    }
  } finally {
    await connection.end();
  }
}

function fileOf(folder: string, table: TpchTable): string {
  return join(folder, `${table.name}.tbl`);
}

const BAR = 0x7c;
const NEW_LINE = 0x0a;

/** The generator ends each field with a bar, COPY takes it for one more field. */
function withoutLastBar(): Transform {
  let barWaits = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const kept = Buffer.allocUnsafe(chunk.length + 1);
      let length = 0;
      for (const byte of chunk) {
        if (barWaits && byte !== NEW_LINE) kept[length++] = BAR;
        barWaits = byte === BAR;
        if (!barWaits) kept[length++] = byte;
      }
      done(null, kept.subarray(0, length));
    },
  });
}
