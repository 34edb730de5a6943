import { describe, expect, it } from 'vitest';
import { defineOptions, optionsHelp, readOptions } from './options.ts';

const declarations = defineOptions({
  port: { kind: 'integer', environment: 'T_PORT', flag: '--port', sentence: 'Port.', default: 7 },
  brokers: { kind: 'list', environment: 'T_BROKERS', flag: '--brokers', sentence: 'Brokers.' },
  verbose: { kind: 'boolean', environment: 'T_VERBOSE', flag: '--verbose', sentence: 'Verbose.', default: false },
  password: {
    kind: 'string',
    environment: 'T_PASSWORD',
    flag: '--password',
    sentence: 'Pass.',
    default: '',
    secret: true,
  },
});

describe('readOptions', () => {
  it('prefers the flag, then the environment, then the default', () => {
    const options = readOptions(declarations, ['--port=9', '--verbose'], { T_PORT: '8', T_BROKERS: 'a:1, b:2' });
    expect(options).toEqual({ port: 9, brokers: ['a:1', 'b:2'], verbose: true, password: '' });
  });

  it.each([
    [['--prot', '9'], /unknown option --prot/],
    [['--port', 'x'], /--port is not a whole number: "x"/],
    [[], /--brokers is not set/],
    [['--port'], /--port has no value/],
  ])('names the option that is wrong in %j', (argv, message) => {
    expect(() => readOptions(declarations, argv, {})).toThrow(message);
  });

  it('derives the help from the declarations', () => {
    const help = optionsHelp('test', declarations);
    for (const { flag, environment } of Object.values(declarations)) {
      expect(help).toContain(flag);
      expect(help).toContain(environment);
    }
  });
});
