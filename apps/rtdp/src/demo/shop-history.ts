/** Decides what the demo's shop sold before anybody looks at it: somewhat more than an hour of orders, so that its dashboard has a past from the start. */
import type { Client } from 'pg';
import type { RandomSource } from './random-source.ts';
import { NOTES, PAYMENT_METHODS } from './shop-words.ts';

/** More than the last hour, which is what the dashboard shows. */
const MINUTES = 75;
/** About what the shop places at its first pace. */
const ORDERS_PER_MINUTE = 100;
/** The pace rises and falls once in so many minutes. */
const WAVE_MINUTES = 34;
/** The newest orders are on their way, each status this many minutes deep. */
const YOUNGEST_MINUTES = { paid: 2, shipped: 5, delivered: 12 } as const;

interface PastOrder {
  customer: number;
  status: string;
  /** Seconds before now. */
  age: number;
  note: string | null;
  lines: { line: number; product_id: number; name: string; quantity: number; unit_price: string }[];
}

/** For a shop that has products and customers, and no orders yet; within the caller's transaction. */
export async function fillPast(client: Client, random: RandomSource): Promise<void> {
  const { rows: products } = await client.query<{ id: string; name: string; price: string }>(
    'select id, name, price from products order by id',
  );
  const { rows: customers } = await client.query<{ id: string }>('select id from customers order by id');
  const orders: PastOrder[] = [];
  for (let minute = MINUTES; minute > 0; minute--) {
    const wave = 1 + 0.2 * Math.sin((2 * Math.PI * minute) / WAVE_MINUTES);
    const count = Math.round(ORDERS_PER_MINUTE * wave * (0.9 + 0.2 * random.next()));
    const ages = Array.from({ length: count }, () => (minute - random.next()) * 60).sort((one, other) => other - one);
    for (const age of ages) {
      const lines = pickSome(products, random.integer(1, 5), random).map(({ id, name, price }, index) => ({
        line: index + 1,
        product_id: Number(id),
        name,
        quantity: random.integer(1, 4),
        unit_price: price,
      }));
      orders.push({
        customer: Number(random.pick(customers).id),
        status: random.chance(0.03) ? 'cancelled' : statusAt(age / 60, random),
        age,
        note: random.chance(0.15) ? random.pick(NOTES) : null,
        lines,
      });
    }
  }
  // Sums are made by Postgres from exact decimals; JavaScript's numbers would round cents.
  await client.query(
    `with past as (
       select *, now() - make_interval(secs => age) as placed_at
       from jsonb_to_recordset($1::jsonb) as past (customer bigint, status order_status, age double precision, note text, lines jsonb)),
     placed as (
       insert into orders (customer_id, status, total, lines, note, placed_at, updated_at)
       select customer, status,
              (select sum((line->>'quantity')::int * (line->>'unit_price')::numeric) from jsonb_array_elements(lines) line),
              lines, note, placed_at, least(placed_at + interval '2 minutes', now())
       from past order by placed_at
       returning id, status, total, lines, placed_at),
     paid as (
       insert into payments (order_id, method, amount, paid_at)
       select id, ($2::text[])[1 + id % cardinality($2::text[])], total, least(placed_at + interval '1 minute', now())
       from placed where status in ('paid', 'shipped', 'delivered'))
     insert into order_lines (order_id, line_number, product_id, quantity, unit_price)
     select placed.id, (line->>'line')::int, (line->>'product_id')::bigint, (line->>'quantity')::int, (line->>'unit_price')::numeric
     from placed, jsonb_array_elements(placed.lines) line`,
    [JSON.stringify(orders), PAYMENT_METHODS],
  );
}

function statusAt(minutes: number, random: RandomSource): string {
  // Not every order takes equally long.
  const way = minutes * (0.6 + 0.8 * random.next());
  if (way < YOUNGEST_MINUTES.paid) return 'placed';
  if (way < YOUNGEST_MINUTES.shipped) return 'paid';
  return way < YOUNGEST_MINUTES.delivered ? 'shipped' : 'delivered';
}

/** Different ones. */
function pickSome<Item>(items: readonly Item[], count: number, random: RandomSource): Item[] {
  const found = new Set<Item>();
  while (found.size < Math.min(count, items.length)) found.add(random.pick(items));
  return [...found];
}
