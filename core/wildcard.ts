/**
 * A case-insensitive test of a pattern in which `*` stands for any run of characters.
 * Each literal piece is looked for once, left to right: linear, whatever the pattern.
 */
export function wildcardTest(pattern: string): (text: string) => boolean {
  const pieces = pattern.toLowerCase().split('*');
  const first = pieces[0] as string;
  if (pieces.length === 1) return (text) => text.toLowerCase() === first;
  const last = pieces.at(-1) as string;
  const middle = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (text) => {
    const lower = text.toLowerCase();
    if (lower.length < first.length + last.length || !lower.startsWith(first) || !lower.endsWith(last)) return false;
    let at = first.length;
    for (const piece of middle) {
      const found = lower.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= lower.length - last.length;
  };
}
