/** Decides which options the Davinci API has beside those of every service. */
import { fileURLToPath } from 'node:url';
import { COMMON_OPTIONS, defineOptions } from '@rtdp/service/options';

export const DAVINCI_OPTIONS = defineOptions({
  ...COMMON_OPTIONS,
  port: {
    kind: 'integer',
    environment: 'RTDP_PORT',
    flag: '--port',
    sentence: 'Port to listen on.',
    default: 7400,
  },
  signingKeyFile: {
    kind: 'string',
    environment: 'RTDP_SIGNING_KEY_FILE',
    flag: '--signing-key-file',
    sentence: 'File with the private key (JWK) that tokens are signed with.',
  },
  dbusUrl: {
    kind: 'string',
    environment: 'RTDP_DBUS_URL',
    flag: '--dbus-url',
    sentence: 'Address of DBus.',
    default: 'http://127.0.0.1:7401',
  },
  wormholeUrl: {
    kind: 'string',
    environment: 'RTDP_WORMHOLE_URL',
    flag: '--wormhole-url',
    sentence: 'Address of Wormhole.',
    default: 'http://127.0.0.1:7402',
  },
  moonboxUrl: {
    kind: 'string',
    environment: 'RTDP_MOONBOX_URL',
    flag: '--moonbox-url',
    sentence: 'Address of Moonbox (REST).',
    default: 'http://127.0.0.1:7403',
  },
  webFolder: {
    kind: 'string',
    environment: 'RTDP_WEB_FOLDER',
    flag: '--web-folder',
    sentence: 'Folder with the built web application.',
    default: fileURLToPath(new URL('../../../apps/davinci-web/dist', import.meta.url)),
  },
  firstAdmin: {
    kind: 'string',
    environment: 'RTDP_FIRST_ADMIN',
    flag: '--first-admin',
    sentence: 'E-mail of the administrator that is made at the first start; signs in by a link, then sets a password.',
    default: 'admin@rtdp.local',
  },
  trustProxy: {
    kind: 'boolean',
    environment: 'RTDP_TRUST_PROXY',
    flag: '--trust-proxy',
    sentence: 'Whether a proxy in front tells the address and protocol of the browser (X-Forwarded-For, -Proto).',
    default: false,
  },
  queryTimeoutMs: {
    kind: 'integer',
    environment: 'RTDP_QUERY_TIMEOUT_MS',
    flag: '--query-timeout-ms',
    sentence: 'Longest time that a query of a widget or of the editor may take, in milliseconds.',
    default: 60_000,
  },
  demoUrl: {
    kind: 'string',
    environment: 'RTDP_DEMO_URL',
    flag: '--demo-url',
    sentence: "Connection string of the demo's shop, whose pace its dashboard sets; empty where there is no demo.",
    default: '',
    secret: true,
  },
});
