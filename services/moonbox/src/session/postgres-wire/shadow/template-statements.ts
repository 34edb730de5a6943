/** Decides how a shadow database differs from an ordinary one: what tells of other databases and roles is closed, and stand-ins tell of the user's own. */

/** The setting that carries the name of the database the user connected to. */
export const DATABASE_SETTING = 'rtdp.database';
/** The setting that carries the name the user logged in with. */
export const USER_SETTING = 'rtdp.user';

/** Owns the mirrored tables, so that a listing says so. */
export const OWNER_ROLE = 'moonbox';

/** Relations that hold rows of the whole server, and that a shadow database shows empty. */
const EMPTIED = [
  'pg_auth_members',
  'pg_db_role_setting',
  'pg_group',
  'pg_locks',
  'pg_prepared_xacts',
  'pg_replication_slots',
  'pg_shdepend',
  'pg_shseclabel',
  'pg_stat_activity',
  'pg_stat_archiver',
  'pg_stat_bgwriter',
  'pg_stat_database',
  'pg_stat_database_conflicts',
  'pg_stat_gssapi',
  'pg_stat_replication',
  'pg_stat_ssl',
  'pg_stat_subscription',
  'pg_stat_wal_receiver',
] as const;

/** Functions that take the name of a database, by which the user knows another than the shadow's. They have namesakes in information_schema. */
export const DATABASE_FUNCTIONS: ReadonlySet<string> = new Set([
  'current_database',
  'pg_database_size',
  'has_database_privilege',
]);

/** Relation of the catalog → the view that stands in for it. */
export const STAND_INS: ReadonlyMap<string, string> = new Map(
  ['pg_database', 'pg_roles', 'pg_user', ...EMPTIED].map((name) => [name, `rtdp_${name}`]),
);

/** Functions that reach beyond the statement: other sessions, the server, time, large objects, SQL given as text. */
const CLOSED_FUNCTIONS =
  '^(pg_sleep.*|pg_advisory_.*|pg_try_advisory_.*|pg_notify|pg_cancel_backend|pg_terminate_backend|pg_log_backend.*' +
  '|pg_stat_get_(activity|backend|db|progress|wal|replication|subscription|snapshot|archiver|bgwriter|io|slru).*' +
  '|pg_lock_status|pg_prepared_xact|pg_get_replication_slots|pg_show_replication_origin_status|pg_blocking_pids' +
  '|pg_safe_snapshot_blocking_pids|pg_export_snapshot|pg_isolation_test.*|pg_replication_.*|pg_logical_.*' +
  '|lo_.*|lowrite|loread|dblink.*|(query|table|cursor|schema|database)_to_xml.*|ts_stat)$';

/** Run once, as superuser, in the database that all shadow databases are copied from. */
export function templateStatements(): string[] {
  return [
    'drop schema public',
    `create function information_schema."current_database"() returns name language sql stable parallel safe
       as $$ select coalesce(nullif(pg_catalog.current_setting('${DATABASE_SETTING}', true), '')::name, pg_catalog.current_database()) $$`,
    `create function information_schema.rtdp_user() returns name language sql stable parallel safe
       as $$ select coalesce(nullif(pg_catalog.current_setting('${USER_SETTING}', true), '')::name, session_user) $$`,
    ...byDatabaseName('pg_database_size', '', 'bigint', ''),
    ...byDatabaseName('has_database_privilege', ', text', 'boolean', ', $2'),
    'set allow_system_table_mods = on',
    viewOver(
      'pg_database',
      'datname',
      'information_schema."current_database"()',
      'where datname = pg_catalog.current_database()',
    ),
    viewOver('pg_roles', 'rolname', ownName('rolname'), `where rolname in (session_user, '${OWNER_ROLE}')`),
    viewOver('pg_user', 'usename', ownName('usename'), `where usename in (session_user, '${OWNER_ROLE}')`),
    ...EMPTIED.map((name) => `create view pg_catalog.rtdp_${name} as select * from pg_catalog.${name} where false`),
    `do $$ declare name text; begin
       foreach name in array array[${[...STAND_INS.keys()].map((name) => `'${name}'`).join(', ')}] loop
         execute format('revoke all on pg_catalog.%I from public; grant select on pg_catalog.%I to public', name, 'rtdp_' || name);
       end loop;
     end $$`,
    `do $$ declare signature text; begin
       for signature in select p.oid::regprocedure::text from pg_catalog.pg_proc p where p.proname ~ '${CLOSED_FUNCTIONS}' loop
         execute 'revoke all on routine ' || signature || ' from public';
       end loop;
     end $$`,
    // The standard's views say the name of the database in every row.
    `do $$ declare target record; begin
       for target in
         select c.relname, pg_catalog.pg_get_viewdef(c.oid) as definition
         from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'information_schema' and c.relkind = 'v' and pg_catalog.pg_get_viewdef(c.oid) like '%current_database()%'
       loop
         execute format('create or replace view information_schema.%I as %s', target.relname,
           replace(target.definition, 'current_database()', 'information_schema."current_database"()'));
       end loop;
     end $$`,
    'set allow_system_table_mods = off',
  ];
}

function ownName(column: string): string {
  return `case when ${column} = session_user then information_schema.rtdp_user() else ${column} end`;
}

/** The same function for the database that is connected to, whatever the user calls it; by number as ever. */
function byDatabaseName(name: string, types: string, result: string, more: string): string[] {
  const own = `case when $1 = information_schema."current_database"() then pg_catalog.current_database() else $1 end`;
  return [
    `create function information_schema.${name}(name${types}) returns ${result} language sql stable
       as $$ select pg_catalog.${name}(${own}${more}) $$`,
    `create function information_schema.${name}(oid${types}) returns ${result} language sql stable
       as $$ select pg_catalog.${name}($1${more}) $$`,
  ];
}

/** psql of Postgres 15 and 16 asks for a column that has had another name since. */
const OLDER_NAMES: Readonly<Record<string, string>> = {
  pg_database: "if columns not like '%daticulocale%' then columns := columns || ', datlocale as daticulocale'; end if;",
};

/** A view with the same columns, one of them computed anew. */
function viewOver(relation: string, column: string, expression: string, condition: string): string {
  return `do $do$ declare columns text; begin
    select string_agg(case when a.attname = '${column}' then $$${expression} as ${column}$$
      when a.attname like '%acl' then format('null::aclitem[] as %I', a.attname) else quote_ident(a.attname) end, ', ' order by a.attnum)
    into columns from pg_catalog.pg_attribute a
    where a.attrelid = 'pg_catalog.${relation}'::regclass and a.attnum > 0 and not a.attisdropped;
    ${OLDER_NAMES[relation] ?? ''}
    execute 'create view pg_catalog.rtdp_${relation} as select ' || columns || $$ from pg_catalog.${relation} ${condition}$$;
  end $do$`;
}
