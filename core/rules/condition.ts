import { closest, distance } from 'fastest-levenshtein';
import type { Condition } from './model.ts';
import { join, negate } from './normal.ts';
import { joinTokens, MANY, patternTest } from './pattern.ts';

/** Why a condition cannot be accepted; the message is a sentence. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
}

/** What stands between white space and parentheses; a pipe is a token of its own. */
const TOKEN = /[()|]|[^\s()|]+/g;
const MOST_DEPTH = 64;
const GRAMMAR =
  'Supported are names of selections, and, or, not, parentheses, "1 of", "any of" and "all of" with a name, a pattern like filter_* or them.';

/**
 * Reads a Sigma condition and puts the selections in their places. `not` binds closest, then `and`, then `or`; words of the grammar
 * are read in any casing. Throws {@link ConditionError}.
 */
export function resolveCondition(text: string, selections: ReadonlyMap<string, Condition>): Condition {
  const parser = new Parser(text, selections);
  return parser.parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  readonly #selections: ReadonlyMap<string, Condition>;
  #at = 0;
  #depth = 0;

  constructor(text: string, selections: ReadonlyMap<string, Condition>) {
    this.#text = text;
    this.#tokens = text.match(TOKEN) ?? [];
    this.#selections = selections;
  }

  parse(): Condition {
    if (this.#tokens.length === 0) throw new ConditionError(`The condition is empty. ${GRAMMAR}`);
    if (this.#tokens.includes('|')) {
      throw new ConditionError(
        `The condition ${JSON.stringify(this.#text)} pipes into an aggregation, which Sigma has given up and Trailwarden does not support. ${GRAMMAR}`,
      );
    }
    const condition = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw this.#unexpected(`"and", "or" or the end`);
    return condition;
  }

  #or(): Condition {
    const parts = [this.#and()];
    while (this.#take('or')) parts.push(this.#and());
    return join('or', parts);
  }

  #and(): Condition {
    const parts = [this.#not()];
    while (this.#take('and')) parts.push(this.#not());
    return join('and', parts);
  }

  #not(): Condition {
    if (++this.#depth > MOST_DEPTH) throw new ConditionError(`The condition nests more than ${MOST_DEPTH} levels deep; write it flatter.`);
    const condition = this.#take('not') ? negate(this.#not()) : this.#operand();
    this.#depth--;
    return condition;
  }

  #operand(): Condition {
    if (this.#take('(')) {
      const inner = this.#or();
      if (!this.#take(')')) throw this.#unexpected('")"');
      return inner;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || token === ')' || isWord(token, 'and') || isWord(token, 'or'))
      throw this.#unexpected('the name of a selection');
    this.#at++;
    return this.#take('of') ? this.#quantified(token) : this.#named(token);
  }

  #named(name: string): Condition {
    const selection = this.#selections.get(name);
    if (selection !== undefined) return selection;
    if (name.includes('*')) {
      throw new ConditionError(`The condition names ${JSON.stringify(name)}; a pattern needs "1 of" or "all of" before it.`);
    }
    if (isWord(name, 'them')) throw new ConditionError('In the condition "them" needs "1 of" or "all of" before it.');
    throw new ConditionError(
      `The condition names the selection ${JSON.stringify(name)}, which the detection does not hold, so the rule can never fire as it is meant. ${this.#names(name)}`,
    );
  }

  #quantified(quantity: string): Condition {
    const pattern = this.#tokens[this.#at];
    if (pattern === undefined || pattern === '(' || pattern === ')') throw this.#unexpected('"them", a name or a pattern after "of"');
    this.#at++;
    if (!/^(1|any|all)$/i.test(quantity)) {
      throw new ConditionError(
        `The condition asks for ${JSON.stringify(`${quantity} of ${pattern}`)}; Sigma knows "1 of", "any of" and "all of" only. Spell the combinations out.`,
      );
    }
    const isMeant = nameTest(pattern);
    const selected = [...this.#selections].filter(([name]) => isMeant(name)).map(([, selection]) => selection);
    if (selected.length === 0) {
      throw new ConditionError(
        `The condition asks for ${JSON.stringify(`${quantity} of ${pattern}`)}, but no selection has such a name, so the rule can never fire as it is meant. ${this.#names(pattern)}`,
      );
    }
    return join(isWord(quantity, 'all') ? 'and' : 'or', selected);
  }

  #names(wanted: string): string {
    const names = [...this.#selections.keys()];
    if (names.length === 0) return 'It holds no selection.';
    const nearest = closest(wanted, names);
    const hint = distance(wanted, nearest) <= 3 ? ` Did you mean ${JSON.stringify(nearest)}?` : '';
    return `It holds ${names.map((name) => JSON.stringify(name)).join(', ')}.${hint}`;
  }

  #take(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || !isWord(token, word)) return false;
    this.#at++;
    return true;
  }

  #unexpected(expected: string): ConditionError {
    const token = this.#tokens[this.#at];
    const came = token === undefined ? 'it ends' : `${JSON.stringify(token)} stands`;
    return new ConditionError(`The condition ${JSON.stringify(this.#text)} should have ${expected} where ${came}. ${GRAMMAR}`);
  }
}

function isWord(token: string, word: string): boolean {
  return token.toLowerCase() === word;
}

/** `them` stands for every selection whose name does not begin with an underscore; else `*` is any run of characters. */
function nameTest(pattern: string): (name: string) => boolean {
  if (isWord(pattern, 'them')) return (name) => !name.startsWith('_');
  return patternTest(joinTokens(pattern.split('*').flatMap((text, i) => (i === 0 ? [text] : [MANY, text]))));
}
