import { fileName, filesToRemember } from '../../local/state-file.ts';

const source = (label: string, size = 10, real?: string) => ({ label, size, time: 0, ...(real === undefined ? {} : { real }) });

test('a file is known by its path without links and its size', () => {
  expect(fileName(source('a/../b.json', 10, '/x/b.json'))).toBe(fileName(source('b.json', 10, '/x/b.json')));
  expect(fileName(source('b.json', 11, '/x/b.json'))).not.toBe(fileName(source('b.json', 10, '/x/b.json')));
  expect(fileName(source('s3://bucket/b.json'))).not.toBe(fileName(source('s3://other/b.json')));
});

test('of the files that are gone as many are remembered as there is room for, of those that are there all', () => {
  const present = [source('new.json'), source('old.json')];
  const names = present.map(fileName);
  expect(filesToRemember([], present)).toEqual(names);
  expect(filesToRemember(['gone', names[1] as string], present)).toEqual(['gone', ...names]);
  const gone = Array.from({ length: 1_000_000 }, (_, i) => `gone-${i}`);
  const kept = filesToRemember(gone, present);
  expect(kept).toHaveLength(1_000_000);
  expect([kept[0], ...kept.slice(-2)]).toEqual(['gone-2', ...names]);
});

test('more files than a memory can name are refused with a sentence', () => {
  const many = { length: 1_000_001, map: Array.prototype.map } as unknown as Parameters<typeof filesToRemember>[1];
  expect(() => filesToRemember([], many)).toThrow(
    'A memory holds the names of 1,000,000 files, and there are 1,000,001. Give narrower paths',
  );
});
