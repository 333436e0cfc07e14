const LINE_BREAK = 0x0a;

/**
 * The lines of UTF-8 bytes, without their line breaks. Split at line feeds alone: node:readline splits at U+2028 and U+2029 too, which
 * JSON leaves as they are and whoever calls an API may write.
 */
export async function* splitLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of input) {
    const bytes = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(LINE_BREAK, rest.length); end >= 0; end = bytes.indexOf(LINE_BREAK, from)) {
      yield bytes.toString('utf8', from, end);
      from = end + 1;
    }
    rest = bytes.subarray(from);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}
