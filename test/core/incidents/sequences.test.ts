import { sequenceFactors } from '../../../core/incidents/sequences.ts';

const HOUR = 3_600_000;

/** Detections from a text: `discovery@1` was seen at hour 1, `impact@2-9` from hour 2 to hour 9, `persistence@3=0.78` weighs so much. */
function detections(text: string) {
  return text.split(' ').map((word) => {
    const [, tactic = '', first = '', last, weight] = /^([a-z-]+)@([\d.]+)(?:-([\d.]+))?(?:=([\d.]+))?$/.exec(word) ?? [];
    return {
      title: `Some ${tactic}`,
      tactics: [tactic, 'impact'],
      weight: Number(weight ?? 0.5),
      first: Number(first) * HOUR,
      last: Number(last ?? first) * HOUR,
    };
  });
}

describe('a sequence of tactics', () => {
  test.each<[name: string, detections: string, expected: string]>([
    ['three stages in order', 'discovery@1 persistence@2 impact@3', 'discovery@1 persistence@2 impact@3'],
    [
      'four stages in order',
      'initial-access@1 discovery@2 credential-access@3 exfiltration@4',
      'initial-access@1 discovery@2 credential-access@3 exfiltration@4',
    ],
    ['two stages', 'persistence@1 impact@2', ''],
    ['three stages in another order', 'impact@1 persistence@2 discovery@3', ''],
    ['harm first, then all of it', 'impact@1 discovery@2 persistence@3 defense-evasion@4', 'discovery@2 persistence@3 defense-evasion@4'],
    ['tactics of one stage', 'persistence@1 privilege-escalation@2 credential-access@3 execution@4', ''],
    [
      'the newer names of defense evasion',
      'reconnaissance@1 persistence@2 defense-impairment@3',
      'reconnaissance@1 persistence@2 defense-impairment@3',
    ],
    ['all in the same second', 'impact@1 persistence@1 discovery@1', 'discovery@1 persistence@1 impact@1'],
    ['just within a day', 'discovery@1 persistence@20 impact@25', 'discovery@1 persistence@20 impact@25'],
    ['over more than a day', 'discovery@1 persistence@20 impact@25.1', ''],
    ['what was seen again within the day', 'discovery@1-10 persistence@20 impact@26', 'discovery@10 persistence@20 impact@26'],
    ['what was seen before and after', 'persistence@1-9 discovery@5 impact@12', 'discovery@5 persistence@9 impact@12'],
    [
      'the longer of two',
      'initial-access@1 discovery@2 persistence@3 impact@4 discovery@5',
      'initial-access@1 discovery@2 persistence@3 impact@4',
    ],
    ['what weighs nothing is no step', 'discovery@1 persistence@2=0 impact@3', ''],
    ['but for looking around', 'discovery@1=0 persistence@2 impact@3', 'discovery@1 persistence@2 impact@3'],
    ['tactics that are unknown', 'discovery@1 magic@2 impact@3', ''],
    [
      'the heavier of two that came together',
      'discovery@1 persistence@2=0.2 execution@2=0.78 impact@3',
      'discovery@1 execution@2 impact@3',
    ],
  ])('%s', (_, text, expected) => {
    const steps = sequenceFactors(detections(text)).flatMap((factor) => factor.steps);
    expect(steps.map(({ tactic, time }) => `${tactic}@${time / HOUR}`).join(' ')).toBe(expected);
  });

  test('tells the story in order', () => {
    expect(sequenceFactors(detections('discovery@1 privilege-escalation@2 defense-evasion@3'))).toEqual([
      {
        text: 'Within a day, one after the other: discovery (Some discovery), privilege escalation (Some privilege-escalation), defense evasion (Some defense-evasion)',
        weight: expect.closeTo(0.3),
        steps: [
          { tactic: 'discovery', title: 'Some discovery', time: HOUR },
          { tactic: 'privilege-escalation', title: 'Some privilege-escalation', time: 2 * HOUR },
          { tactic: 'defense-evasion', title: 'Some defense-evasion', time: 3 * HOUR },
        ],
      },
    ]);
  });

  test.each([
    ['three low steps', 'discovery@1=0.2 persistence@2=0.2 impact@3=0.2', 0.12],
    ['three high steps', 'discovery@1=0.78 persistence@2=0.78 impact@3=0.78', 0.468],
    ['four medium steps', 'initial-access@0 discovery@1 persistence@2 impact@3', 0.35],
    ['looking around that weighs nothing', 'discovery@1=0 persistence@2=0.3 impact@3=0.6', 0.18],
  ])('%s weigh as much as they do', (_, text, weight) => {
    expect(sequenceFactors(detections(text))[0]?.weight).toBeCloseTo(weight);
  });

  test('no detections, no sequence', () => {
    expect(sequenceFactors([])).toEqual([]);
  });
});
