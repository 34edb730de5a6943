import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputBytes } from './output-bytes.ts';

const output = new OutputBytes();

function written(write: (output: OutputBytes, at: number) => number): string {
  const at = output.write(output.begin(), Buffer.from('<'));
  output.reserve(at, 64);
  return output
    .take(output.write(write(output, at), Buffer.from('>')))
    .toString()
    .slice(1, -1);
}

const halves = (value: bigint): [number, number] => {
  const bits = BigInt.asUintN(64, value);
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
};

/** Numbers of every length, and their neighbours. */
const edges = Array.from({ length: 63 }, (_, power) => 2n ** BigInt(power)).concat(
  Array.from({ length: 19 }, (_, power) => 10n ** BigInt(power)),
);
const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(...edges.flatMap((edge) => [edge - 1n, edge, -edge, 1n - edge])),
);

describe('numbers', () => {
  it('of 64 bits are written as BigInt writes them', () => {
    fc.assert(
      fc.property(
        long,
        (value) => void expect(written((output, at) => output.writeInt64(at, ...halves(value)))).toBe(String(value)),
      ),
      { numRuns: 3000 },
    );
    expect(written((output, at) => output.writeInt64(at, ...halves(-(2n ** 63n))))).toBe('-9223372036854775808');
  });

  it('of 32 bits are written as Number writes them', () => {
    const integer = fc.oneof(
      fc.integer(),
      fc.constantFrom(...edges.filter((edge) => edge < 2n ** 31n).flatMap((edge) => [Number(edge), -Number(edge)])),
    );
    fc.assert(
      fc.property(
        integer,
        (value) => void expect(written((output, at) => output.writeInt32(at, value))).toBe(String(value)),
      ),
    );
    expect(written((output, at) => output.writeInt32(at, -2147483648))).toBe('-2147483648');
  });

  it('with a fraction are written in their shortest form', () => {
    const double = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(double, (value) => {
        expect(written((output, at) => output.writeDouble(at, value))).toBe(
          Object.is(value, -0) ? '-0' : String(value),
        );
      }),
    );
  });
});

describe('texts', () => {
  it('are escaped as JSON.stringify does, wherever they lie', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(5), fc.nat(5), (text, before, after) => {
        const bytes = Buffer.from('#'.repeat(before) + text + '#'.repeat(after));
        const source = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
        const end = bytes.length - after;
        expect(written((output, at) => output.writeJsonString(at, source, before, end))).toBe(JSON.stringify(text));
        expect(written((output, at) => output.writeDenseJsonString(at, source, before, end))).toBe(
          JSON.stringify(text),
        );
        expect(written((output, at) => output.writePlain(at, source, before, end))).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('slabs', () => {
  it('are never written twice', () => {
    const output = new OutputBytes();
    const taken: Buffer[] = [];
    for (let index = 0; index < 60; index++) {
      const at = output.write(output.begin(), Buffer.alloc(50_000, index));
      taken.push(output.take(output.write(at, Buffer.alloc(index === 30 ? 3_000_000 : 10, index))));
    }
    for (const [index, bytes] of taken.entries()) {
      expect(bytes.length).toBe(50_000 + (index === 30 ? 3_000_000 : 10));
      expect(bytes.every((byte) => byte === index)).toBe(true);
    }
  });

  it('are used again when all their messages came back, and not before', () => {
    const slabs = new OutputBytes();
    const write = (byte: number) => slabs.take(slabs.write(slabs.begin(), Buffer.alloc(300_000, byte)));
    const kept = write(1);
    const first = Array.from({ length: 20 }, (_, index) => write(index + 2));
    for (const message of first) expect(slabs.recycle(message)).toBe(true);
    for (const message of first) expect(slabs.recycle(message)).toBe(false);
    expect(new OutputBytes().recycle(kept)).toBe(false);
    const memory = new Set(first.map((message) => message.buffer));
    const second = Array.from({ length: 9 }, (_, index) => write(index + 30));
    expect(second.filter((message) => memory.has(message.buffer)).length).toBeGreaterThan(5);
    expect(second.some((message) => message.buffer === kept.buffer)).toBe(false);
    expect(kept.every((byte) => byte === 1)).toBe(true);
    for (const [index, message] of second.entries()) expect(message.every((byte) => byte === index + 30)).toBe(true);
  });
});
