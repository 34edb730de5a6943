/** Decides which programs the tests need that npm cannot bring, and installs them where that is ours to do. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

/** Program → the Debian package that brings it. */
const PROGRAMS: Readonly<Record<string, string>> = {
  psql: 'postgresql-client',
  pg_recvlogical: 'postgresql-client',
};

/** This machine, as far as installing goes. */
export interface Machine {
  path: string;
  isRoot: boolean;
  isDebian: boolean;
  install: (packages: string[]) => boolean;
}

export function thisMachine(): Machine {
  return {
    path: process.env.PATH ?? '',
    isRoot: process.getuid?.() === 0,
    isDebian: existsSync('/etc/debian_version'),
    install: aptInstall,
  };
}

/** Makes sure that the programs are there; returns the sentence to stop with when they cannot be. */
export function ensurePrograms(machine: Machine, print: (line: string) => void): string | undefined {
  const missing = Object.keys(PROGRAMS).filter((program) => !isOnPath(program, machine.path));
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((program) => PROGRAMS[program] ?? program))];
  const advice = `Install ${missing.join(' and ')} (Debian and Ubuntu: apt install ${packages.join(' ')}; macOS: brew install libpq) and run npm test again.`;
  if (!machine.isRoot || !machine.isDebian) return advice;
  print(`Installing ${packages.join(', ')} for ${missing.join(', ')}`);
  if (!machine.install(packages)) return `apt-get could not install ${packages.join(' ')}. ${advice}`;
  const still = missing.filter((program) => !isOnPath(program, machine.path));
  return still.length === 0
    ? undefined
    : `After installing ${packages.join(' ')}, ${still.join(' and ')} is still missing. ${advice}`;
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
