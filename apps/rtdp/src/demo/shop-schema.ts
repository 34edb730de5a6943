/** Decides what the demo's shop looks like: five tables of an ordinary web shop, and a row of settings for its activity. */

/** Idempotent: run at every start of the demo. Runs in the database `shop`. */
export const SHOP_SCHEMA = `
do $$ begin
  if not exists (select from pg_type where typname = 'customer_segment') then
    create type customer_segment as enum ('private', 'business', 'vip');
  end if;
  if not exists (select from pg_type where typname = 'order_status') then
    create type order_status as enum ('placed', 'paid', 'shipped', 'delivered', 'cancelled');
  end if;
end $$;
create table if not exists customers (
  id bigint generated always as identity primary key,
  name text not null,
  email text not null,
  city text not null,
  country char(2) not null,
  segment customer_segment not null default 'private',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table if not exists products (
  id bigint generated always as identity primary key,
  sku varchar(20) not null unique,
  name text not null,
  category text not null,
  price numeric(12,2) not null check (price >= 0),
  in_stock integer not null,
  attributes jsonb not null default '{}',
  active boolean not null default true,
  updated_at timestamptz not null default now()
);
create table if not exists orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customers,
  status order_status not null default 'placed',
  currency char(3) not null default 'EUR',
  total numeric(12,2) not null,
  lines jsonb not null,
  note text,
  placed_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists orders_by_age on orders (placed_at);
create table if not exists order_lines (
  order_id bigint not null references orders on delete cascade,
  line_number integer not null,
  product_id bigint not null references products,
  quantity integer not null check (quantity > 0),
  unit_price numeric(12,2) not null,
  primary key (order_id, line_number)
);
create table if not exists payments (
  id uuid primary key default gen_random_uuid(),
  order_id bigint not null references orders on delete cascade,
  method text not null,
  amount numeric(12,2) not null,
  paid_at timestamptz not null default now(),
  refunded boolean not null default false
);
create index if not exists payments_by_order on payments (order_id);
create schema if not exists demo;
create table if not exists demo.settings (
  only_row boolean primary key default true check (only_row),
  actions_per_second double precision not null default 5 check (actions_per_second between 0 and 5000)
);
insert into demo.settings default values on conflict do nothing;
`;

/** The tables that the demo's flows carry, in the order a reader would tell them. */
export const SHOP_TABLES = ['customers', 'products', 'orders', 'order_lines', 'payments'] as const;
