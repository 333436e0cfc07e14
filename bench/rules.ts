/** What the rules ask beside source and name: as packs do, of cheap fields, of parameters, of the identity. None of it occurs in a trail. */
const QUESTIONS: readonly ((i: number) => string)[] = [
  (i) => `userAgent|contains: 'bench-agent-${i}'`,
  (i) => `requestParameters.policyDocument|contains: 'bench-statement-${i}'`,
  (i) => `userIdentity.arn|endswith: '/bench-user-${i}'`,
  (i) => `errorCode: 'Bench.Error${i}'`,
  (i) => `sourceIPAddress|cidr: '100.${64 + (i % 64)}.0.0/16'`,
  (i) => `responseElements.instancesSet.items.instanceId|startswith: 'bench-${i}'`,
];

/** As many Sigma rules as asked for, spread over kinds of events (`source name`): one in ten asks for its name alone, in no source. */
export function ruleTexts(count: number, kinds: readonly string[]): string[] {
  return Array.from({ length: count }, (_, i) => {
    const [source, name] = (kinds[i % kinds.length] as string).split(' ');
    const question = (QUESTIONS[i % QUESTIONS.length] as (typeof QUESTIONS)[number])(i);
    const lines = [
      `title: Bench rule ${i}`,
      `id: ${(0x1000_0000 + i).toString(16)}-0000-4000-8000-000000000000`,
      'status: test',
      'level: medium',
      'logsource:',
      '  product: aws',
      '  service: cloudtrail',
      'detection:',
      '  selection:',
      ...(i % 10 === 0 ? [] : [`    eventSource: ${source}`]),
      `    eventName: ${name}`,
      `    ${question}`,
      '  condition: selection',
    ];
    return `${lines.join('\n')}\n`;
  });
}
