import { EnvironmentError, environment } from '../../../lambdas/environment.ts';

test('the environment gives what was asked for, and nothing else', () => {
  expect(environment(['A', 'B'], { A: '1', B: '2', C: '3' })).toEqual({ A: '1', B: '2' });
});

test.each([
  ['one', ['A', 'B'], { A: '1' }, 'The environment variable is not set: B. The deployment sets'],
  ['two', ['A', 'B', 'C'], { A: '1', C: '' }, 'The environment variables are not set: B, C. The deployment sets'],
] as const)('%s that is missing is named', (_name, names, from, sentence) => {
  expect(() => environment(names, from)).toThrow(EnvironmentError);
  expect(() => environment(names, from)).toThrow(sentence);
});
