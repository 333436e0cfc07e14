import { ANOMALY_TEXTS } from '../../../core/anomalies/advice.ts';
import { featuresOf } from '../../../core/anomalies/features.ts';
import { VOLUMES } from '../../../core/anomalies/observation.ts';

test('there is advice for every anomaly that belongs to a principal, and for no other', () => {
  const expected = [
    ...[...featuresOf('principal'), ...featuresOf('account')].map(({ name }) => `anomaly:first-seen:${name}`),
    ...VOLUMES.flatMap((volume) => [`anomaly:volume:${volume}`, `anomaly:growth:${volume}`]),
    'anomaly:probing',
    'anomaly:travel',
    'anomaly:new-country',
    'anomaly:outlier:principal',
    'anomaly:outlier:address',
  ];
  expect([...ANOMALY_TEXTS.keys()].sort()).toEqual(expected.sort());
});

test('each is a title and sentences that say what to do', () => {
  for (const { title, description } of ANOMALY_TEXTS.values()) {
    expect(title).toMatch(/^[A-Z].{8,60}[^.]$/);
    expect(description).toMatch(/^[A-Z].{40,400}\.$/);
  }
});
