import type { Block, Letter } from './email-letter.ts';

const WIDTH = 76;

/** The letter as plain text, lines of some 76 characters; code and addresses are never broken. */
export function emailText(letter: Letter): string {
  const lines = [
    ...wrap(`${letter.badge}${letter.risk === null ? '' : ` ${letter.risk} of 100`}: ${letter.headline}`),
    letter.about,
    '',
    ...letter.verdict.flatMap((line) => wrap(line)),
    ...letter.blocks.flatMap((block) => ['', block.heading.toUpperCase(), '', ...blockLines(block)]),
    '',
    '-- ',
    ...letter.foot.flatMap((line) => wrap(line)),
  ];
  return `${lines.join('\n')}\n`;
}

function blockLines(block: Block): string[] {
  switch (block.kind) {
    case 'news':
    case 'list':
      return block.lines.flatMap((line) => wrap(line, '- ', '  '));
    case 'facts': {
      const width = Math.max(...block.facts.map(({ label }) => label.length)) + 2;
      return block.facts.flatMap(({ label, values }) => wrap(values.join(', '), label.padEnd(width), ' '.repeat(width)));
    }
    case 'points':
      return [
        ...block.points.flatMap(({ text, points }) => wrap(text, `${`+${points}`.padStart(4)}  `, '      ')),
        `${`=${block.total}`.padStart(4)}  of 100`,
      ];
    case 'chain':
      return wrap(block.links.join(' > '));
    case 'story':
      return [
        ...block.days.flatMap(({ day, entries }, i) => [
          ...(i > 0 ? [''] : []),
          `${day} (UTC)`,
          ...entries.flatMap(({ time, level, title, text, event, fresh }) => [
            ...wrap(`${fresh ? 'NEW ' : ''}${title} (${level}): ${text}.`, `${time}  `, '          '),
            ...(event === '' ? [] : [`          event ${event}`]),
          ]),
        ]),
        ...(block.rest === '' ? [] : ['', ...wrap(block.rest)]),
      ];
    case 'advice':
      return block.advice.flatMap(({ title, text, source, links }, i) => [
        ...(i > 0 ? [''] : []),
        ...wrap(title, `${i + 1}. `, '   '),
        ...wrap(text, '   ', '   '),
        ...links.map((link) => `   ${link}`),
        ...(source === '' ? [] : wrap(source, '   ', '   ')),
      ]);
    case 'code':
      return block.codes.flatMap(({ intro, code }, i) => [
        ...(i > 0 ? [''] : []),
        ...wrap(intro),
        '',
        ...code.split('\n').map((line) => `    ${line}`),
      ]);
    case 'ranking':
      return [
        ...block.ranks.flatMap(({ level, risk, title, text }) => [
          ...wrap(title, `${String(risk).padStart(3)} ${level.padEnd(14)}`, ' '.repeat(18)),
          ...wrap(text, ' '.repeat(18), ' '.repeat(18)),
        ]),
        ...(block.rest === '' ? [] : ['', ...wrap(block.rest)]),
      ];
  }
}

/** Lines of some {@link WIDTH} characters; a word that is longer than a line keeps one for itself. */
function wrap(text: string, first = '', others = ''): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = others;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line.trimEnd());
  return lines;
}
