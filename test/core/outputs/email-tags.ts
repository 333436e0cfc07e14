/** A tag as a browser reads it. */
export interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [string, string])[];
}

const ATTRIBUTE = /\s*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/y;

/** The tags of a document and its text with references resolved, read as the HTML standard's tokenizer does. */
export function readHtml(document: string): { readonly tags: Tag[]; readonly text: string } {
  const tags: Tag[] = [];
  let text = '';
  let at = 0;
  while (at < document.length) {
    const open = document.indexOf('<', at);
    if (open < 0) break;
    text += document.slice(at, open);
    const start = /^<(\/?[a-zA-Z][^\s/>]*|!doctype|![^>]*|\?[^>]*)/i.exec(document.slice(open, open + 200));
    if (start === null) {
      text += '<';
      at = open + 1;
      continue;
    }
    at = open + start[0].length;
    const attributes: [string, string][] = [];
    for (;;) {
      ATTRIBUTE.lastIndex = at;
      const found = ATTRIBUTE.exec(document);
      if (found === null) break;
      at = ATTRIBUTE.lastIndex;
      attributes.push([found[1] as string, decoded(found[2] ?? found[3] ?? found[4] ?? '')]);
    }
    const close = document.indexOf('>', at);
    if (document.slice(at, close).trim() !== '') throw new Error(`A tag is broken: ${document.slice(open, close + 1)}`);
    const name = (start[1] as string).toLowerCase();
    if (!/^\/?(a|span)$/.test(name)) text += ' ';
    tags.push({ name, attributes });
    at = close + 1;
  }
  return { tags, text: decoded(text + document.slice(at)) };
}

function decoded(text: string): string {
  const names: Readonly<Record<string, string>> = { nbsp: ' ', rarr: '→', amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replace(/&(?:#(\d+)|([a-z]+));/g, (whole, code, name) =>
    code ? String.fromCodePoint(Number(code)) : (names[name] ?? whole),
  );
}
