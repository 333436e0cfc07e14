import type { Level } from '../levels.ts';

/** One rule file as it lies on disk: its path as shown to people, and its YAML text (one or more documents). */
export interface RuleFile {
  readonly file: string;
  readonly text: string;
}

/** Why a rule, or a whole file, was refused. `reason` is a sentence: what was expected, what came, what to do. */
export interface Refusal {
  readonly file: string;
  /** 1-based line in the file. */
  readonly line: number;
  readonly title?: string;
  readonly reason: string;
}

/** A Sigma rule, parsed and proved able to fire; plain JSON, so a ruleset can be prepared at build time. */
export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly file: string;
  readonly level: Level;
  readonly status?: string;
  readonly description: string;
  readonly author: string;
  /** SPDX-like licence text of the rule when it names one. */
  readonly license?: string;
  readonly falsePositives: readonly string[];
  readonly references: readonly string[];
  readonly tags: readonly string[];
  /** ATT&CK tactics in the rule's tags, hyphenated: `defense-evasion`. */
  readonly tactics: readonly string[];
  /** ATT&CK techniques in the rule's tags, upper case: `T1562.008`. */
  readonly techniques: readonly string[];
  /** CIS AWS Foundations v3.0 controls in the rule's tags (`cis.4.5` gives `4.5`). */
  readonly controls: readonly string[];
  readonly condition: Condition;
  /** What the index keys the rule by; an undefined set means "any". */
  readonly sources?: readonly string[];
  readonly names?: readonly string[];
}

/** The compiled-to-JSON form of a rule's detection; see match.ts for its meaning. */
export type Condition =
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | FieldTest
  | KeywordTest;

export interface FieldTest {
  readonly op: 'field';
  /** Dotted path; crosses arrays. */
  readonly field: string;
  readonly test: ValueTest;
}

export interface KeywordTest {
  readonly op: 'keyword';
  readonly test: ValueTest;
}

/** One primitive test of one value; alternatives and `all` are spelled out with and/or. */
export interface ValueTest {
  readonly kind: string;
  readonly value?: unknown;
  readonly cased?: boolean;
}

/** One field that made a rule match, with the value that was seen (cut to a readable length). */
export interface Evidence {
  readonly field: string;
  readonly value: string;
}

export interface LoadedRules {
  readonly rules: readonly Rule[];
  readonly refusals: readonly Refusal[];
}
