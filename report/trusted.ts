/**
 * The policy asks for Trusted Types, so the browser refuses every text that would become markup. echarts empties elements by
 * assigning '' to their innerHTML; that, and nothing else, is let through.
 */
export function allowOnlyEmptyMarkup(): void {
  const factory = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: { createHTML(text: string): string }): unknown } })
    .trustedTypes;
  factory?.createPolicy('default', {
    createHTML: (text) => {
      if (text === '' || text === 'null') return '';
      throw new TypeError('The report makes no markup from text.');
    },
  });
}
