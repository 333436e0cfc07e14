import { cut, readableTimes } from '../wording.ts';

/** Characters of a sentence that an incident keeps. */
const MOST = 400;

/**
 * What an anomaly says, as it stands behind its title in the story of its principal: without the principal's name, whose story it is, with times as people write them.
 * `arn:aws:iam::111122223333:user/alice called iam:CreateUser, which …` becomes `it called iam:CreateUser, which …`.
 */
export function saidOf(text: string, principal: string): string {
  const own =
    principal === '' || text.includes(`${principal} of account `)
      ? text
      : text.replace(`The ${principal} `, 'it ').replace(`${principal} `, 'it ');
  const clause = readableTimes(own)
    .replace(/^(?:In|From|At)\b/, (word) => word.toLowerCase())
    .replace(/\.$/, '');
  return cut(clause, MOST);
}
