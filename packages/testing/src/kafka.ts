/** Gives a test the address of the Kafka that tests share; topics are kept apart by unique names. */
import { permitHere } from './permission.ts';
import { sharedKafka } from './shared-servers.ts';

/** The brokers of the shared Kafka, `host:port` each. */
export async function testKafka(): Promise<{ brokers: string[] }> {
  await permitHere('kafka');
  return { brokers: [await sharedKafka()] };
}
