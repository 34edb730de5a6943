/** Proves that sentences of services are told in the reader's language with the names in them, and that services still write them so. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import english from '../locales/en/reasons.json' with { type: 'json' };
import chinese from '../locales/zh/reasons.json' with { type: 'json' };
import { type Sentences, tellerOf } from './tell-reason.ts';

const tell = tellerOf(english, chinese);

test.each([
  ['There is no column amuont, or you may not read it.', '没有列 amuont，或你无权读取。'],
  ['Did you mean amount?', '是否想写 amount？'],
  // Without a capital and without an end, as a message that stands after a name.
  ['the statement took longer than 3000 ms', '语句的执行时间超过 3000 毫秒'],
  // Why something is so is told too.
  [`Postgres' grammar says: syntax error at or near "form".`, '语法错误：在 "form" 处或其附近有语法错误。'],
  ['view sales.orders cannot be read: column "total" does not exist', '视图 sales.orders 无法读取：列 "total" 不存在'],
  // Several sentences, each for itself.
  [
    'It reconnects: Postgres at db:5432 cannot be reached: connect ECONNREFUSED 10.0.0.1:5432',
    '正在重新连接：无法连接 db:5432 上的 Postgres：10.0.0.1:5432 拒绝连接',
  ],
  [
    'source erp cannot be asked: Postgres at db:5432 cannot be reached: connect ECONNREFUSED 10.0.0.1:5432',
    '无法读取数据源 erp：无法连接 db:5432 上的 Postgres：10.0.0.1:5432 拒绝连接',
  ],
  ['source erp is stopped', '数据源 erp 已停止。'],
  [
    'Table public.orders of flow orders is paused: The sink has not answered for 30 s. Resume the table.',
    '流 orders 的表 public.orders 已暂停：目标库已有 30 秒没有响应。请让该表继续运行。',
  ],
  [
    'the process that made this verification ended before it was done. Begin it again.',
    '执行此次验证的进程在完成之前就结束了。请重新开始。',
  ],
  // What keeps a function from being computed.
  [
    'xmlagg: is not on the list of functions proven equal to Postgres.',
    '函数 xmlagg 不在保证结果与 Postgres 一致的函数之列。',
  ],
  [
    'percentile_cont: this aggregate is only computed where one Postgres source holds every table of the query.',
    '聚合函数 percentile_cont 只有在查询的所有表都在同一个 Postgres 源中时才能计算。',
  ],
  [
    'ROWS FROM is only computed where one Postgres source holds every table of the query.',
    'ROWS FROM 只有在查询的所有表都在同一个 Postgres 源中时才能计算。',
  ],
  [
    'This function in FROM is only computed where one Postgres source holds every table of the query.',
    'FROM 中的这个函数 只有在查询的所有表都在同一个 Postgres 源中时才能计算。',
  ],
  [
    'json_each in FROM is only computed where one Postgres source holds every table of the query.',
    'FROM 中的 json_each 只有在查询的所有表都在同一个 Postgres 源中时才能计算。',
  ],
  [
    "to_char: the format 'XX' is not proven for numbers. Use 9, 0, a comma, a point and FM, like 'FM999,990.00'.",
    "to_char 用于数值的格式 'XX'：不保证结果与 Postgres 一致。请使用 9、0、逗号、小数点和 FM，例如 'FM999,990.00'。",
  ],
  [
    'A subquery in the ON of an outer join that reads both sides is only computed where one Postgres source holds every table of the query.',
    '外连接的 ON 中读取两边的子查询 只有在查询的所有表都在同一个 Postgres 源中时才能计算。',
  ],
  ['numeric: its modifier is not a number. Write a number.', '类型 numeric 括号中的内容不是数字。请写一个数。'],
  // What is described is told, names stay as they are; a name has no blanks.
  ['the left join of shop.orders, maria.word and the subquery v', 'shop.orders、maria.word 与 子查询 v 的左连接'],
  ['the view shop.totals', '视图 shop.totals'],
  ['The view shop.totals was painted blue.', 'The view shop.totals was painted blue.'],
  ['of maria: floor is not proven to mean the same there', 'maria：不保证 floor 的结果与 Postgres 一致'],
  ['The SQL took longer than the time limit and was interrupted.', 'SQL 超过时间限制，已中断。'],
  [
    'Row 3 of the batch fails: value too long for type character varying(4)',
    '批次中第 3 行失败：值对类型 character varying(4) 来说太长',
  ],
  [
    'Whose topic postgresql.shop is cannot be found out, and the flow waits until it can: connect ECONNREFUSED 10.0.0.1:7401',
    '无法确认主题 postgresql.shop 属于谁，流会等到能够确认为止：10.0.0.1:7401 拒绝连接',
  ],
  [
    'payload[0].tuple[4] (column total, type decimal) is true, but must be a text that holds a decimal number, or "NaN", "Infinity" or "-Infinity".',
    'payload[0].tuple[4]（列 total，类型 decimal）是 true，但必须是：内容为小数的文本，或 "NaN"、"Infinity"、"-Infinity"',
  ],
  // What keeps a view, a widget or a dashboard from being saved.
  [
    'query.measures[0].column: the view has no column "margin" that you may use',
    'query.measures[0].column：视图没有你可以使用的列 "margin"',
  ],
  ['query.sort[0].by: the result has no column "Revenu"', 'query.sort[0].by：结果中没有列 "Revenu"'],
  ['the widget names something that is not there', '该图表引用了不存在的内容'],
  ['the dashboard was changed by ada and has version 3, not 2', '该仪表板已被 ada 修改，现在是版本 3，不是 2'],
  ['there is a view called Orders already', '已有名为 Orders 的视图'],
  ['there is a flow called orders already', '已有名为 orders 的流'],
  ['the source was changed by ada and has version 3, not 2', '该数据源已被 ada 修改，现在是版本 3，不是 2'],
  [
    ':since is not a number. Give a value of the type that is declared.',
    ':since 的值不是数字。请给出与声明的类型一致的值。',
  ],
  ['the rights of editor hide margin, which the model does not have', '角色 editor 的权限隐藏了模型中没有的列 margin'],
  // Why a table of a flow was not compared with its source.
  [
    'column mood was not compared: mood[] is kept in another form in the sink',
    '列 mood 未比较：mood[] 在目标端以另一种形式保存',
  ],
  [
    'landed.held stands at no time yet and has not passed 2026-11-26 19:00:00: a pull is loading',
    'landed.held 停在 尚无时间，尚未越过 2026-11-26 19:00:00：正在加载拉取的数据',
  ],
  // What a command is refused for.
  ['source shop cannot pause: it is paused already', '数据源 shop 不能暂停：它已暂停'],
  ['In this state it takes: start, stop, remove.', '此状态下可以：启动、停止、移除。'],
  ['flow orders is paused and cannot start', '流 orders 已暂停，不能启动'],
  ['From paused it can resume, stop.', '已暂停时可以：继续、停止。'],
  // The sentence that says most of it itself is meant.
  ['It does not exist any more.', '它已不存在。'],
  ['public.orders does not exist any more', 'public.orders 已不存在'],
  ['there is no source of kind oracle', 'there is no source of kind oracle'],
  // What the page of the login tells.
  ['e-mail and password do not fit', '邮箱与密码不匹配'],
  ['Check both, or ask an administrator for a login link.', '请检查两者，或请管理员给你一个登录链接。'],
  // What nobody knows stays as it came, alone and between others.
  ['The moon is full.', 'The moon is full.'],
  ['The moon is full. Resume the table.', 'The moon is full. 请让该表继续运行。'],
])('%j', (text, told) => {
  expect(tell(text).replace(/。$/, '')).toBe(told.replace(/。$/, ''));
});

test('every sentence is told whole, with everything that stands in it', () => {
  const wrong: string[] = [];
  for (const [name, text] of flat(english)) {
    const holes = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, hole]) => hole!);
    const written = holes.reduce((sofar, hole, at) => sofar.replace(`{{${hole}}}`, `X${at}X`), text);
    const told = tell(written);
    if (/[a-z]{3,} [a-z]{3,}/.test(told.replaceAll(/X\d+X/g, ''))) wrong.push(`${name}: ${told}`);
    for (const at of holes.keys())
      if (!told.includes(`X${at}X`)) wrong.push(`${name} leaves out {{${holes[at]}}}: ${told}`);
  }
  expect(wrong).toEqual([]);
});

/** What a server of a source says is in no file of ours. */
const NOT_OURS = 'postgres';

test('the services still write them so', { timeout: 30_000 }, () => {
  const root = new URL('../../../../', import.meta.url);
  const files = ['services/*/src', 'packages/*/src', 'packages/stores'].flatMap((folder) =>
    globSync(`${folder}/**/*.ts`, { cwd: root, exclude: (name) => name === 'node_modules' || name.includes('.test.') }),
  );
  const written = files
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n')
    .toLowerCase()
    .replaceAll("\\'", "'");
  const missing = flat(english)
    .filter(([name]) => !name.startsWith(`${NOT_OURS}.`))
    .flatMap(([name, text]) =>
      text
        // The parts of some are put together: what is so, and what follows.
        .split(/\{\{\w+\}\}|(?<=[.:]) /)
        .map((part) => part.trim().replace(/[.:]$/, '').toLowerCase())
        .filter((part) => part.length > 5 && !written.includes(part))
        .map((part) => `${name}: ${part}`),
    );
  expect(missing).toEqual([]);
});

function flat(sentences: Sentences, before = ''): [string, string][] {
  return Object.entries(sentences).flatMap(([name, text]): [string, string][] =>
    typeof text === 'string' ? [[`${before}${name}`, text]] : flat(text, `${before}${name}.`),
  );
}
