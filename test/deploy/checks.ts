/** Runs checks one after the other, prints a line for each, and counts. */
export class Checks {
  passed = 0;
  failed = 0;

  /** Gives what the check gave. One that fails is counted, printed, and thrown on: what comes after it stands on it. */
  async run<T>(name: string, check: () => Promise<T> | T): Promise<T> {
    const start = performance.now();
    try {
      const result = await check();
      this.passed++;
      console.log(`ok    ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
      return result;
    } catch (error) {
      this.failed++;
      console.log(`FAIL  ${name}\n      ${error instanceof Error ? error.message.split('\n').join('\n      ') : String(error)}`);
      throw new CheckFailed(name);
    }
  }
}

/** A check failed; its line has been printed. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}

/**
 * Asks until there is an answer.
 * @param probe gives undefined as long as there is none
 */
export async function eventually<T>(what: string, seconds: number, probe: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = performance.now() + seconds * 1000;
  do {
    const found = await probe();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  } while (performance.now() < end);
  throw new Error(`Expected ${what} within ${seconds} s; it did not come.`);
}
