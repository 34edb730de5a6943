/** Decides which options Wormhole has beside those of every service. */
import { COMMON_OPTIONS, defineOptions } from '@rtdp/service/options';

export const WORMHOLE_OPTIONS = defineOptions({
  ...COMMON_OPTIONS,
  port: {
    kind: 'integer',
    environment: 'RTDP_PORT',
    flag: '--port',
    sentence: 'Port to listen on.',
    default: 7402,
  },
  flowsFolder: {
    kind: 'string',
    environment: 'RTDP_FLOWS_FOLDER',
    flag: '--flows-folder',
    sentence:
      'Folder of YAML files, each with one flow or a list `flows`; empty for none. Read at start and when a file changes.',
    default: '',
  },
  dbusUrl: {
    kind: 'string',
    environment: 'RTDP_DBUS_URL',
    flag: '--dbus-url',
    sentence: 'Address of DBus, which is asked whose topics are, and for the pulls of new flows.',
    default: 'http://127.0.0.1:7401',
  },
  tokenFile: {
    kind: 'string',
    environment: 'RTDP_SERVICE_TOKEN_FILE',
    flag: '--token-file',
    sentence:
      'File with the token that DBus is asked with; empty without a DBus: then no flow starts from a pull, and only flows of the first organisation run.',
    default: '',
  },
  groupPrefix: {
    kind: 'string',
    environment: 'RTDP_WORMHOLE_GROUP',
    flag: '--group-prefix',
    sentence: 'Consumer groups are called PREFIX.STREAM; workers with the same prefix share the partitions.',
    default: 'rtdp.wormhole',
  },
  engineThreads: {
    kind: 'integer',
    environment: 'RTDP_ENGINE_THREADS',
    flag: '--engine-threads',
    sentence: 'Threads of the SQL engine.',
    default: 1,
  },
  engineMemory: {
    kind: 'string',
    environment: 'RTDP_ENGINE_MEMORY',
    flag: '--engine-memory',
    sentence: 'Memory that the SQL engine may use.',
    default: '512MB',
  },
});
