/** Says an address in the parts that sources, sinks and mounts are told. */

export interface Connection {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/** @param address `postgres://user:password@host:port/database`, or the same of `mysql://` */
export function connectionOf(address: string | URL): Connection {
  const { hostname, port, pathname, username, password } = new URL(address);
  return {
    host: hostname,
    port: Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

/** The same server and user, another database. */
export function addressOf(server: string, database: string): string {
  const address = new URL(server);
  address.pathname = `/${database}`;
  return address.href;
}
