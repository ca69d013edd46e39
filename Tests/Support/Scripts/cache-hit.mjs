// What the backend asks for next: the key of an organization's summaries, made as the backend makes it, read from the Redis of
// REDIS_HOST, REDIS_PORT and REDIS_PASSWORD. Ends with 1 where the key does not exist.
import { createHash } from 'node:crypto';
import net from 'node:net';

const [organization] = process.argv.slice(2);
const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const filters = { startDate: day(-30), endDate: day(0), page: 1, limit: 20 };
const digest = createHash('md5').update(JSON.stringify(filters)).digest('hex');
const key = `reports:summary:${organization}:${digest}`;

const words = (...list) => `*${list.length}\r\n` + list.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('');
const { REDIS_HOST = '127.0.0.1', REDIS_PORT = '6379', REDIS_PASSWORD } = process.env;
const socket = net.connect(Number(REDIS_PORT), REDIS_HOST);
let answer = Buffer.alloc(0);
socket.on('data', (data) => { answer = Buffer.concat([answer, data]); });
socket.on('error', (error) => { console.error(error.message); process.exit(69); });
socket.on('end', () => {
  const text = answer.toString('utf8');
  const start = text.indexOf('{');
  if (start < 0) { console.log(`miss: ${key}`); process.exit(1); }
  const page = JSON.parse(text.slice(start, text.lastIndexOf('}') + 1));
  console.log(`hit: ${key}`);
  console.log(`${page.visits.length} of ${page.totalCount} visit reports`);
});
socket.write((REDIS_PASSWORD ? words('AUTH', REDIS_PASSWORD) : '') + words('GET', key) + words('QUIT'));
