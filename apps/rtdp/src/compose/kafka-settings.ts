/** Decides the settings of the broker in its container, and how everybody signs in to it: openly, or by SASL over TLS. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfSignedCertificate } from '@rtdp/identity/self-signed-certificate';
import { kafkaProperties } from '@rtdp/local/kafka-properties';
import { CONTAINER_ADDRESSES } from './container-addresses.ts';

export type KafkaSecurity = 'open' | 'sasl-tls';

export interface KafkaSettings {
  /** Files of the broker's volume. */
  broker: Record<string, string>;
  /** Files of the schema registry's volume. */
  registry: Record<string, string>;
  /** Files and environment of every service. */
  client: { files: Record<string, string>; environment: Record<string, string> };
}

/** Where the image of the broker looks for settings, and the one of the registry. */
const BROKER_FOLDER = '/mnt/shared/config';
const REGISTRY_FOLDER = '/deployments/config';
const CLIENT_FOLDER = '/run/rtdp';
const USER = 'rtdp';
const { host, port } = CONTAINER_ADDRESSES.kafka;
const CONTROLLER = 'localhost:9093';

/** @param folder where the broker's certificate is kept from one start to the next */
export async function kafkaSettings(security: KafkaSecurity, password: string, folder: string): Promise<KafkaSettings> {
  if (security === 'open') {
    return {
      broker: { 'server.properties': properties('PLAINTEXT', {}) },
      registry: { 'application.properties': '' },
      client: { files: {}, environment: {} },
    };
  }
  const { certificate, key } = await keptCertificate(folder);
  const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const login = `username="${USER}" password="${password}"`;
  const broker = {
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${jaas} ${login} user_${USER}="${password}";`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': `${BROKER_FOLDER}/keystore.pem`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${BROKER_FOLDER}/authority.pem`,
  };
  const registry = {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config': `${jaas} ${login};`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': `${REGISTRY_FOLDER}/authority.pem`,
  };
  return {
    broker: {
      'server.properties': properties('SASL_SSL', broker),
      'keystore.pem': `${key}${certificate}`,
      'authority.pem': certificate,
    },
    registry: {
      'application.properties': Object.entries(registry)
        .map(([name, value]) => `apicurio.kafka.common.${name}=${value}\n`)
        .join(''),
      'authority.pem': certificate,
    },
    client: {
      files: { 'kafka-authority.pem': certificate },
      environment: {
        RTDP_KAFKA_SASL: `plain:${USER}:${password}`,
        RTDP_KAFKA_TLS: `${CLIENT_FOLDER}/kafka-authority.pem`,
      },
    },
  };
}

function properties(protocol: 'PLAINTEXT' | 'SASL_SSL', more: Record<string, string>): string {
  return kafkaProperties(
    { host, port, controllerPort: CONTAINER_ADDRESSES.controller.port, dataFolder: '/var/lib/kafka/data' },
    {
      // The controller is part of the same process and is heard nowhere else.
      'controller.quorum.voters': `1@${CONTROLLER}`,
      listeners: `${protocol}://0.0.0.0:${port},CONTROLLER://${CONTROLLER}`,
      'advertised.listeners': `${protocol}://${host}:${port}`,
      'inter.broker.listener.name': protocol,
      'listener.security.protocol.map': `${protocol}:${protocol},CONTROLLER:PLAINTEXT`,
      ...more,
    },
  );
}

async function keptCertificate(folder: string): Promise<{ certificate: string; key: string }> {
  const files = { certificate: join(folder, 'kafka-certificate.pem'), key: join(folder, 'kafka-key.pem') };
  if (!existsSync(files.certificate) || !existsSync(files.key)) {
    const made = selfSignedCertificate('RTDP Kafka', [host, 'localhost']);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(files.key, made.key, { mode: 0o600 });
    await writeFile(files.certificate, made.certificate);
  }
  return { certificate: await readFile(files.certificate, 'utf8'), key: await readFile(files.key, 'utf8') };
}
