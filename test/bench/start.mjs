import { readFile } from 'node:fs/promises';
import { median } from './statistics.mjs';

const ROUNDS = 5;

/** How long the role `api` takes to be ready, and how much memory it then uses. */
export async function measureStart(environment) {
  const rounds = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const api = await environment.startApi();
    rounds.push({ readyMs: api.readyMs, megabytes: await residentMegabytes(api.pid) });
    await api.stop();
  }
  return [
    { what: 'role api: start to readiness', value: `${Math.round(median(rounds.map((r) => r.readyMs)))} ms` },
    {
      what: 'role api: resident memory when ready',
      value: `${Math.round(median(rounds.map((r) => r.megabytes)))} MB`,
    },
  ];
}

async function residentMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
