/** ATT&CK's enterprise tactics, with the two that took the place of defense evasion in its later versions. */
const TACTICS: ReadonlySet<string> = new Set([
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'stealth',
  'defense-impairment',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
]);

/** ATT&CK tactics in a rule's tags, `attack.defense_evasion` being an older way to write `defense-evasion`. */
export function tacticsIn(tags: readonly string[]): string[] {
  return unique(
    tags.map((tag) => /^attack\.(.+)$/.exec(tag)?.[1]?.replaceAll('_', '-')).filter((name) => name !== undefined && TACTICS.has(name)),
  );
}

/** ATT&CK techniques in a rule's tags: `attack.t1562.008` gives `T1562.008`. */
export function techniquesIn(tags: readonly string[]): string[] {
  return unique(tags.map((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/.exec(tag)?.[1]?.toUpperCase()));
}

/** CIS controls in a rule's tags: `cis.4.5` gives `4.5`. */
export function controlsIn(tags: readonly string[]): string[] {
  return unique(tags.map((tag) => /^cis\.(\d+(?:\.\d+)*)$/.exec(tag)?.[1]));
}

function unique(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}
