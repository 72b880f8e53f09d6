/** The upper bound: Fastify that only returns the JSON it was given. */
import { fastify } from 'fastify';

const body = JSON.parse(process.argv[2]);
const app = fastify();
app.get('/v1/users/me', async () => body);
const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url })}\n`);
