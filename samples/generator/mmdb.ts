import ipaddr from 'ipaddr.js';

type Value = string | number | { readonly [key: string]: Value };

interface Node {
  readonly children: [Branch, Branch];
  number: number;
}
type Branch = Node | { readonly data: number } | null;

/** Names of whole numbers: every other number is written as a double. */
const WHOLE = /^(autonomous_system_number|accuracy_radius|record_size|node_count|ip_version|binary_format_.+|build_epoch)$/;

/**
 * An MMDB file (format 2.0, 24-bit records) with an entry for each network, the narrowest last.
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export function mmdb(
  entries: Readonly<Record<string, Value>>,
  { type = 'Test-City', built = Date.UTC(2026, 8, 1), ipVersion = 6 as 4 | 6 } = {},
): Buffer {
  const root = emptyNode();
  const data: Buffer[] = [];
  let length = 0;
  for (const [network, value] of Object.entries(entries)) {
    const [address, bits] = ipaddr.parseCIDR(network);
    const inTree = address.kind() === 'ipv4' && ipVersion === 6 ? 96 : 0;
    insert(root, [...new Array<number>(inTree / 8).fill(0), ...address.toByteArray()], bits + inTree, { data: length });
    const encoded = encode(value);
    data.push(encoded);
    length += encoded.length;
  }
  const nodes = numbered(root);
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [i, { children }] of nodes.entries()) {
    for (const [side, child] of children.entries()) {
      const record = child === null ? nodes.length : 'data' in child ? nodes.length + 16 + child.data : child.number;
      tree.writeUIntBE(record, i * 6 + side * 3, 3);
    }
  }
  const metadata = encode({
    ...{ binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: built / 1000, database_type: type },
    ...{ ip_version: ipVersion, node_count: nodes.length, record_size: 24 },
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata]);
}

function emptyNode(): Node {
  return { children: [null, null], number: 0 };
}

function insert(root: Node, bytes: readonly number[], bits: number, leaf: Branch): void {
  let node = root;
  for (let bit = 0; bit < bits; bit += 1) {
    const side = (((bytes[bit >> 3] as number) >> (7 - (bit & 7))) & 1) as 0 | 1;
    if (bit === bits - 1) {
      node.children[side] = leaf;
      return;
    }
    let child = node.children[side];
    if (child === null || 'data' in child) {
      child = { children: [child, child], number: 0 };
      node.children[side] = child;
    }
    node = child;
  }
}

function numbered(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) {
    for (const child of node.children) {
      if (child === null || 'data' in child) continue;
      child.number = nodes.length;
      nodes.push(child);
    }
  }
  return nodes;
}

function encode(value: Value, name = ''): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === 'number' && WHOLE.test(name)) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  const pairs = Object.entries(value);
  return Buffer.concat([control(7, pairs.length), ...pairs.flatMap(([key, inside]) => [encode(key), encode(inside, key)])]);
}

/** Type and size below 285. */
function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29]);
}
