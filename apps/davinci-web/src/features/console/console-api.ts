/** Decides by which paths the browser reaches the services behind the API, and how often an operator's page looks again. */

/** An operator's page looks again after so many milliseconds while it is visible: states of services, never data of widgets. */
export const LOOK_EVERY = 2_000;
/** For what changes by the minute, or costs the service more to answer. */
export const LOOK_SELDOM = 10_000;

export const CONSOLES = {
  dbus: '/api/console/dbus',
  wormhole: '/api/console/wormhole',
  moonbox: '/api/console/moonbox',
} as const;

/** Joins path parts that are names of things: each is encoded. */
function joined(root: string, parts: readonly string[]): string {
  return [root, ...parts.map(encodeURIComponent)].join('/');
}

/** `dbusPath('sources', 'shop', 'tables')`. */
export function dbusPath(...parts: string[]): string {
  return joined(CONSOLES.dbus, parts);
}

export function wormholePath(...parts: string[]): string {
  return joined(CONSOLES.wormhole, parts);
}

export function moonboxPath(...parts: string[]): string {
  return joined(CONSOLES.moonbox, parts);
}
