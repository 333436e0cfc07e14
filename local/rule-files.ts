import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { RuleFile } from '../core/rules/model.ts';
import { explain, SourceError } from './sources.ts';

/**
 * The Sigma files of a folder (entered recursively) or a single one, by name; test files beside the rules are left out.
 * @throws {SourceError} when the path cannot be read or holds no rule.
 */
export function readRuleFiles(path: string): RuleFile[] {
  const files: RuleFile[] = [];
  const visit = (at: string): void => {
    if (statSync(at).isDirectory()) for (const name of readdirSync(at).sort()) visit(join(at, name));
    else if (/\.ya?ml$/i.test(at) && !/\.test\.ya?ml$/i.test(at)) files.push({ file: at, text: readFileSync(at, 'utf8') });
  };
  try {
    visit(normalize(path));
  } catch (error) {
    throw new SourceError(`The rules in ${path} cannot be read: ${explain(error)}. Give a folder of Sigma rules (.yml).`);
  }
  if (files.length === 0) throw new SourceError(`${path} holds no Sigma rule: files that end in .yml or .yaml were expected.`);
  return files;
}
