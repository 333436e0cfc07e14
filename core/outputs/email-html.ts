import type { Level } from '../levels.ts';
import type { Advice, Block, Code, Day, Entry, Fact, Letter, Points, Rank } from './email-letter.ts';
import { html, type Markup } from './email-markup.ts';

/** Nothing is loaded, nothing runs; styles stand in the elements, since mail programs drop the others. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const SANS = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
const MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";
const TEXT = '#17202b';
const MUTED = '#55606e';
const LINE = '#e1e6ec';
const ACCENT = '#0b5cad';
const PANEL = '#f4f6f8';
/** Anything may be one long word: an ARN, or an attacker's joke. */
const BREAK = 'word-break:break-word;overflow-wrap:anywhere';

/** Fill and text of a level's badge, as in the report's light theme, but for medium: mail programs that darken would put white on its yellow. */
const BADGES: Readonly<Record<Level, readonly [string, string]>> = {
  critical: ['#5e0a3c', '#ffffff'],
  high: ['#bd3f0a', '#ffffff'],
  medium: ['#8a6100', '#ffffff'],
  low: ['#dcebf9', '#0d4a85'],
  informational: ['#e9edf1', '#46515e'],
};

/** The letter as an HTML document: tables and inline styles, as mail programs need it; readable from 320 pixels on. */
export function emailHtml(letter: Letter): string {
  const [fill, ink] = BADGES[letter.level];
  const preview = `${letter.about}. ${letter.verdict.join(' ')}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="supported-color-schemes" content="light">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<meta name="referrer" content="no-referrer">
<title>${letter.subject}</title>
</head>
<body style="margin:0;padding:0;background-color:${PANEL};color:${TEXT};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;font-size:1px;line-height:1px;color:${PANEL}">${preview}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="${PANEL}" style="background-color:${PANEL}">
<tr><td align="center" style="padding:16px 8px 32px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff" style="max-width:660px;background-color:#ffffff;border:1px solid ${LINE};border-radius:8px;border-collapse:separate;overflow:hidden;font-family:${SANS};font-size:14px;line-height:1.5;color:${TEXT};text-align:left">
<tr><td bgcolor="${fill}" style="height:5px;font-size:0;line-height:0;background-color:${fill}">&nbsp;</td></tr>
<tr><td style="padding:20px 20px 0">
<div style="font-size:12px;font-weight:600;letter-spacing:0.04em;color:${MUTED}">Trailwarden</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin-top:12px"><tr>
<td width="76" valign="top" style="width:76px">${scoreBox(letter, fill, ink)}</td>
<td valign="top" style="padding-left:14px">
<h1 style="margin:0;font-size:20px;line-height:1.3;font-weight:700;color:${TEXT};${BREAK}">${letter.headline}</h1>
<div style="margin-top:4px;font-size:14px;color:${MUTED};${BREAK}">${letter.about}</div>
</td></tr></table>
${letter.verdict.map((line, i) => html`<p style="margin:${i === 0 ? 16 : 8}px 0 0;font-size:15px;${BREAK}">${line}</p>`)}
</td></tr>
${letter.blocks.map(section)}
<tr><td style="padding:24px 20px 20px">
<div style="padding-top:14px;border-top:1px solid ${LINE};font-size:12px;color:${MUTED};${BREAK}">${letter.foot.map((line) => html`<div>${line}</div>`)}</div>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`.text;
}

function scoreBox({ badge, risk }: Letter, fill: string, ink: string): Markup {
  const score = risk === null ? [] : [html`<div style="font-size:28px;line-height:1.1;font-weight:700;color:${ink}">${risk}</div>`];
  return html`<table role="presentation" width="76" cellpadding="0" cellspacing="0" border="0"><tr><td align="center" bgcolor="${fill}" style="padding:10px 4px;background-color:${fill};border-radius:6px;color:${ink}">${score}<div style="font-size:${badge.length > 8 ? 9 : 11}px;line-height:1.4;font-weight:700;letter-spacing:0.05em;color:${ink}">${badge}</div></td></tr></table>`;
}

function section(block: Block): Markup {
  const inner = blockHtml(block);
  if (block.kind === 'news') {
    return html`
<tr><td style="padding:20px 20px 0"><div style="padding:12px 14px;background-color:#eef5fc;border-left:4px solid ${ACCENT};border-radius:4px"><div style="font-weight:600;color:${TEXT}">${block.heading}</div>${inner}</div></td></tr>`;
  }
  return html`
<tr><td style="padding:26px 20px 0"><h2 style="margin:0 0 10px;padding-bottom:6px;border-bottom:1px solid ${LINE};font-size:15px;line-height:1.3;font-weight:700;color:${TEXT}">${block.heading}</h2>
${inner}</td></tr>`;
}

function blockHtml(block: Block): Markup {
  switch (block.kind) {
    case 'news':
    case 'list':
      return html`<ul style="margin:4px 0 0;padding:0 0 0 18px">${block.lines.map((line) => html`<li style="margin:2px 0;${BREAK}">${line}</li>`)}</ul>`;
    case 'facts':
      return table(block.facts.map(factRow));
    case 'points':
      return html`${table(block.points.map(pointsRow))}<div style="margin-top:8px;font-size:13px;color:${MUTED}">Together ${block.total} of 100 points.</div>`;
    case 'chain':
      return html`<div style="line-height:2">${block.links.map((link, i) => html`${i === 0 ? '' : html`<span style="color:${MUTED}"> &rarr; </span>`}<span style="display:inline-block;line-height:1.4;padding:2px 9px;border:1px solid ${LINE};border-radius:10px;background-color:${PANEL};font-size:13px;${BREAK}">${link}</span>`)}</div>`;
    case 'story':
      return html`${block.days.map(dayHtml)}${note(block.rest)}`;
    case 'advice':
      return html`${block.advice.map(adviceHtml)}`;
    case 'code':
      return html`${block.codes.map(codeHtml)}`;
    case 'ranking':
      return html`${table(block.ranks.map(rankRow))}${note(block.rest)}`;
  }
}

function table(rows: readonly Markup[]): Markup {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="font-size:14px;line-height:1.5;color:${TEXT}">${rows}</table>`;
}

function note(text: string): Markup | string {
  return text === '' ? '' : html`<p style="margin:10px 0 0;font-size:13px;color:${MUTED};${BREAK}">${text}</p>`;
}

function factRow({ label, values }: Fact): Markup {
  return html`<tr><td width="92" valign="top" style="width:92px;padding:3px 12px 3px 0;color:${MUTED}">${label}</td><td valign="top" style="padding:3px 0;${BREAK}">${values.join(', ')}</td></tr>`;
}

function pointsRow({ text, points }: Points): Markup {
  const width = Math.min(100, Math.max(1, Math.round(points)));
  const bar = html`<div style="margin-top:3px;height:5px;font-size:0;line-height:0;background-color:#e9edf1;border-radius:3px"><div style="width:${width}%;height:5px;background-color:${ACCENT};border-radius:3px">&nbsp;</div></div>`;
  return html`<tr><td width="44" valign="top" align="right" style="width:44px;padding:3px 12px 5px 0;font-weight:700;white-space:nowrap">+${points}</td><td valign="top" style="padding:3px 0 5px;${BREAK}">${text}${bar}</td></tr>`;
}

function dayHtml({ day, entries }: Day, i: number): Markup {
  return html`<div style="margin:${i === 0 ? 0 : 12}px 0 4px;font-size:13px;font-weight:600;color:${MUTED}">${day} (UTC)</div>${table(entries.map(entryRow))}`;
}

function entryRow({ time, level, title, text, event, link, fresh }: Entry): Markup {
  const source =
    link === '' ? html`${event}` : html`<a href="${link}" rel="noreferrer" style="color:${ACCENT};text-decoration:underline">${event}</a>`;
  return html`<tr><td width="64" valign="top" style="width:64px;padding:6px 10px 6px 0;font-family:${MONO};font-size:12px;line-height:21px;color:${MUTED};white-space:nowrap">${time}</td><td valign="top" style="padding:6px 0;border-bottom:1px solid ${LINE};${BREAK}"><div style="font-weight:600">${title} ${levelTag(level)}${fresh ? tag('new', ACCENT, '#ffffff') : ''}</div><div>${text}</div>${event === '' ? '' : html`<div style="font-family:${MONO};font-size:11px;color:${MUTED}">event ${source}</div>`}</td></tr>`;
}

function levelTag(level: Level): Markup {
  const [fill, ink] = BADGES[level];
  return tag(level, fill, ink);
}

function tag(text: string, fill: string, ink: string): Markup {
  return html`<span style="display:inline-block;margin-right:4px;padding:0 7px;border-radius:9px;background-color:${fill};color:${ink};font-size:11px;line-height:17px;font-weight:600;white-space:nowrap">${text}</span>`;
}

function adviceHtml({ title, text, source, links }: Advice, i: number): Markup {
  return html`<div style="margin:${i === 0 ? 0 : 14}px 0 0;${BREAK}"><div style="font-weight:600">${i + 1}. ${title}</div><div>${text}</div>${links.map((link) => html`<div style="font-size:12px"><a href="${link}" rel="noreferrer" style="color:${ACCENT};text-decoration:underline;${BREAK}">${link}</a></div>`)}${source === '' ? '' : html`<div style="font-size:12px;color:${MUTED}">${source}</div>`}</div>`;
}

function codeHtml({ intro, code }: Code, i: number): Markup {
  return html`<div style="margin:${i === 0 ? 0 : 14}px 0 6px;${BREAK}">${intro}</div><pre style="margin:0;padding:10px 12px;background-color:${PANEL};border:1px solid ${LINE};border-radius:6px;font-family:${MONO};font-size:12px;line-height:1.5;color:${TEXT};white-space:pre-wrap;${BREAK}">${code}</pre>`;
}

function rankRow({ level, risk, title, text }: Rank): Markup {
  return html`<tr><td width="36" valign="top" align="right" style="width:36px;padding:6px 12px 6px 0;font-weight:700">${risk}</td><td valign="top" style="padding:6px 0;border-bottom:1px solid ${LINE};${BREAK}"><div style="font-weight:600">${title} ${levelTag(level)}</div><div style="font-size:13px;color:${MUTED}">${text}</div></td></tr>`;
}
