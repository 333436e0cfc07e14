/** HTML that is known to be well-formed; every other value that goes into a template is escaped. */
export class Markup {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /**
   * A template tag: the literal parts are HTML, what is put in between is text, wherever it stands (attributes must be in double quotes).
   * Only markup made by this same tag, or an array of it, goes in as it is.
   */
  static html(this: void, parts: TemplateStringsArray, ...values: readonly (string | number | Markup | readonly Markup[])[]): Markup {
    let text = parts[0] as string;
    for (const [i, value] of values.entries()) text += written(value) + parts[i + 1];
    return new Markup(text);
  }
}

export const html = Markup.html;

function written(value: string | number | Markup | readonly Markup[]): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(written).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
