// Shows what the sandbox holds. Everything shown may be an attacker's text: it is only ever set as text.
const EVERY = 2000;
const byId = (id) => document.getElementById(id);
const ORDER = ['critical', 'high', 'medium', 'low', 'informational'];

let chosen;
let shown = '';

function cell(text, ...classes) {
  const td = document.createElement('td');
  td.textContent = text;
  td.classList.add(...classes);
  return td;
}

function row(...cells) {
  const tr = document.createElement('tr');
  tr.append(...cells);
  return tr;
}

function fill(body, rows, columns, none) {
  if (rows.length > 0) {
    body.replaceChildren(...rows);
    return;
  }
  const td = cell(none, 'long');
  td.colSpan = columns;
  const tr = row(td);
  tr.classList.add('none');
  body.replaceChildren(tr);
}

function when(time) {
  return new Date(time).toLocaleString();
}

function level(name) {
  const lower = String(name).toLowerCase();
  return cell(lower, 'level', ...(ORDER.includes(lower) ? [lower] : []));
}

function showIncidents(incidents) {
  const rows = incidents
    .sort((a, b) => b.risk - a.risk || b.updated - a.updated)
    .map(({ level: name, risk, top, principal, status, updated }) =>
      row(
        level(name),
        cell(String(risk)),
        cell(top?.title ?? '', 'long'),
        cell(principal, 'long'),
        cell(status),
        cell(when(updated), 'when'),
      ),
    );
  fill(byId('incidents'), rows, 6, 'No incident yet.');
}

function showFindings(findings) {
  const rows = findings
    .sort((a, b) => Date.parse(b.UpdatedAt) - Date.parse(a.UpdatedAt))
    .map(({ Severity, Title, Types, RecordState, Workflow, UpdatedAt }) =>
      row(
        level(Severity?.Label ?? ''),
        cell(Title, 'long'),
        cell((Types ?? []).join(', '), 'long'),
        cell(`${RecordState}, ${Workflow.Status}`),
        cell(when(UpdatedAt), 'when'),
      ),
    );
  fill(byId('findings'), rows, 5, 'No finding yet.');
}

function choose(id) {
  chosen = id;
  const frame = byId('mail');
  frame.src = `/mail/${encodeURIComponent(id)}`;
  frame.hidden = false;
  for (const button of byId('mails').querySelectorAll('button')) button.setAttribute('aria-current', String(button.dataset.id === id));
}

function showMails(mails) {
  const items = mails.toReversed().map(({ id, subject, to, at }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.id = id;
    button.setAttribute('aria-current', String(id === chosen));
    button.textContent = subject;
    const line = document.createElement('span');
    line.className = 'when';
    line.textContent = `${when(at)}, to ${to.join(', ')}`;
    button.append(line);
    button.addEventListener('click', () => choose(id));
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  byId('mails').replaceChildren(...items);
  if (chosen === undefined && mails.length > 0) choose(mails.at(-1).id);
}

async function refresh() {
  try {
    const response = await fetch('/state.json');
    const text = await response.text();
    if (text === shown) return;
    shown = text;
    const { incidents, findings, mails } = JSON.parse(text);
    showIncidents(incidents);
    showFindings(findings);
    showMails(mails);
    byId('summary').textContent = `${incidents.length} incidents, ${mails.length} mails, ${findings.length} findings.`;
  } catch {
    byId('summary').textContent = 'The sandbox has ended.';
  }
}

await refresh();
setInterval(refresh, EVERY);
