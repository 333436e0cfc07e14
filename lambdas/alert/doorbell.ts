/** What a batch of the incidents table's stream rings for. */
export interface Doorbell {
  /** Ids of incidents, each with the sequence numbers of its records. */
  readonly rings: ReadonlyMap<string, readonly string[]>;
  /** Records that are no stream records of that table: counted, and left aside. */
  readonly unknown: number;
}

/**
 * Which incidents a stream event asks to look at. Records of removed items, those that the TTL took among them, and of items with nothing
 * left to tell are left aside: the event source's filter does so already, yet a filter can be changed.
 */
export function doorbell(event: unknown): Doorbell {
  const records = field(event, 'Records');
  const rings = new Map<string, string[]>();
  let unknown = Array.isArray(records) ? 0 : 1;
  for (const record of Array.isArray(records) ? records : []) {
    const kind = field(record, 'eventName');
    if (kind === 'REMOVE') continue;
    const change = field(record, 'dynamodb');
    const image = field(change, 'NewImage');
    const id = field(field(image, 'id'), 'S') ?? field(field(field(change, 'Keys'), 'id'), 'S');
    const sequence = field(change, 'SequenceNumber');
    if ((kind !== 'INSERT' && kind !== 'MODIFY') || typeof id !== 'string' || typeof sequence !== 'string' || id === '') {
      unknown += 1;
      continue;
    }
    if (field(field(image, 'due'), 'S') !== 'alert') continue;
    const ringing = rings.get(id);
    if (ringing === undefined) rings.set(id, [sequence]);
    else ringing.push(sequence);
  }
  return { rings, unknown };
}

/** The records to deliver again: those of the incidents that failed. */
export function failures({ rings }: Doorbell, failed: ReadonlySet<string>): { itemIdentifier: string }[] {
  return [...rings].filter(([id]) => failed.has(id)).flatMap(([, sequences]) => sequences.map((itemIdentifier) => ({ itemIdentifier })));
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
