import { createServer, type Server } from 'node:net';
import { freePort } from '@rtdp/local/ports';
import type { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { type PlatformPorts, PORTS, type PortName, portsFrom, requireFreePorts } from './ports.ts';

test('all taken ports are named at once', async () => {
  const ports: Partial<PlatformPorts> = {};
  for (const name of Object.keys(PORTS) as PortName[]) ports[name] = await freePort();
  const chosen = ports as PlatformPorts;
  const holders: Server[] = [];
  try {
    const hold = async (port: number): Promise<void> => {
      const holder = createServer();
      await new Promise<void>((resolve, reject) => {
        holder.once('error', reject);
        holder.listen(port, '127.0.0.1', resolve);
      });
      holders.push(holder);
    };
    for (const port of [chosen.dbus, chosen.kafka]) await hold(port);
    const refusal = async () =>
      (await requireFreePorts(chosen, '127.0.0.1').catch((error: unknown) => error)) as RtdpError;
    const refused = await refusal();
    expect(refused).toMatchObject({
      code: 'LOCAL_PORT_TAKEN',
      message: `Several ports on 127.0.0.1 are not free: ${chosen.dbus} for DBus, ${chosen.kafka} for Kafka.`,
      next: expect.stringContaining('--port-dbus, --port-kafka move these alone'),
    });
    // The base that it names is a free one: with a port of it taken it is another.
    const base = Number(/--port-base (\d+) /.exec(refused.next)?.[1]);
    await requireFreePorts(portsFrom(base), '127.0.0.1');
    await hold(portsFrom(base).warehouse);
    expect((await refusal()).facts.base).toBeGreaterThan(base);
  } finally {
    for (const holder of holders) holder.close();
  }
});

test('one number moves all ports, as far apart as they usually are', () => {
  const moved = portsFrom(27_400);
  for (const name of Object.keys(PORTS) as PortName[]) expect(moved[name] - PORTS[name].default, name).toBe(20_000);
});
