/** Decides which operating system user Postgres runs as: it refuses to run as root, so root lends it another one. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { localError } from './errors.ts';

const run = promisify(execFile);

export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** Undefined when we are not root (Postgres then runs as we do); else the named user, made when it is missing. */
export async function postgresUser(name = 'postgres'): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const user = await lookUp(name);
  if (user !== undefined) return user;
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name]);
  } catch (cause) {
    throw userMissing(name, cause);
  }
  const made = await lookUp(name);
  if (made === undefined) throw userMissing(name, undefined);
  return made;
}

function userMissing(name: string, cause: unknown): Error {
  return localError('LOCAL_USER_MISSING', {
    detail: `We run as root, Postgres never does, and the user ${name} could not be made.`,
    next: `Create a system user named ${name}, or start as an ordinary user.`,
    facts: { user: name },
    cause,
  });
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

/** True when the user (or we, without one) may run `file`. */
export async function canRun(file: string, user: SystemUser | undefined): Promise<boolean> {
  try {
    await run(file, ['--version'], { cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) });
    return true;
  } catch {
    return false;
  }
}

/** True when the user (or we, without one) may pass through and list `folder`. */
export async function canReach(folder: string, user: SystemUser | undefined): Promise<boolean> {
  try {
    await run('ls', [folder], { cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) });
    return true;
  } catch {
    return false;
  }
}
