// S3 and SQS in this process and DynamoDB beside it, on the loopback address alone. Prints a JSON line for each once it listens and
// ends, with DynamoDB, when its standard input does: so nothing outlives the process that wanted it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

const [binary, region] = process.argv.slice(2);
let database;

process.stdin.resume();
process.stdin.once('close', () => {
  database?.kill('SIGKILL');
  process.exit(0);
});

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** The port may be taken between being found free and being used: then another is tried. */
async function startDatabase(tries = 5) {
  const port = await freePort();
  const listening = await new Promise((resolve, reject) => {
    let said = '';
    database = spawn(binary, ['serve', '--host', '127.0.0.1', '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    database.once('error', reject);
    database.once('exit', () => resolve(false));
    database.stderr.on('data', (data) => {
      said += data;
      if (said.includes('listening')) resolve(true);
    });
  });
  if (listening) console.log(JSON.stringify({ dynamodb: port }));
  else if (tries > 1) await startDatabase(tries - 1);
  else throw new Error(`DynamoDB's stand-in, ${binary}, did not start on any of five free ports.`);
}

async function startStorage() {
  const { buildApp } = await import('fauxqs');
  const app = buildApp({ logger: false, defaultRegion: region });
  await app.listen({ port: 0, host: '127.0.0.1' });
  console.log(JSON.stringify({ storage: app.server.address().port }));
}

await Promise.all([startDatabase(), startStorage()]);
