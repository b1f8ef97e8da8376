/** What is wrong with a header, to be completed with the file's name. */
export class HeaderFault extends Error {}

/** Digits of a number that goes on with neither digits, fraction nor exponent. */
const WHOLE = /(?:0|[1-9][0-9]{0,15})(?![\w.+-])/y;
/** What RFC 8259 calls insignificant. */
const SPACE = /[ \n\r\t]*/y;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads the tokens of JSON one by one and stops at the first that does not fit (RFC 8259). */
export class HeaderScanner {
  private at = 0;

  constructor(private readonly json: string) {}

  /** Fails at the current place. */
  fail(problem: string): never {
    throw new HeaderFault(`${problem} at character ${this.at} of the header`);
  }

  /** Takes the given punctuation. */
  expect(mark: string): void {
    if (!this.take(mark)) this.fail(`expected ${mark}, found ${JSON.stringify(this.json[this.at] ?? 'its end')}`);
  }

  /** Takes the given punctuation when it comes next. */
  take(mark: string): boolean {
    this.skipSpace();
    if (this.json[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  /** Takes a string of at most `limit` characters as written. */
  string(limit: number): string {
    this.expect('"');
    const start = this.at - 1;
    for (let code = this.json.charCodeAt(this.at); code !== QUOTE; code = this.json.charCodeAt(this.at)) {
      if (this.at - start > limit || this.at >= this.json.length) this.fail(`a string without end or over ${limit}`);
      this.at += code === BACKSLASH ? 2 : 1;
    }
    this.at++;
    try {
      return JSON.parse(this.json.slice(start, this.at));
    } catch {
      return this.fail('a string that is not JSON');
    }
  }

  /** Takes a whole number from 0 to 2^53 - 1, digits alone. */
  whole(): number {
    this.skipSpace();
    WHOLE.lastIndex = this.at;
    const digits = WHOLE.exec(this.json)?.[0];
    if (digits === undefined) this.fail('expected a whole number from 0');
    this.at += digits.length;
    return Number.isSafeInteger(Number(digits)) ? Number(digits) : this.fail('a number above 2^53 - 1');
  }

  /** Takes what `item` takes, comma by comma, up to the closing mark. */
  list(open: string, close: string, item: () => void): void {
    this.expect(open);
    if (this.take(close)) return;
    do item();
    while (this.take(','));
    this.expect(close);
  }

  /** Only spaces may be left. */
  end(): void {
    this.skipSpace();
    if (this.at < this.json.length) this.fail('more after the closing brace');
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.at;
    SPACE.test(this.json);
    this.at = SPACE.lastIndex;
  }
}
