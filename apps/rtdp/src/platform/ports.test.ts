import { createServer, type Server } from 'node:net';
import { freePort } from '@rtdp/local/ports';
import { expect, test } from 'vitest';
import { type PlatformPorts, PORTS, type PortName, portsFrom, requireFreePorts } from './ports.ts';

test('all taken ports are named at once', async () => {
  const ports: Partial<PlatformPorts> = {};
  for (const name of Object.keys(PORTS) as PortName[]) ports[name] = await freePort();
  const chosen = ports as PlatformPorts;
  const holders: Server[] = [];
  try {
    for (const port of [chosen.dbus, chosen.kafka]) {
      const holder = createServer();
      holders.push(holder);
      await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    }
    await expect(requireFreePorts(chosen, '127.0.0.1')).rejects.toMatchObject({
      code: 'LOCAL_PORT_TAKEN',
      message: `Several ports on 127.0.0.1 are not free: ${chosen.dbus} for DBus, ${chosen.kafka} for Kafka.`,
      next: expect.stringContaining('--port-dbus, --port-kafka'),
    });
  } finally {
    for (const holder of holders) holder.close();
  }
});

test('one number moves all ports, as far apart as they usually are', () => {
  const moved = portsFrom(27_400);
  for (const name of Object.keys(PORTS) as PortName[]) expect(moved[name] - PORTS[name].default, name).toBe(20_000);
});
