/** Decides what the bench stands beside: the same columns by way of `JSON.parse`, and the same bytes by way of `JSON.stringify`. */

const ROOM = 4096;

class TextColumn {
  offsets: Uint32Array;
  bytes: Buffer;
  nulls: Uint8Array;

  constructor(rows: number) {
    this.offsets = new Uint32Array(rows + 1);
    this.bytes = Buffer.allocUnsafeSlow(rows * 64);
    this.nulls = new Uint8Array(rows);
  }

  add(row: number, value: string | null): void {
    const start = this.offsets[row]!;
    if (value === null) {
      this.nulls[row] = 1;
      this.offsets[row + 1] = start;
      return;
    }
    // Three bytes hold any UTF-16 unit.
    if (this.bytes.length - start < 3 * value.length) {
      const longer = Buffer.allocUnsafeSlow(this.bytes.length * 2 + ROOM);
      this.bytes.copy(longer, 0, 0, start);
      this.bytes = longer;
    }
    this.offsets[row + 1] = start + this.bytes.write(value, start);
  }
}

/** Typed columns of `rows` rows of the bench's table, filled from parsed objects. */
export class ParsedColumns {
  readonly ids: BigInt64Array;
  readonly operations: Uint8Array;
  readonly keys: BigInt64Array;
  readonly quantities: Int32Array;
  readonly booleans: Uint8Array;
  readonly scores: Float64Array;
  readonly nulls: Uint8Array[];
  readonly timestamps: TextColumn;
  readonly texts: TextColumn[];
  rowCount = 0;

  constructor(rows: number) {
    this.ids = new BigInt64Array(rows);
    this.operations = new Uint8Array(rows);
    this.keys = new BigInt64Array(rows);
    this.quantities = new Int32Array(rows);
    this.booleans = new Uint8Array(rows);
    this.scores = new Float64Array(rows);
    this.nulls = Array.from({ length: 4 }, () => new Uint8Array(rows));
    this.timestamps = new TextColumn(rows);
    this.texts = Array.from({ length: 6 }, () => new TextColumn(rows));
  }

  /** Keeps the memory, as ours does. */
  clear(): void {
    this.rowCount = 0;
    for (const nulls of [...this.nulls, this.timestamps.nulls, ...this.texts.map((text) => text.nulls)]) nulls.fill(0);
  }

  append(bytes: Buffer): void {
    const message = JSON.parse(bytes.toString('utf8')) as { payload: { tuple: unknown[] }[] };
    for (const { tuple } of message.payload) this.addRow(tuple);
  }

  private addRow(tuple: unknown[]): void {
    const row = this.rowCount++;
    this.ids[row] = BigInt(tuple[0] as string);
    this.timestamps.add(row, tuple[1] as string);
    this.operations[row] = (tuple[2] as string).charCodeAt(0);
    this.keys[row] = BigInt(tuple[4] as string);
    const [quantity, active, score] = [tuple[5], tuple[9], tuple[12]];
    if (quantity === null) this.nulls[1]![row] = 1;
    else this.quantities[row] = quantity as number;
    if (active === null) this.nulls[2]![row] = 1;
    else this.booleans[row] = active === true ? 1 : 0;
    if (score === null) this.nulls[3]![row] = 1;
    else this.scores[row] = score as number;
    const texts = this.texts;
    texts[0]!.add(row, tuple[6] as string | null);
    texts[1]!.add(row, tuple[7] as string | null);
    texts[2]!.add(row, tuple[8] as string | null);
    texts[3]!.add(row, tuple[10] as string | null);
    texts[4]!.add(row, tuple[11] as string | null);
    texts[5]!.add(row, tuple[13] as string | null);
  }
}
