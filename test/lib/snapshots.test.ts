import { synthesize } from './synth.ts';

const synthesized = synthesize();

/** A template without what changes with every build. */
function masked(template: object): unknown {
  return JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}\.zip/g, 'ASSET.zip'));
}

test.each(['data', 'pipeline', 'monitoring'] as const)('the template of %s, with a created trail', (name) => {
  expect(masked(synthesized[name].toJSON())).toMatchSnapshot();
});
