/**
 * Decides what a fresh machine needs before any of our code can run: the packages and the pinned Node. Then it hands
 * over. Plain JavaScript for Node 20 or newer, because nothing is installed when it starts.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ENTRIES = {
  start: ['apps/rtdp/src/main.ts', 'up'],
  rtdp: ['apps/rtdp/src/main.ts'],
  test: ['tools/test.ts'],
  bench: ['tools/bench.ts'],
  torture: ['tools/torture.ts'],
  check: ['tools/check.ts'],
};
const NODE_PACKAGES = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
const NEEDED_NODE = 24;

/** Ends with one sentence that says what to do. */
function fail(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/** What the installed packages were installed from. */
function stamp() {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(readFileSync(join(root, file)));
  return `${hash.digest('hex')} ${process.platform} ${process.arch}`;
}

const stampFile = join(root, 'node_modules', '.rtdp-installed');

function isInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp();
}

/** Runs a command, its output on our stderr (stdout belongs to what runs later); resolves exit code and output. */
function run(command, argumentsOf, env) {
  return new Promise((resolve) => {
    const child = spawn(command, argumentsOf, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
        process.stderr.write(chunk);
      });
    }
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const UNREACHABLE =
  /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|ERR_PNPM_FETCH|request to .* failed|fetch failed/i;

async function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const started = Date.now();
  process.stderr.write(`rtdp: installing packages by ${packageManager} (once, one to two minutes)\n`);
  const { code, output } = await run(
    'npx',
    ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'],
    // Without a terminal pnpm would ask; CI tells it not to.
    // `npm test --silent` would silence the installer too, and with it the reason of a failure.
    { ...process.env, CI: 'true', npm_config_loglevel: 'error' },
  );
  if (code !== 0) {
    if (UNREACHABLE.test(output)) {
      fail(
        'The registry of packages cannot be reached. Check the network, the proxy and `npm config get registry`, then run the same command again.',
      );
    }
    fail(
      `The packages could not be installed (${packageManager} ended with ${code}). Read its lines above, then run the same command again.`,
    );
  }
  writeFileSync(stampFile, stamp());
  process.stderr.write(`rtdp: packages are there after ${Math.round((Date.now() - started) / 1000)} s\n`);
}

/** The pinned Node of node_modules, else this one where it is new enough. */
function nodePath() {
  for (const name of NODE_PACKAGES) {
    const path = join(root, 'node_modules', name, 'bin', 'node');
    if (existsSync(path)) return path;
  }
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return process.execPath;
  return fail(
    `There is no packaged Node ${NEEDED_NODE} for ${process.platform} ${process.arch}. Install Node ${NEEDED_NODE} or newer and run the same command again.`,
  );
}

function handOver(node, argumentsOf) {
  const env = {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
    // What was compiled once is read the next time: halves the CPU that a service's start costs.
    NODE_COMPILE_CACHE:
      process.env.NODE_COMPILE_CACHE ?? join(process.env.RTDP_CACHE || join(homedir(), '.cache', 'rtdp'), 'node'),
  };
  const child = spawn(node, argumentsOf, { cwd: root, env, stdio: 'inherit' });
  // In a terminal the child has Ctrl-C already, and hears it twice; it stops once. We wait for it to be done.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // The scripts of package.json exec Node, so that npm's signals reach us and no shell; a killed npm tells nobody:
  // being left alone means the same.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 1000).unref();
  }
  child.once('error', (error) => fail(`Node ${NEEDED_NODE} could not be started: ${error.message}.`));
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

/** What is asked of the program itself, and can be answered from a file; undefined for everything else. */
function answerWithoutInstallation(name, words) {
  if (name !== 'start' && name !== 'rtdp') return undefined;
  if (words.includes('--version')) return `${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}\n`;
  const asksForHelp = words.includes('--help') || words.includes('-h');
  // The help of one command of many is known to the program alone.
  const ofAll = name === 'start' || words.every((word) => word.startsWith('-'));
  return asksForHelp && ofAll ? readFileSync(join(root, 'apps', 'rtdp', 'help', `${name}.txt`), 'utf8') : undefined;
}

const [command, ...rest] = process.argv.slice(2);
const entry = ENTRIES[command];
if (entry === undefined) fail(`Unknown command ${command ?? ''}. Use one of: ${Object.keys(ENTRIES).join(', ')}.`);
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`This is Node ${process.versions.node}. Install Node 20 or newer.`);
const installed = isInstalled();
const answer = installed ? undefined : answerWithoutInstallation(command, rest);
if (answer !== undefined) process.stdout.write(answer);
else {
  if (!installed) await install();
  handOver(nodePath(), [join(root, entry[0]), ...entry.slice(1), ...rest]);
}
