/** Decides the settings of the one-node Kafka (KRaft: broker and controller in one process). */

export interface KafkaAddress {
  host: string;
  port: number;
  controllerPort: number;
  dataFolder: string;
}

/** The text of `server.properties`; `more` overrides single settings. */
export function kafkaProperties(address: KafkaAddress, more: Record<string, string | number> = {}): string {
  const { host, port, controllerPort, dataFolder } = address;
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${host}:${controllerPort}`,
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataFolder,
    // A misspelt topic must be an error, not a new topic.
    'auto.create.topics.enable': 'false',
    // One node: everything that is replicated by default has one copy.
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
    // After a crash the broker may register again only when its last session is over: 9 s by default.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    // The cleaner's default buffer alone is 128 MB.
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'message.max.bytes': 10_485_760,
    ...more,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}
