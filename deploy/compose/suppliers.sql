-- What the shop's suppliers keep in a MariaDB of their own: who delivers each category, and what they hope to sell.
create table suppliers (
  id int auto_increment primary key,
  name varchar(80) not null,
  country char(2) not null,
  rating decimal(3,1) not null
);
create table category_targets (
  category varchar(40) primary key,
  supplier_id int not null,
  daily_revenue decimal(12,2) not null,
  valid_from date not null,
  foreign key (supplier_id) references suppliers (id)
);
insert into suppliers (name, country, rating) values
  ('Nordlicht Manufaktur', 'DE', 4.6),
  ('Atelier Loire', 'FR', 4.1),
  ('Shanghai Yunhe Trading', 'CN', 4.8);
insert into category_targets (category, supplier_id, daily_revenue, valid_from) values
  ('kitchen', 1, 42000.00, '2026-01-01'),
  ('desk', 2, 38000.00, '2026-01-01'),
  ('outdoor', 3, 55000.00, '2026-01-01'),
  ('music', 2, 30000.00, '2026-01-01'),
  ('garden', 1, 27000.00, '2026-01-01');
