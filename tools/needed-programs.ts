/** Decides which programs the tests need that npm cannot bring, and installs them where that is ours to do. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

interface Need {
  /** Debian package that brings it. */
  readonly package: string;
  /** Programs that serve as well. */
  readonly or?: readonly string[];
  /** Environment variable that names another one. */
  readonly unless?: string;
}

const PROGRAMS: Readonly<Record<string, Need>> = {
  psql: { package: 'postgresql-client' },
  pg_recvlogical: { package: 'postgresql-client' },
  mariadbd: { package: 'mariadb-server', unless: 'RTDP_TEST_MARIADB' },
  chromium: {
    package: 'chromium',
    or: ['chromium-browser', 'google-chrome', 'google-chrome-stable'],
    unless: 'RTDP_TEST_CHROMIUM',
  },
};

/** File → the Debian package that brings it: what is no program, and looked for on Debian only. */
const FILES: Readonly<Record<string, string>> = {
  '/usr/share/java/postgresql.jar': 'libpostgresql-jdbc-java',
  '/usr/lib/python3/dist-packages/psycopg/__init__.py': 'python3-psycopg',
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc': 'fonts-noto-cjk',
};

/** This machine, as far as installing goes. */
export interface Machine {
  path: string;
  isRoot: boolean;
  isDebian: boolean;
  env: NodeJS.ProcessEnv;
  hasFile: (path: string) => boolean;
  install: (packages: string[]) => boolean;
}

export function thisMachine(): Machine {
  return {
    // Servers stand where only root's PATH looks.
    path: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`,
    isRoot: process.getuid?.() === 0,
    isDebian: existsSync('/etc/debian_version'),
    env: process.env,
    hasFile: existsSync,
    install: aptInstall,
  };
}

/** Makes sure that the programs are there; returns the sentence to stop with when they cannot be. */
export function ensurePrograms(machine: Machine, print: (line: string) => void): string | undefined {
  const missing = missingOn(machine);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map(packageOf))];
  const advice = `Install ${listed(missing)} (Debian and Ubuntu: apt install ${packages.join(' ')}; macOS: brew install libpq mariadb chromium) and run npm test again.`;
  if (!machine.isRoot || !machine.isDebian) return advice;
  print(`Installing ${packages.join(', ')} for ${missing.join(', ')}`);
  if (!machine.install(packages)) return `apt-get could not install ${packages.join(' ')}. ${advice}`;
  const still = missingOn(machine);
  return still.length === 0
    ? undefined
    : `After installing ${packages.join(' ')}, ${listed(still)} is still missing. ${advice}`;
}

function missingOn(machine: Machine): string[] {
  const programs = Object.entries(PROGRAMS)
    .filter(([, need]) => need.unless === undefined || !machine.env[need.unless])
    .filter(([name, need]) => ![name, ...(need.or ?? [])].some((program) => isOnPath(program, machine.path)))
    .map(([name]) => name);
  const files = machine.isDebian ? Object.keys(FILES).filter((file) => !machine.hasFile(file)) : [];
  return [...programs, ...files];
}

function packageOf(missing: string): string {
  return PROGRAMS[missing]?.package ?? FILES[missing] ?? missing;
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function isOnPath(program: string, path: string): boolean {
  return path.split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function aptInstall(packages: string[]): boolean {
  const apt = (...argumentsOf: string[]) =>
    spawnSync('apt-get', argumentsOf, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }).status === 0;
  const install = () => apt('install', '-y', '-q', '--no-install-recommends', ...packages);
  // The package lists of a fresh image are often empty.
  return install() || (apt('update', '-q') && install());
}
