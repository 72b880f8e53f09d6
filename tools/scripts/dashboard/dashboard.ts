import { mail, queues } from './background.ts';
import { annotation, choice, datasourceChoice, layOut } from './frame.ts';
import { golden } from './golden-signals.ts';
import { api, limits, signIn } from './people.ts';
import { processes } from './processes.ts';
import { EACH_PROCESS, PROCESS } from './queries.ts';

/** The dashboard, in the JSON model of Grafana 11 and 12. */
export const dashboard = {
  uid: 'gatehouse',
  title: 'Gatehouse',
  description: 'Accounts, sign-in and mail: golden signals, limits, queues and processes.',
  tags: ['gatehouse'],
  schemaVersion: 39,
  editable: true,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-3h', to: 'now' },
  templating: {
    list: [
      datasourceChoice(),
      choice('job', 'Job', 'label_values(gatehouse_build_info, job)'),
      choice('namespace', 'Namespace', 'label_values(gatehouse_build_info{job=~"$job"}, namespace)'),
      choice(
        'role',
        'Role',
        'label_values(gatehouse_build_info{job=~"$job", namespace=~"$namespace"}, role)',
      ),
    ],
  },
  annotations: {
    list: [annotation('Starts', `time() - process_start_time_seconds{${PROCESS}} < 60`, EACH_PROCESS)],
  },
  panels: layOut([
    { title: 'Golden signals', panels: golden },
    { title: 'API', panels: api },
    { title: 'Sign-in', panels: signIn },
    { title: 'Limits', panels: limits },
    { title: 'Messages and queues', panels: queues },
    { title: 'Mail', panels: mail },
    { title: 'Processes', panels: processes },
  ]),
};
