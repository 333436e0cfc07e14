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

/** What a rule and a correlation say of themselves. */
export interface DetectorText {
  readonly id: string;
  /** By which correlations may refer to it instead of by its id. */
  readonly name?: string;
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
}

/** A Sigma rule, parsed and proved able to fire; plain JSON, so a ruleset can be prepared at build time. */
export interface Rule extends DetectorText {
  readonly condition: Condition;
  /** The case-folded eventSource and eventName values that the rule asks for, which the index keys it by; undefined means "any". */
  readonly sources?: readonly string[];
  readonly names?: readonly string[];
  /** Fields of the record that its signals carry, as correlations group by them or count them. */
  readonly carries?: readonly string[];
}

export const CORRELATION_TYPES = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;
export type CorrelationType = (typeof CORRELATION_TYPES)[number];

/** A Sigma correlation: what several matches of rules come to within a timespan. Plain JSON, like a rule. */
export interface CorrelationRule extends DetectorText {
  readonly type: CorrelationType;
  /** Ids of the rules, or of other correlations, that it looks at. */
  readonly rules: readonly string[];
  /** Events count together that agree in all of these; none: all of them do. */
  readonly groupBy: readonly CorrelatedField[];
  /** Of `value_count`: the field whose distinct values count. */
  readonly field?: CorrelatedField;
  /** Milliseconds. */
  readonly timespan: number;
  /** How many events, distinct values or different rules it takes; `most` is there where there may not be more. */
  readonly least: number;
  readonly most?: number;
}

/** A field by which events are grouped or counted: one that each signal has (see correlation-fields.ts), or a path in the record. */
export interface CorrelatedField {
  /** As the correlation calls it: the field, or an alias. */
  readonly name: string;
  /** The field in the events of each of the correlation's rules, in the order of `rules`. */
  readonly of: readonly string[];
}

/**
 * A rule's detection as plain JSON. The loader writes it with every `not` directly around a test (De Morgan), in the
 * order of the rule; `compile.ts` gives it its meaning.
 */
export type Condition =
  | { readonly op: 'and'; readonly of: readonly Condition[] }
  | { readonly op: 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | Leaf;

export type Leaf = FieldTest | KeywordTest;

/** Holds when any value that the path leads to passes the test. */
export interface FieldTest {
  readonly op: 'field';
  /** Dotted path; crosses arrays, except for the scalar fields of `fields.ts`. */
  readonly field: string;
  readonly test: ValueTest;
}

/** Holds when any string anywhere in the record passes the test. */
export interface KeywordTest {
  readonly op: 'keyword';
  readonly test: TextTest;
}

/** One test of one value; a list of alternatives is one test, `all` is spelled out with `and`. */
export type ValueTest =
  | TextTest
  /** No value other than null lies at the path. */
  | { readonly kind: 'null' }
  /** The key is there (true) or is not there (false), whatever its value. */
  | { readonly kind: 'exists'; readonly value: boolean }
  /** Equal to a value at another path, or holding one within it, at its start or at its end. */
  | { readonly kind: 'fieldref'; readonly field: string; readonly part?: FieldrefPart; readonly cased?: boolean };

export type FieldrefPart = 'contains' | 'startswith' | 'endswith';

/** A test of one value's text; numbers and booleans are tested as the text that JSON writes for them. */
export type TextTest =
  /** Equal to one of these; without regard to case unless `cased`. */
  | { readonly kind: 'in'; readonly values: readonly string[]; readonly cased?: boolean }
  /** Fits one of these Sigma patterns, written with `*`, `?` and the escapes `\*`, `\?`, `\\`. */
  | { readonly kind: 'like'; readonly patterns: readonly string[]; readonly cased?: boolean }
  /** One of these RE2 patterns is found in it; flags of `ims`. */
  | { readonly kind: 're'; readonly patterns: readonly string[]; readonly flags: string }
  /** Is an address inside one of these CIDR ranges. */
  | { readonly kind: 'cidr'; readonly ranges: readonly string[] }
  /** Is a number that compares so. */
  | { readonly kind: 'lt' | 'lte' | 'gt' | 'gte'; readonly value: number };

/** One field that made a rule match, with the value that was seen (cut to a readable length). */
export interface Evidence {
  readonly field: string;
  readonly value: string;
}

export interface LoadedRules {
  readonly rules: readonly Rule[];
  readonly correlations: readonly CorrelationRule[];
  readonly refusals: readonly Refusal[];
}
