import { closeSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Where one line of each entry goes. */
export interface LineFile {
  readonly path: string;
  readonly gzip: boolean;
  /** First line of the file, with its line break, or ''. */
  readonly header: string;
}

/** A piece of a file: whole lines, in a gzip file a member of its own. */
export interface Piece {
  /** Bytes of the file that it takes. */
  readonly bytes: number;
  readonly lines: number;
  /** How its first line begins, at most {@link START} characters. */
  readonly start: string;
}

const CHUNK = 1024 ** 2;
/** Compressions under way at once. */
const PARALLEL = 4;
/** Enough for the time of an entry. */
const START = 64;

/** Writes bytes to a file in large pieces, compressed as gzip members where asked, off the main thread. */
export class LineFileWriter {
  readonly #gzip: boolean;
  readonly #fd: number;
  #lines = 0;
  readonly #pieces: Piece[] = [];
  #chunk = Buffer.allocUnsafe(CHUNK);
  #used = 0;
  #pending = 0;
  #done: Promise<void> = Promise.resolve();
  #abandoned = false;
  #failure: Error | undefined;
  #isOpen = true;

  constructor(file: LineFile) {
    this.#gzip = file.gzip;
    this.#fd = openSync(file.path, 'w');
    if (file.header !== '') this.write(Buffer.from(file.header));
  }

  /** What was written so far, in order; all of the file once it is closed. */
  get pieces(): readonly Piece[] {
    return this.#pieces;
  }

  get behind(): boolean {
    return this.#pending >= PARALLEL;
  }

  /** Resolves when what was passed on is written. @throws what kept it from being written. */
  async settled(): Promise<void> {
    await this.#done;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes one line, with its line break. */
  write(bytes: Uint8Array): void {
    if (this.#used + bytes.length > CHUNK) this.#pass();
    this.#lines += 1;
    if (bytes.length > CHUNK) {
      this.#chunk = Buffer.from(bytes);
      this.#used = bytes.length;
      this.#pass();
      return;
    }
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  async close(): Promise<void> {
    this.#pass();
    await this.settled();
    // No bytes are no gzip file.
    if (this.#gzip && this.#pieces.length === 0) writeAll(this.#fd, await compress(Buffer.alloc(0)));
    this.#shut();
  }

  abandon(): void {
    this.#abandoned = true;
    void this.#done.then(() => this.#shut());
  }

  #shut(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  #pass(): void {
    if (this.#used === 0) return;
    const bytes = this.#chunk.subarray(0, this.#used);
    const piece = { lines: this.#lines, start: bytes.toString('latin1', 0, START) };
    this.#used = 0;
    this.#lines = 0;
    if (!this.#gzip) {
      writeAll(this.#fd, bytes);
      this.#pieces.push({ bytes: bytes.length, ...piece });
      if (this.#chunk.length !== CHUNK) this.#chunk = Buffer.allocUnsafe(CHUNK);
      return;
    }
    this.#chunk = Buffer.allocUnsafe(CHUNK);
    this.#pending += 1;
    const compressed = compress(bytes, { level: 1 });
    // A failure is kept for whoever waits next: a rejection that nobody awaits yet would end the process.
    this.#done = Promise.all([compressed, this.#done])
      .then(([member]) => {
        if (this.#abandoned || this.#failure !== undefined) return;
        writeAll(this.#fd, member);
        this.#pieces.push({ bytes: member.length, ...piece });
      })
      .catch((error: Error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}
