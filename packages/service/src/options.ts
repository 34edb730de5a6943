/** Decides what a service's options are: each is declared once, and its flag, variable, default and help derive from that. */
import { RtdpError } from '@rtdp/ums/error';

type OptionValue = { string: string; integer: number; boolean: boolean; list: string[] };

/** One option: `environment` and `flag` are the two ways to set it; without a default it must be set. */
export interface OptionDeclaration<Kind extends keyof OptionValue = keyof OptionValue> {
  kind: Kind;
  environment: string;
  flag: string;
  sentence: string;
  default?: OptionValue[Kind];
  /** A secret is never printed: not in the help, not in an error. */
  secret?: boolean;
}

export type OptionDeclarations = Record<string, OptionDeclaration>;

export type Options<Declarations extends OptionDeclarations> = {
  [Name in keyof Declarations]: OptionValue[Declarations[Name]['kind']];
};

/** Declares options with their literal kinds kept, so that `readOptions` gives typed values. */
export function defineOptions<const Declarations extends OptionDeclarations>(declarations: Declarations): Declarations {
  return declarations;
}

/** The options that every service shares. */
export const COMMON_OPTIONS = defineOptions({
  kafkaBrokers: {
    kind: 'list',
    environment: 'RTDP_KAFKA_BROKERS',
    flag: '--kafka-brokers',
    sentence: 'Kafka brokers, as host:port separated by commas.',
    default: ['127.0.0.1:7492'],
  },
  kafkaSasl: {
    kind: 'string',
    environment: 'RTDP_KAFKA_SASL',
    flag: '--kafka-sasl',
    sentence:
      'SASL login of Kafka, as mechanism:user:password (plain, scram-sha-256 or scram-sha-512); empty for none.',
    default: '',
    secret: true,
  },
  kafkaTls: {
    kind: 'string',
    environment: 'RTDP_KAFKA_TLS',
    flag: '--kafka-tls',
    sentence:
      'TLS to Kafka: empty for none, "system" for the system\'s authorities, or the path of a PEM file with the authority.',
    default: '',
  },
  registryUrl: {
    kind: 'string',
    environment: 'RTDP_REGISTRY_URL',
    flag: '--registry-url',
    sentence: 'Address of the Schema Registry; empty for none. JSON data never waits for it.',
    default: '',
  },
  metadataUrl: {
    kind: 'string',
    environment: 'RTDP_METADATA_URL',
    flag: '--metadata-url',
    sentence: 'Connection string of the metadata Postgres.',
    secret: true,
  },
  host: {
    kind: 'string',
    environment: 'RTDP_HOST',
    flag: '--host',
    sentence: 'Address to listen on.',
    default: '127.0.0.1',
  },
  identityKeys: {
    kind: 'string',
    environment: 'RTDP_IDENTITY_KEYS',
    flag: '--identity-keys',
    sentence: 'Path or URL of the key set (JWKS) that tokens are checked against.',
  },
  secretKeyFile: {
    kind: 'string',
    environment: 'RTDP_SECRET_KEY_FILE',
    flag: '--secret-key-file',
    sentence: 'File with the keys that seal secrets at rest; it lives outside the metadata server.',
  },
  logLevel: {
    kind: 'string',
    environment: 'RTDP_LOG_LEVEL',
    flag: '--log-level',
    sentence: 'One of trace, debug, info, warn, error.',
    default: 'info',
  },
});

/**
 * Reads options from flags (`--flag value` or `--flag=value`), then the environment, then defaults.
 * @throws RtdpError SERVICE_OPTION_INVALID naming the option.
 */
export function readOptions<Declarations extends OptionDeclarations>(
  declarations: Declarations,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options<Declarations> {
  const flags = readFlags(declarations, argv);
  const values: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    const text = flags.get(declaration.flag) ?? environment[declaration.environment];
    if (text === undefined) {
      if (declaration.default === undefined) throw invalid(declaration, 'is not set');
      values[name] = declaration.default;
    } else {
      values[name] = parseOption(declaration, text);
    }
  }
  return values as Options<Declarations>;
}

/** The help page: one line an option. */
export function optionsHelp(title: string, declarations: OptionDeclarations): string {
  const rows = Object.values(declarations).map((declaration) => {
    const fallback =
      declaration.default === undefined ? 'required' : `default: ${JSON.stringify(shown(declaration.default))}`;
    return `  ${declaration.flag.padEnd(24)} ${declaration.environment.padEnd(26)} ${declaration.sentence} (${fallback})`;
  });
  return `${title}\n\nOptions (a flag wins over its environment variable):\n${rows.join('\n')}\n`;
}

function shown(value: OptionValue[keyof OptionValue]): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

function readFlags(declarations: OptionDeclarations, argv: readonly string[]): Map<string, string> {
  const known = new Map(Object.values(declarations).map((declaration) => [declaration.flag, declaration]));
  const flags = new Map<string, string>();
  for (let index = 0; index < argv.length; index++) {
    const [flag = '', inline] = splitOnce(argv[index] ?? '');
    const declaration = known.get(flag);
    if (declaration === undefined) {
      throw new RtdpError({
        code: 'SERVICE_OPTION_INVALID',
        message: `unknown option ${flag}`,
        next: 'Run with --help to see the options there are.',
        facts: { flag },
      });
    }
    if (inline !== undefined) flags.set(flag, inline);
    else if (declaration.kind === 'boolean') flags.set(flag, 'true');
    else {
      const value = argv[++index];
      if (value === undefined) throw invalid(declaration, 'has no value');
      flags.set(flag, value);
    }
  }
  return flags;
}

function splitOnce(argument: string): [string, string | undefined] {
  const at = argument.indexOf('=');
  return at < 0 ? [argument, undefined] : [argument.slice(0, at), argument.slice(at + 1)];
}

function parseOption(declaration: OptionDeclaration, text: string): unknown {
  switch (declaration.kind) {
    case 'string':
      return text;
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    case 'integer':
      if (!/^-?\d{1,15}$/.test(text)) throw invalid(declaration, `is not a whole number: ${quoted(declaration, text)}`);
      return Number(text);
    case 'boolean':
      if (text !== 'true' && text !== 'false') {
        throw invalid(declaration, `is neither true nor false: ${quoted(declaration, text)}`);
      }
      return text === 'true';
  }
}

function quoted(declaration: OptionDeclaration, text: string): string {
  return declaration.secret ? '(hidden)' : JSON.stringify(text);
}

function invalid(declaration: OptionDeclaration, what: string): RtdpError {
  return new RtdpError({
    code: 'SERVICE_OPTION_INVALID',
    message: `option ${declaration.flag} ${what}`,
    next: `Set ${declaration.environment} or ${declaration.flag}: ${declaration.sentence}`,
    facts: { flag: declaration.flag, environment: declaration.environment },
  });
}
