/** Calls `task` for each item, at most `most` at once; gives the results in order. The first failure is thrown once none is under way. */
export async function mapBounded<T, R>(items: readonly T[], most: number, task: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array<R>(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const at = next;
      next += 1;
      results[at] = await task(items[at] as T);
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, work));
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results;
}
