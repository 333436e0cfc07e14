// An S3 server for the tests, on the loopback address alone; prints its port once it listens.
import { buildApp } from 'fauxqs';

const app = buildApp({ logger: false });
await app.listen({ port: 0, host: '127.0.0.1' });
console.log(app.server.address().port);
