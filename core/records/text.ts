/** Buffer is a Uint8Array with fast native decoding; every source of bytes is turned into one at the door. */
export type Bytes = Buffer;

/** The string of a JSON string literal's content: plain ASCII is copied, the rest goes through JSON.parse or UTF-8. */
export function decode(bytes: Bytes, from: number, to: number): string {
  let plain = true;
  for (let i = from; i < to; i += 1) {
    const c = bytes[i] as number;
    if (c === 0x5c) return JSON.parse(bytes.toString('utf8', from - 1, to + 1)) as string;
    if (c >= 0x80) plain = false;
  }
  return plain ? bytes.toString('latin1', from, to) : bytes.toString('utf8', from, to);
}
