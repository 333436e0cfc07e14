/** One row of the report's table, with what it is ranked by. */
interface Entry {
  readonly risk: number;
  /** Order of arrival: of equal risks the earlier stays. */
  readonly order: number;
  readonly bytes: Uint8Array;
}

/** Keeps the `limit` rows of the highest risk: a heap whose root is the row that would go next. */
export class RiskTable {
  /** Bytes that the rows may have together: the page holds them all as one text. */
  static readonly mostBytes = 128 * 1024 ** 2;
  readonly limit: number;
  readonly #heap: Entry[] = [];
  #order = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Whether a row without risk could still come in. */
  get hasRoom(): boolean {
    return this.#heap.length < this.limit;
  }

  /** Whether a row of that risk, arriving now, would be kept. */
  wouldKeep(risk: number): boolean {
    return this.hasRoom || (this.limit > 0 && risk > (this.#heap[0] as Entry).risk);
  }

  add(risk: number, bytes: Uint8Array): void {
    const entry = { risk, order: this.#order, bytes };
    this.#order += 1;
    const heap = this.#heap;
    if (heap.length < this.limit) {
      heap.push(entry);
      let i = heap.length - 1;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (!goesFirst(heap[i] as Entry, heap[parent] as Entry)) break;
        swap(heap, i, parent);
        i = parent;
      }
    } else if (this.limit > 0 && goesFirst(heap[0] as Entry, entry)) {
      heap[0] = entry;
      let i = 0;
      for (;;) {
        const left = 2 * i + 1;
        const right = left + 1;
        let least = i;
        if (left < heap.length && goesFirst(heap[left] as Entry, heap[least] as Entry)) least = left;
        if (right < heap.length && goesFirst(heap[right] as Entry, heap[least] as Entry)) least = right;
        if (least === i) break;
        swap(heap, i, least);
        i = least;
      }
    }
  }

  /** The rows kept, highest risk first. */
  rows(): Uint8Array[] {
    let size = 0;
    return [...this.#heap]
      .sort((a, b) => b.risk - a.risk || a.order - b.order)
      .map(({ bytes }) => bytes)
      .filter(({ length }) => {
        size += length;
        return size <= RiskTable.mostBytes;
      });
  }
}

function goesFirst(a: Entry, b: Entry): boolean {
  return a.risk < b.risk || (a.risk === b.risk && a.order > b.order);
}

function swap(heap: Entry[], i: number, j: number): void {
  const held = heap[i] as Entry;
  heap[i] = heap[j] as Entry;
  heap[j] = held;
}
