import { graph } from './panels.ts';
import { OURS, quantile, rate, shared } from './queries.ts';

export const queues = [
  graph(
    'Outbox',
    'Messages that are not confirmed yet, by the service that wrote them. Those of notifications are mails.',
    'short',
    { '{{schema}}': shared('gatehouse_outbox_messages', OURS, 'schema') },
  ),
  graph(
    'Oldest message',
    'Age of the oldest message that is not confirmed yet. A mail may wait for two days.',
    's',
    { '{{schema}}': `max by (schema) (gatehouse_outbox_oldest_seconds{${OURS}})` },
    { limits: { red: 300 } },
  ),
  graph('Waiting jobs', 'Jobs that could run now.', 'short', {
    '{{queue}}': shared('gatehouse_queue_jobs', `${OURS}, state="waiting"`),
  }),
  graph(
    'Next job',
    'How long the next job of each queue has waited.',
    's',
    { '{{queue}}': `max by (queue) (gatehouse_queue_oldest_waiting_seconds{${OURS}})` },
    { limits: { red: 300 } },
  ),
  graph('Runs', 'Runs of jobs by how they end: retried ones come again, dead ones do not.', 'ops', {
    '{{queue}} {{outcome}}': `sum by (queue, outcome) (${rate('gatehouse_job_runs_total', OURS)}) > 0`,
  }),
  graph('Duration (p95)', 'How long the runs of jobs take.', 's', {
    '{{queue}}': quantile(0.95, rate('gatehouse_job_duration_seconds_bucket', OURS), 'queue, le'),
  }),
  graph(
    'Active and delayed jobs',
    'Jobs that run, and jobs that wait for their time, mostly for their next try.',
    'short',
    {
      '{{queue}} {{state}}': `${shared('gatehouse_queue_jobs', `${OURS}, state=~"active|delayed"`, 'queue, state')} > 0`,
    },
  ),
  graph(
    'Dead letters',
    'Jobs that failed for good and are kept. Those of send-mail are mails that were refused.',
    'short',
    { '{{queue}}': shared('gatehouse_queue_jobs', `${OURS}, state="failed"`) },
    { limits: { red: 1 } },
  ),
];

export const mail = [
  graph(
    'Attempts',
    'Attempts to send a mail by outcome. Deferred ones concern one mail; unreachable and unknown ones, the server.',
    'ops',
    { '{{outcome}}': `sum by (outcome) (${rate('gatehouse_mail_attempts_total', OURS)})` },
    {
      w: 8,
      stacked: true,
      colors: { sent: 'green', deferred: 'yellow', unknown: 'purple', unreachable: 'red', refused: 'orange' },
    },
  ),
  graph(
    'From request to mail server',
    'How long people wait until the mail server has accepted their mail.',
    's',
    {
      p50: quantile(0.5, rate('gatehouse_mail_delivery_seconds_bucket', OURS)),
      p95: quantile(0.95, rate('gatehouse_mail_delivery_seconds_bucket', OURS)),
    },
    { w: 8 },
  ),
  graph(
    'Lost mails',
    'Mails of the last hour that were refused for good, or not sent in their time.',
    'short',
    {
      refused: `sum(increase(gatehouse_mail_attempts_total{${OURS}, outcome="refused"}[1h]))`,
      expired: `sum(increase(gatehouse_mails_expired_total{${OURS}}[1h]))`,
    },
    { w: 8, colors: { refused: 'orange', expired: 'red' } },
  ),
];
