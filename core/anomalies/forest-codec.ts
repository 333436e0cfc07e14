import { averagePathLengths, type Forest } from './forest.ts';

/** A forest as JSON, some 200 KB for a hundred trees of 256 points. */
export interface EncodedForest {
  readonly features: number;
  readonly sample: number;
  readonly trees: number;
  /**
   * Base64 of the nodes of one tree after another, each before the nodes to its left and these before those to its right, little-endian: 16 bits
   * for the feature and 64 for the split, or {@link LEAF} and 16 bits for the points that came there.
   */
  readonly nodes: string;
}

const LEAF = 0xffff;
const LEAF_BYTES = 4;
const SPLIT_BYTES = 10;

/** Gives what {@link decodeForest} makes the same forest of. */
export function encodeForest({ features, sample, roots, feature, split, next, size }: Forest): EncodedForest {
  const isLeaf = (node: number): boolean => next[node * 2] === node;
  const bytes = Buffer.alloc(feature.reduce((sum, _, node) => sum + (isLeaf(node) ? LEAF_BYTES : SPLIT_BYTES), 0));
  let at = 0;
  for (let node = 0; node < feature.length; node += 1) {
    at = bytes.writeUInt16LE(isLeaf(node) ? LEAF : (feature[node] as number), at);
    at = isLeaf(node) ? bytes.writeUInt16LE(size[node] as number, at) : bytes.writeDoubleLE(split[node] as number, at);
  }
  return { features, sample, trees: roots.length, nodes: bytes.toString('base64') };
}

/** Throws a RangeError for what {@link encodeForest} did not give. */
export function decodeForest({ features, sample, trees, nodes }: EncodedForest): Forest {
  const bytes = Buffer.from(nodes, 'base64');
  const height = Math.ceil(Math.log2(sample));
  const most = Math.floor(bytes.length / LEAF_BYTES);
  const expected = averagePathLengths(sample);
  const feature = new Uint16Array(most);
  const split = new Float64Array(most);
  const next = new Uint32Array(most * 2);
  const size = new Uint16Array(most);
  const length = new Float64Array(most);
  let at = 0;
  let count = 0;
  const read = (depth: number): number => {
    if (at + LEAF_BYTES > bytes.length || depth > height) throw damaged();
    const node = count;
    count += 1;
    const asked = bytes.readUInt16LE(at);
    if (asked === LEAF) {
      next.fill(node, node * 2, node * 2 + 2);
      size[node] = bytes.readUInt16LE(at + 2);
      length[node] = depth + (expected[size[node] as number] ?? Number.NaN);
      at += LEAF_BYTES;
    } else {
      if (at + SPLIT_BYTES > bytes.length || asked >= features) throw damaged();
      feature[node] = asked;
      split[node] = bytes.readDoubleLE(at + 2);
      at += SPLIT_BYTES;
      const left = read(depth + 1);
      const right = read(depth + 1);
      next[node * 2] = left;
      next[node * 2 + 1] = right;
      size[node] = (size[left] as number) + (size[right] as number);
    }
    return node;
  };
  const roots = Uint32Array.from({ length: trees }, () => {
    const root = read(0);
    if (size[root] !== sample) throw damaged();
    return root;
  });
  if (at !== bytes.length) throw damaged();
  return {
    ...{ features, sample, height, roots },
    feature: feature.slice(0, count),
    split: split.slice(0, count),
    next: next.slice(0, count * 2),
    size: size.slice(0, count),
    length: length.slice(0, count),
  };
}

function damaged(): RangeError {
  return new RangeError('This is no encoded forest, or it is damaged: train the forest anew.');
}
