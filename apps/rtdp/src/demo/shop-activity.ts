/** Decides what happens in the demo's shop: customers arrive, order, pay, change their mind; goods ship, prices move. */
import type { Client } from 'pg';
import type { RandomSource } from './random-source.ts';
import { fillPast } from './shop-history.ts';
import { CITIES, COLOURS, FAMILY_NAMES, GIVEN_NAMES, MATERIALS, NOTES, PAYMENT_METHODS, THINGS } from './shop-words.ts';

/** One action is one transaction of the shop. */
export type ShopAction = (client: Client, random: RandomSource) => Promise<void>;

const FIRST_PRODUCTS = 60;
const FIRST_CUSTOMERS = 200;
const DAYS_KEPT = 30;
/** By the key's index: sorting all customers by chance would slow the shop down as it grows. */
const ANY_CUSTOMER = `(select id from customers
  where id >= (select 1 + floor(random() * max(id))::bigint from customers) order by id limit 1)`;

/** Weights, not percentages: about what a shop's day looks like. */
const ACTIONS: readonly (readonly [weight: number, name: string, action: ShopAction])[] = [
  [34, 'place an order', placeOrder],
  [26, 'pay an order', payOrder],
  [18, 'move an order on', advanceOrder],
  [8, 'a customer arrives', addCustomer],
  [5, 'a customer moves', moveCustomer],
  [4, 'a price changes', changePrice],
  [3, 'cancel an order', cancelOrder],
  [1, 'refund a payment', refundPayment],
  [1, 'forget an old order', deleteOldOrder],
];
const TOTAL_WEIGHT = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);

/** Gives an empty shop its first products, customers and orders, in one transaction. */
export async function stockShop(client: Client, random: RandomSource): Promise<void> {
  const { rows } = await client.query<{ empty: boolean }>('select not exists (select from products) as empty');
  if (rows[0]?.empty !== true) return;
  await client.query('begin');
  try {
    for (let number = 0; number < FIRST_PRODUCTS; number++) await addProduct(client, random, number);
    for (let number = 0; number < FIRST_CUSTOMERS; number++) await addCustomer(client, random);
    await fillPast(client, random);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

export function chooseAction(random: RandomSource): { name: string; action: ShopAction } {
  let at = random.next() * TOTAL_WEIGHT;
  for (const [weight, name, action] of ACTIONS) {
    at -= weight;
    if (at < 0) return { name, action };
  }
  return { name: 'place an order', action: placeOrder };
}

async function addProduct(client: Client, random: RandomSource, number: number): Promise<void> {
  const category = random.pick(Object.keys(THINGS));
  const material = random.pick(MATERIALS);
  const name = `${material} ${random.pick(THINGS[category] ?? [])}`;
  const price = (random.integer(300, 24_000) / 100).toFixed(2);
  const attributes = { material, colour: random.pick(COLOURS), grams: random.integer(20, 9_000) };
  await client.query(
    'insert into products (sku, name, category, price, in_stock, attributes) values ($1, $2, $3, $4, $5, $6)',
    [
      `${category.slice(0, 3).toUpperCase()}-${String(number).padStart(5, '0')}`,
      name,
      category,
      price,
      random.integer(0, 500),
      JSON.stringify(attributes),
    ],
  );
}

async function addCustomer(client: Client, random: RandomSource): Promise<void> {
  const given = random.pick(GIVEN_NAMES);
  const family = random.pick(FAMILY_NAMES);
  const [city, country] = random.pick(CITIES);
  const address = `${given}.${family}${random.integer(1, 9_999)}`.normalize('NFKD').replace(/[^a-zA-Z0-9.]/g, '');
  const segment = random.chance(0.05) ? 'vip' : random.chance(0.2) ? 'business' : 'private';
  await client.query('insert into customers (name, email, city, country, segment) values ($1, $2, $3, $4, $5)', [
    `${given} ${family}`,
    `${address.toLowerCase()}@example.com`,
    city,
    country,
    segment,
  ]);
}

async function placeOrder(client: Client, random: RandomSource): Promise<void> {
  const { rows } = await client.query<{ id: string; name: string; price: string }>(
    'select id, name, price from products where active order by random() limit $1',
    [random.integer(1, 5)],
  );
  if (rows.length === 0) return;
  const lines = rows.map(({ id, name, price }, index) => ({
    line: index + 1,
    product_id: Number(id),
    name,
    quantity: random.integer(1, 4),
    unit_price: price,
  }));
  // The sum is made by Postgres from exact decimals; JavaScript's numbers would round cents.
  await client.query(
    `with placed as (
       insert into orders (customer_id, total, lines, note)
       select ${ANY_CUSTOMER},
              sum((line->>'quantity')::int * (line->>'unit_price')::numeric), $1::jsonb, $2
       from jsonb_array_elements($1::jsonb) line
       returning id)
     insert into order_lines (order_id, line_number, product_id, quantity, unit_price)
     select placed.id, (line->>'line')::int, (line->>'product_id')::bigint, (line->>'quantity')::int, (line->>'unit_price')::numeric
     from placed, jsonb_array_elements($1::jsonb) line`,
    [JSON.stringify(lines), random.chance(0.15) ? random.pick(NOTES) : null],
  );
}

async function payOrder(client: Client, random: RandomSource): Promise<void> {
  await client.query(
    `with paid as (
       update orders set status = 'paid', updated_at = now()
       where id = (select id from orders where status = 'placed' order by id limit 1 for update skip locked)
       returning id, total)
     insert into payments (order_id, method, amount) select id, $1, total from paid`,
    [random.pick(PAYMENT_METHODS)],
  );
}

async function advanceOrder(client: Client, random: RandomSource): Promise<void> {
  const [from, to] = random.chance(0.55) ? ['paid', 'shipped'] : ['shipped', 'delivered'];
  await client.query(
    `update orders set status = $2::order_status, updated_at = now()
     where id = (select id from orders where status = $1::order_status order by id limit 1 for update skip locked)`,
    [from, to],
  );
}

async function cancelOrder(client: Client): Promise<void> {
  await client.query(
    `update orders set status = 'cancelled', updated_at = now()
     where id = (select id from orders where status = 'placed' order by id desc limit 1 for update skip locked)`,
  );
}

async function moveCustomer(client: Client, random: RandomSource): Promise<void> {
  const [city, country] = random.pick(CITIES);
  await client.query(`update customers set city = $1, country = $2, updated_at = now() where id = ${ANY_CUSTOMER}`, [
    city,
    country,
  ]);
}

async function changePrice(client: Client, random: RandomSource): Promise<void> {
  await client.query(
    `update products set price = round(price * $1::numeric, 2), in_stock = greatest(0, in_stock + $2), updated_at = now()
     where id = (select id from products order by random() limit 1)`,
    [(random.integer(90, 111) / 100).toFixed(2), random.integer(-20, 40)],
  );
}

async function refundPayment(client: Client): Promise<void> {
  await client.query(
    'update payments set refunded = true where id = (select id from payments where not refunded order by paid_at limit 1)',
  );
}

async function deleteOldOrder(client: Client): Promise<void> {
  await client.query(
    `delete from orders where id = (
       select id from orders
       where status = 'cancelled' or placed_at < now() - make_interval(days => $1) order by id limit 1 for update skip locked)`,
    [DAYS_KEPT],
  );
}
