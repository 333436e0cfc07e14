import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export interface Dropped {
  /** Path below the folder, with slashes. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** A folder that people drop files into. A file counts once it no longer grows, and again whenever it changes. */
export class DropFolder {
  readonly #folder: string;
  readonly #seen = new Map<string, string>();
  readonly #taken = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All files, at once. */
  all(): Dropped[] {
    this.look();
    return this.look();
  }

  /** Files that are new or changed, and the same as at the look before. */
  look(): Dropped[] {
    const dropped: Dropped[] = [];
    for (const entry of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      try {
        const { size, mtimeMs } = statSync(file);
        const stamp = `${size} ${mtimeMs}`;
        if (this.#seen.get(file) === stamp && this.#taken.get(file) !== stamp) {
          dropped.push({ path: relative(this.#folder, file).split(sep).join('/'), bytes: readFileSync(file) });
          this.#taken.set(file, stamp);
        }
        this.#seen.set(file, stamp);
      } catch (error) {
        // It may be gone again since the folder was read.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
    return dropped;
  }
}
