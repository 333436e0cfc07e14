import { viewOf } from '../../../core/records/view.ts';
import { compileRules } from '../../../core/rules/ruleset.ts';
import { loaded, refusal, ruleText } from './rule-text.ts';

/** Selections that hold when their letter stands in the record's userAgent. */
const SELECTIONS = Object.fromEntries(
  ['a', 'b', 'sel_1', 'sel_2', 'filter_x', 'filter-y', '_hidden', 'a.b'].map((name) => [name, { 'userAgent|contains': `<${name}>` }]),
);

function fires(condition: unknown, holding: readonly string[]): boolean {
  const set = compileRules([loaded(ruleText({ ...SELECTIONS, condition }))]);
  const view = viewOf({ userAgent: holding.map((name) => `<${name}>`).join('') });
  return set.match(set.candidates('', ''), view).length > 0;
}

const ALL = Object.keys(SELECTIONS);
const NAMED = 'It holds "a", "b", "sel_1", "sel_2", "filter_x", "filter-y", "_hidden", "a.b".';
const GRAMMAR =
  'Supported are names of selections, and, or, not, parentheses, "1 of", "any of" and "all of" with a name, a pattern like filter_* or them.';

describe('conditions', () => {
  test.each<[condition: unknown, holding: readonly string[], expected: boolean]>([
    ['a', ['a'], true],
    ['a', ['b'], false],
    ['a and b', ['a'], false],
    ['a and b', ['a', 'b'], true],
    ['a or b', ['b'], true],
    ['not a', [], true],
    ['not not a', ['a'], true],
    ['a and not b', ['a'], true],
    ['a and not b', ['a', 'b'], false],
    ['a or b and sel_1', ['a'], true],
    ['a or b and sel_1', ['b'], false],
    ['(a or b) and sel_1', ['a'], false],
    ['not a and b', ['b'], true],
    ['not a or b', ['a', 'b'], true],
    ['not (a or b)', ['b'], false],
    ['a AND NOT b', ['a'], true],
    ['a\n  and (\n b )', ['a', 'b'], true],
    ['((((a))))', ['a'], true],
    ['1 of sel_*', ['sel_2'], true],
    ['1 of sel_*', ['a'], false],
    ['any of sel_*', ['sel_1'], true],
    ['all of sel_*', ['sel_1'], false],
    ['all of sel_*', ['sel_1', 'sel_2'], true],
    ['1 of *_*', ['_hidden'], true],
    ['1 of *er*y', ['filter-y'], true],
    ['1 of a', ['a'], true],
    ['1 of a.b', ['a.b'], true],
    ['1 of them', ['_hidden'], false],
    ['1 of them', ['filter-y'], true],
    ['all of them', ALL.filter((name) => name !== '_hidden'), true],
    ['all of them', ['a', 'b'], false],
    ['any of them', ['b'], true],
    ['a and not 1 of filter*', ['a'], true],
    ['a and not 1 of filter*', ['a', 'filter-y'], false],
    ['not all of filter*', ['filter-y'], true],
    ['1 OF sel_* and ALL of THEM', ['sel_1'], false],
    [['a', 'b and sel_1'], ['a'], true],
    [['a', 'b and sel_1'], ['b'], false],
    [['a', 'b and sel_1'], ['b', 'sel_1'], true],
  ])('%j with %j', (condition, holding, expected) => {
    expect(fires(condition, holding)).toBe(expected);
  });

  test.each<[condition: unknown, reason: string]>([
    ['', `The condition is empty. ${GRAMMAR}`],
    [
      'a | count() > 5',
      `The condition "a | count() > 5" pipes into an aggregation, which Sigma has given up and Trailwarden does not support. ${GRAMMAR}`,
    ],
    [
      'sel_3',
      `The condition names the selection "sel_3", which the detection does not hold, so the rule can never fire as it is meant. ${NAMED} Did you mean "sel_1"?`,
    ],
    [
      'a and something',
      `The condition names the selection "something", which the detection does not hold, so the rule can never fire as it is meant. ${NAMED}`,
    ],
    [
      '1 of other*',
      `The condition asks for "1 of other*", but no selection has such a name, so the rule can never fire as it is meant. ${NAMED}`,
    ],
    [
      'a and not 1 of other*',
      `The condition asks for "1 of other*", but no selection has such a name, so the rule can never fire as it is meant. ${NAMED}`,
    ],
    [
      '1 of sel_?',
      `The condition asks for "1 of sel_?", but no selection has such a name, so the rule can never fire as it is meant. ${NAMED} Did you mean "sel_1"?`,
    ],
    ['sel_*', 'The condition names "sel_*"; a pattern needs "1 of" or "all of" before it.'],
    ['them', 'In the condition "them" needs "1 of" or "all of" before it.'],
    ['2 of sel_*', 'The condition asks for "2 of sel_*"; Sigma knows "1 of", "any of" and "all of" only. Spell the combinations out.'],
    ['a and', `The condition "a and" should have the name of a selection where it ends. ${GRAMMAR}`],
    ['or a', `The condition "or a" should have the name of a selection where "or" stands. ${GRAMMAR}`],
    ['(a or b', `The condition "(a or b" should have ")" where it ends. ${GRAMMAR}`],
    ['a b', `The condition "a b" should have "and", "or" or the end where "b" stands. ${GRAMMAR}`],
    ['a)', `The condition "a)" should have "and", "or" or the end where ")" stands. ${GRAMMAR}`],
    ['1 of', `The condition "1 of" should have "them", a name or a pattern after "of" where it ends. ${GRAMMAR}`],
    ['('.repeat(5000), 'The condition nests more than 64 levels deep; write it flatter.'],
    ['not '.repeat(5000), 'The condition nests more than 64 levels deep; write it flatter.'],
    [null, 'A condition is a text, as "selection and not filter"; here stands something else.'],
    [{ a: 'b' }, 'A condition is a text, as "selection and not filter"; here stands something else.'],
    [[], 'The list of conditions is empty; it needs at least one.'],
    [['a', null], 'A condition is a text, as "selection and not filter"; here stands something else.'],
  ])('%j is refused', (condition, reason) => {
    expect(refusal(ruleText({ ...SELECTIONS, condition }))).toBe(reason);
  });
});
