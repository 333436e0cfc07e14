// Makes package-lock.json whole and free of registry addresses; run after every `npm install` that changes it (`npm run lockfile`).
// Why: npm records optional platform packages only where the registry serves them to the machine that wrote the lock, and
// `npm ci` then refuses the lock. An entry with version, os and cpu is all that another platform needs to fetch its own.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'arm', 'ia32', 'x64', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const packages = lock.packages;
let added = 0;
for (const [where, entry] of Object.entries({ ...packages })) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${where ? `${where}/` : ''}node_modules/${name}`;
    if (packages[nested] || packages[`node_modules/${name}`]) continue;
    const words = name.split(/[-/]/);
    const os = OS.find((o) => words.includes(o));
    const cpu = CPU.find((c) => words.some((w) => w === c || (c === 'arm' && /^arm(eabi|v7)?$/.test(w))));
    packages[`node_modules/${name}`] = {
      version: version.replace(/^[^0-9]*/, ''),
      ...(cpu && { cpu: [cpu] }),
      ...(entry.dev && { dev: true }),
      optional: true,
      os: [os ?? 'none'],
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${added} platform packages added, no registry address left`);
