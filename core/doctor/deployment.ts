import { type Check, judge, type Topic, type Verdict } from './check.ts';
import type { Stack, Stacks } from './facts.ts';
import { ago } from './words.ts';

const TITLES = { data: 'Data stack', pipeline: 'Pipeline stack', monitoring: 'Monitoring stack' } as const;

/** Whether the three stacks stand, and how their last deploy ended. */
export function stackChecks(stacks: Stacks, now: number): Check[] {
  return (['data', 'pipeline', 'monitoring'] as const).map((part) => {
    const topic: Topic = { id: `stack-${part}`, group: 'Deployment', title: TITLES[part] };
    return judge(topic, stacks[part], (stack) => (stack === null ? MISSING : standing(stack, now)));
  });
}

const MISSING: Verdict = {
  status: 'broken',
  seen: 'It does not exist, though others of this deployment do.',
  todo: 'Deploy all stacks.',
  commands: ['npm run deploy'],
};

function standing({ name, status, changed }: Stack, now: number): Verdict {
  const text = `${name}: ${status}, ${ago(changed, now)}.`;
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' || status === 'IMPORT_COMPLETE') return { status: 'ok', seen: text };
  if (status.endsWith('_IN_PROGRESS')) {
    return { status: 'look', seen: text, todo: 'A deploy or its undoing is at work: ask again when it has ended.' };
  }
  if (status === 'UPDATE_ROLLBACK_COMPLETE' || status === 'IMPORT_ROLLBACK_COMPLETE') {
    return {
      status: 'look',
      seen: text,
      todo: 'The last deploy was undone; what stood before it is at work. Its reason stands in the events of the stack.',
      commands: [`aws cloudformation describe-stack-events --stack-name ${name}`],
    };
  }
  return {
    status: 'broken',
    seen: text,
    todo: 'The stack did not come to stand. Its reason stands in the events of the stack; mend it and deploy again.',
    commands: [`aws cloudformation describe-stack-events --stack-name ${name}`],
  };
}
