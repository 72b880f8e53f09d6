/**
 * `node scripts/chart.mjs`: checks the Helm chart without a cluster. Every values file in helm/gatehouse/ci is linted,
 * rendered for the oldest Kubernetes and a recent one, and held against their schemas; then come the values that must be
 * refused, each with its sentence.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringTools, run } from './lib/helm.mjs';
import { inProject, main, seconds } from './lib/project.mjs';

const CHART = inProject('helm', 'gatehouse');
const CI = join(CHART, 'ci');

/** What a cluster may have besides Kubernetes itself. */
const OPTIONAL_APIS = ['monitoring.coreos.com/v1', 'keda.sh/v1alpha1', 'gateway.networking.k8s.io/v1'];
const WITHOUT_OPTIONAL_APIS = ['minimal', 'old-cluster'];

/** Values that would harm people or lose requests: a file, what is changed in it, and what the sentence has to hold. */
const REFUSED = [
  ['minimal', 'image.repository=', 'image.repository is not set'],
  ['minimal', 'image.tag=', 'image.tag and image.digest are not set'],
  ['minimal', 'image.tag=latest', 'which changes under running pods'],
  ['minimal', 'publicUrl=', 'publicUrl is not set'],
  ['minimal', 'publicUrl=http://accounts.acme.test', 'publicUrl must be an https URL'],
  ['minimal', 'appUrl=https://user@acme.test', 'appUrl must be an https URL'],
  ['minimal', 'config.trustedProxies=null', 'config.trustedProxies is not set'],
  ['minimal', 'config.trustedProxies={0.0.0.0/0}', 'which trusts everybody'],
  ['gateway', 'config.trustedProxies[0]=::/0', 'which trusts everybody'],
  ['old-cluster', 'ingress.enabled=true', 'config.trustedProxies is empty, but an Ingress or a Gateway'],
  ['minimal', 'secrets.database.existingSecret=', 'Create a Secret that holds DATABASE_URL'],
  ['minimal', 'secrets.redis.existingSecret=', 'Create a Secret that holds REDIS_URL'],
  ['minimal', 'secrets.smtp.existingSecret=', 'Create a Secret that holds SMTP_URL'],
  ['minimal', 'secrets.encryptionKeys.existingSecret=', 'Create a Secret that holds ENCRYPTION_KEYS'],
  ['minimal', 'secrets.blindIndexKeys.existingSecret=', 'Create a Secret that holds BLIND_INDEX_KEYS'],
  ['minimal', 'secrets.jwtPrivateKeys.existingSecret=', 'Create a Secret that holds JWT_PRIVATE_KEYS'],
  ['minimal', 'secrets.adminEmail.existingSecret=admin', 'of both or of neither'],
  ['minimal', 'config.extra.REDIS_URL=redis://r', 'config.extra holds REDIS_URL, a secret'],
  ['minimal', 'config.extra.SMTP_URL_FILE=/tmp/x', 'config.extra holds SMTP_URL_FILE, a secret'],
  ['minimal', 'config.extra.PORT=80', 'which has a value of its own'],
  ['minimal', 'config.drainSeconds=15', 'requests would go to pods that have stopped'],
  [
    'minimal',
    'probes.readiness.failureThreshold=4',
    'config.drainSeconds is 20, but readiness takes 20 seconds',
  ],
  ['minimal', 'roles.worker.terminationGracePeriodSeconds=50', 'pods would be killed'],
  ['minimal', 'shutdownReserveSeconds=40', 'config.drainSeconds + shutdownReserveSeconds is 60'],
  ['rolling-full', 'roles.api.autoscaling.minReplicas=13', 'is greater than maxReplicas'],
  ['rolling-full', 'keda.serverAddress=', 'keda.serverAddress is not set'],
  ['rolling-full', 'networkPolicy.managementFrom=null', 'lets nobody reach the metrics'],
  ['gateway', 'gateway.parentRefs=null', 'gateway.parentRefs is empty'],
  ['minimal', 'gateway.enabled=true', 'needs the Gateway API'],
  ['minimal', 'prometheusRule.enabled=true', 'need the Prometheus operator'],
  ['blue-green', 'blueGreen.active=', 'blueGreen.active is not set'],
  ['blue-green', 'blueGreen.blue.tag=', 'blueGreen.blue.tag is not set, but blue is to serve'],
  ['blue-green', 'blueGreen.green.tag=latest', 'which changes under running pods'],
  ['blue-green', 'image.tag=1.5.0', 'mean nothing with strategy blueGreen'],
  // By the schema: a name that doesn't exist would otherwise be a setting that nobody applied.
  ['minimal', 'config.drainSecond=30', 'drainSecond'],
  ['minimal', 'roles.cron.replicas=1', 'cron'],
  ['blue-green', 'blueGreen.active=red', 'active'],
  ['minimal', 'roles.worker.autoscaling.minReplicas=0', 'minReplicas'],
];

const CHECKS = [
  { title: 'lint --strict', check: lint },
  { title: 'the schemas of the oldest Kubernetes and a recent one', check: conform },
  { title: `${REFUSED.length} values that must be refused, each with its sentence`, check: refuse },
  { title: 'the switch of colours changes no pod', check: keepPods },
];

await main(async () => {
  const startedAt = Date.now();
  const tools = await bringTools();
  const problems = [];
  for (const helm of tools.helms) {
    console.log(helm.name);
    for (const { title, check } of CHECKS) {
      const found = await check(helm.path, tools);
      console.log(`  ${found.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`);
      problems.push(...found.map((problem) => `${helm.name}, ${problem}`));
    }
  }
  for (const problem of problems) {
    console.error(`\n${problem}`);
  }
  console.log(
    `\n${problems.length === 0 ? 'The chart is fine' : 'The chart is not fine'} (${seconds(startedAt)}).`,
  );
  return problems.length === 0 ? 0 : 1;
});

async function lint(helm) {
  const problems = [];
  for (const name of valuesFiles()) {
    const { code, stdout, stderr } = await run(helm, ['lint', '--strict', CHART, '--values', file(name)]);
    problems.push(...(code === 0 ? [] : [`lint of ${name}:\n${stdout}${stderr}`]));
  }
  return problems;
}

async function conform(helm, { kubeconform, kubernetes }) {
  const problems = [];
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-chart-'));
  try {
    for (const { version, folder: schemas } of kubernetes) {
      for (const name of valuesFiles()) {
        const { code, stdout, stderr } = await template(helm, name, version);
        if (code !== 0) {
          problems.push(`${name} for ${version}:\n${stderr}`);
        }
        writeFileSync(join(folder, `${name}.yaml`), stdout);
      }
      const locations = [schemas, join(CI, 'schemas')].flatMap((place) => [
        '-schema-location',
        join(place, '{{ .ResourceKind }}{{ .KindSuffix }}.json'),
      ]);
      const args = ['-strict', '-summary', '-n', '2', ...locations, folder];
      const { code, stdout, stderr } = await run(kubeconform, args);
      problems.push(...(code === 0 ? [] : [`schemas of ${version}:\n${stdout}${stderr}`]));
      if (/Summary: 0 resources/.test(stdout)) {
        problems.push(`schemas of ${version}: nothing was checked`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return problems;
}

async function refuse(helm) {
  const problems = [];
  for (const [name, change, sentence] of REFUSED) {
    const { code, stderr } = await template(helm, name, '1.37.0', ['--set', change]);
    if (code === 0 || !stderr.includes(sentence)) {
      const answer = code === 0 ? 'was rendered' : `said:\n${stderr}`;
      problems.push(`${name} with ${change} should be refused with "${sentence}", but ${answer}`);
    }
  }
  return problems;
}

/** The switch is instant, and so is the way back, only if it changes selectors and numbers but no pod. */
async function keepPods(helm) {
  const [blue, green] = await Promise.all(
    ['blue', 'green'].map(async (colour) => {
      const { stdout } = await template(helm, 'blue-green', '1.37.0', [
        '--set',
        `blueGreen.active=${colour}`,
      ]);
      const documents = stdout.split(/^---$/m);
      return {
        api: only(documents, /^kind: Deployment$/m, /^ {2}name: \S+-api-/m),
        jobs: only(documents, /^kind: Deployment$/m, /^ {2}name: \S+-(worker|notifications)-/m).map((text) =>
          text.replace(/^ {2}replicas: \d+\n/m, ''),
        ),
        selectors: only(documents, /^kind: Service$/m, /gatehouse\/colour/).join(''),
      };
    }),
  );
  const problems = [];
  if (blue.api.length !== 2 || String(blue.api) !== String(green.api)) {
    problems.push('the switch of colours changes a Deployment of the API');
  }
  if (blue.jobs.length !== 4 || String(blue.jobs) !== String(green.jobs)) {
    problems.push('the switch of colours changes more than the replicas of a Deployment that does jobs');
  }
  if (blue.selectors === green.selectors) {
    problems.push('the switch of colours changes no Service');
  }
  return problems;
}

function only(documents, ...patterns) {
  return documents.filter((text) => patterns.every((pattern) => pattern.test(text)));
}

function template(helm, name, kubernetes, args = []) {
  const apis = WITHOUT_OPTIONAL_APIS.includes(name) ? [] : OPTIONAL_APIS;
  const cluster = ['--kube-version', kubernetes, ...apis.flatMap((api) => ['--api-versions', api])];
  return run(helm, ['template', 'gh', CHART, '--values', file(name), ...cluster, ...args]);
}

function valuesFiles() {
  const ending = '-values.yaml';
  return readdirSync(CI).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
}

function file(name) {
  return join(CI, `${name}-values.yaml`);
}
