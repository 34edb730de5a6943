/** Decides the options of the dbus service: those that every service has, and its own. */
import { COMMON_OPTIONS, defineOptions } from '@rtdp/service/options';

export const DBUS_OPTIONS = defineOptions({
  ...COMMON_OPTIONS,
  port: {
    kind: 'integer',
    environment: 'RTDP_PORT',
    flag: '--port',
    sentence: 'Port to listen on; 0 = any free one, which is logged.',
    default: 7401,
  },
  sourcesFolder: {
    kind: 'string',
    environment: 'RTDP_SOURCES_FOLDER',
    flag: '--sources-folder',
    sentence: 'Folder of YAML files, one source each, registered at start and watched; empty for none.',
    default: '',
  },
  organisationId: {
    kind: 'string',
    environment: 'RTDP_ORGANISATION_ID',
    flag: '--organisation-id',
    sentence: 'Organisation that sources from files belong to; empty for the first one.',
    default: '',
  },
});
