import { graph, states } from './panels.ts';
import { EACH_PROCESS, PER_PROCESS, PROCESS, rate } from './queries.ts';

export const processes = [
  states(
    'Checks',
    'What readiness looks at in each process. Without redis a process stays ready.',
    {
      '{{role}} {{instance}} {{check}}': `min by (role, instance, check) (gatehouse_check_up{${PER_PROCESS}})`,
    },
    { w: 12, h: 9 },
  ),
  graph(
    'Versions',
    'Processes by the version that they run.',
    'short',
    { '{{role}} {{version}}': `sum by (role, version) (gatehouse_build_info{${PER_PROCESS}})` },
    { h: 9, stacked: true, decimals: 0 },
  ),
  graph(
    'Restarts',
    'How often containers started again in half an hour. The new pods of a rollout do not count.',
    'short',
    { [EACH_PROCESS]: `changes(process_start_time_seconds{${PROCESS}}[30m])` },
    { h: 9, limits: { red: 3 }, decimals: 0 },
  ),
  graph('Processor', 'Cores in use. Hashing passwords uses several, all else one.', 'short', {
    [EACH_PROCESS]: rate('process_cpu_seconds_total', PROCESS),
  }),
  graph('Memory', 'Resident memory. A container is killed at its limit.', 'bytes', {
    [EACH_PROCESS]: `process_resident_memory_bytes{${PROCESS}}`,
  }),
  graph(
    'Event loop lag (p99)',
    'How long work waits for the event loop.',
    's',
    { [EACH_PROCESS]: `nodejs_eventloop_lag_p99_seconds{${PROCESS}}` },
    { limits: { red: 0.25 } },
  ),
  graph('Garbage collection', 'Share of the time that goes into collecting garbage.', 'percentunit', {
    [EACH_PROCESS]: `sum by (role, instance) (${rate('nodejs_gc_duration_seconds_sum', PROCESS)})`,
  }),
  graph(
    'Connections to PostgreSQL',
    'Connections at work, and how many a process may open.',
    'short',
    {
      [EACH_PROCESS]: `gatehouse_database_connections_used{${PER_PROCESS}}`,
      limit: `max(gatehouse_database_connections_max{${PER_PROCESS}})`,
    },
    { w: 8, colors: { limit: 'red' } },
  ),
  graph(
    'Waiting for a connection',
    'Work that waits for a connection to PostgreSQL. Where some always waits, the pool is too small or PostgreSQL too slow.',
    'short',
    { [EACH_PROCESS]: `gatehouse_database_waiting{${PER_PROCESS}}` },
    { w: 8 },
  ),
  graph(
    'Heap',
    'JavaScript objects in memory. What only grows is a leak.',
    'bytes',
    { [EACH_PROCESS]: `nodejs_heap_size_used_bytes{${PROCESS}}` },
    { w: 8 },
  ),
];
