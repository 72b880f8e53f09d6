/**
 * `npm run chart`: checks the Helm chart without a cluster. Helm 4 lints and renders each values file in helm/gatehouse/ci,
 * kubeconform validates the manifests for the oldest and a recent Kubernetes, and helm-unittest, on Helm 3, runs the suites in
 * helm/gatehouse/tests. Here is only what neither can express.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { inProject, main, refuseArguments, seconds, UserError } from '../project.mjs';
import { kubernetesSchemas } from './kubernetes-schemas.ts';
import { goProgram } from './programs.ts';

const CHART = inProject('helm', 'gatehouse');
const CI = join(CHART, 'ci');
const [OLDEST, RECENT] = ['1.20.0', '1.37.0'];
const VALUES = readdirSync(CI).filter((file) => file.endsWith('-values.yaml'));
/** APIs that a cluster may have besides those of Kubernetes. */
const OPTIONAL_APIS = ['monitoring.coreos.com/v1', 'keda.sh/v1alpha1', 'gateway.networking.k8s.io/v1'];
const WITHOUT_OPTIONAL_APIS = ['minimal-values.yaml', 'old-cluster-values.yaml'];
/** Release names that YAML reads as something else unless they are quoted. */
const MISLEADING = ['123', '1e3', '1.2', 'true', 'null'];
/** Proof that mistakes are found: what is replaced in a valid manifest, by what, and the message. */
const MISTAKES = [
  ['maxUnavailable: 0', 'maxUnavailble: 0', "'maxUnavailble' not allowed"],
  ['readOnlyRootFilesystem: true', 'readonlyRootFilesystem: true', "'readonlyRootFilesystem' not allowed"],
  ['relabelings:', 'relabeling:', "'relabeling' not allowed"],
  ['kind: Deployment', 'kind: Deplyoment', 'could not find schema for Deplyoment'],
  ['restartPolicy: Never', 'restartPolicy: Never\n  restartPolicy: Never', 'already set in map'],
  ['automountServiceAccountToken: false', 'automountServiceAccountToken: "false"', 'want boolean'],
  ['app.kubernetes.io/name: gatehouse', 'app.kubernetes.io/name: on', 'want string'],
] as const;

type Containers = readonly { readonly env?: readonly { readonly name: string }[] }[];
type Pod = { readonly containers?: Containers; readonly initContainers?: Containers };
type Spec = Pod & {
  readonly template?: { readonly spec: Pod };
  readonly replicas?: number;
  readonly selector?: object;
};
type Manifest = { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec?: Spec };

await main(async () => {
  refuseArguments();
  const startedAt = Date.now();
  const helm = await goProgram('helm.sh/helm/v4', 'v4.3.1', './cmd/helm');
  const unittest = await goProgram('github.com/helm-unittest/helm-unittest', 'v1.1.2', './cmd/helm-unittest');
  const kubeconform = await goProgram('github.com/yannh/kubeconform', 'v0.8.0', './cmd/kubeconform');
  const schemas = { [OLDEST]: await kubernetesSchemas(OLDEST), [RECENT]: await kubernetesSchemas(RECENT) };
  let failed = false;
  const report = (title: string, problems: readonly string[]): void => {
    const found = problems.filter(Boolean);
    failed ||= found.length > 0;
    console.log([`${found.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`, ...found].join('\n\n'));
  };
  const render = (values: string, args: string[] = [], release = 'gh', input = ''): string => {
    const apis = WITHOUT_OPTIONAL_APIS.includes(values)
      ? []
      : OPTIONAL_APIS.flatMap((api) => ['--api-versions', api]);
    const version = args.includes('--kube-version') ? [] : ['--kube-version', RECENT];
    const { stdout, problem } = run(
      helm,
      ['template', release, CHART, '--values', join(CI, values), ...version, ...apis, ...args],
      input,
    );
    if (problem) {
      throw new UserError(problem);
    }
    return stdout;
  };
  const validate = (manifests: string, version = RECENT): string => {
    const folders = [schemas[version] ?? '', join(CI, 'schemas')];
    const locations = folders.flatMap((folder) => [
      '-schema-location',
      `${folder}/{{ .ResourceKind }}{{ .KindSuffix }}.json`,
    ]);
    return run(kubeconform, ['-strict', ...locations], manifests).problem;
  };

  report(
    'helm lint --strict',
    VALUES.map((file) => run(helm, ['lint', '--strict', CHART, '--values', join(CI, file)]).problem),
  );
  report('helm-unittest', [run(unittest, ['--strict', CHART]).problem]);
  for (const version of [OLDEST, RECENT]) {
    const rendered = VALUES.map((file) => render(file, ['--kube-version', version]));
    report(
      `kubeconform for Kubernetes ${version}`,
      rendered.map((manifests) => validate(manifests, version)),
    );
  }
  const misleading = MISLEADING.map((name) =>
    render('rolling-full-values.yaml', ['--set-string', 'fullnameOverride=on'], name),
  );
  report(
    'kubeconform with names that YAML could misread',
    misleading.map((manifests) => validate(manifests)),
  );
  const full = render('rolling-full-values.yaml');
  const missed = MISTAKES.filter(
    ([right, wrong, message]) => !validate(full.replace(right, wrong)).includes(message),
  );
  report(
    'kubeconform finds mistakes',
    missed.map(([, wrong]) => `It did not find "${wrong}".`),
  );
  report(
    'every variable is set once',
    VALUES.flatMap((file) => manifestsIn(render(file)).flatMap(repeatedVariables)),
  );
  const [blue = [], green = []] = ['blue', 'green'].map((colour) =>
    manifestsIn(render('blue-green-values.yaml', ['--set', `blueGreen.active=${colour}`])),
  );
  report('a blue-green switch changes no pod', differences(blue, green));
  for (const values of valuesInGuide()) {
    const tag = values.includes('strategy: blueGreen') ? ['--set', 'image.tag='] : [];
    render('minimal-values.yaml', ['--values', '-', ...tag], 'gh', values);
  }
  report(
    'the values in the guide are valid',
    valuesInGuide().length < 4 ? ['It has fewer than 4 blocks of values.'] : [],
  );
  console.log(`\n${failed ? 'Some checks failed' : 'All checks passed'} (${seconds(startedAt)}).`);
  return failed ? 1 : 0;
});

function run(program: string, args: readonly string[], input = ''): { stdout: string; problem: string } {
  const { status, stdout, stderr } = spawnSync(program, args, {
    input,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return { stdout, problem: status === 0 ? '' : `${args.join(' ')}\n${stdout}${stderr}` };
}

function manifestsIn(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** The API server rejects them when Helm 4 applies a list that Helm 3 would have patched. */
function repeatedVariables({ kind, metadata, spec }: Manifest): string[] {
  const { containers = [], initContainers = [] } = spec?.template?.spec ?? spec ?? {};
  return [...containers, ...initContainers].flatMap(({ env = [] }) => {
    const names = env.map(({ name }) => name);
    const repeated = names.filter((name, index) => names.indexOf(name) !== index);
    return repeated.map((name) => `${kind} ${metadata.name} sets ${name} twice.`);
  });
}

/** The switch, and the way back, is instant only if it changes Services and the replicas of workers, but no pod. */
function differences(blue: readonly Manifest[], green: readonly Manifest[]): string[] {
  const deployments = (manifests: readonly Manifest[]): string[] =>
    manifests
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata, spec }) => ({
        metadata,
        spec: metadata.name.includes('-api-') ? spec : { ...spec, replicas: undefined },
      }))
      .map((manifest) => JSON.stringify(manifest));
  const selectors = (manifests: readonly Manifest[]): string =>
    JSON.stringify(manifests.filter(({ kind }) => kind === 'Service').map(({ spec }) => spec?.selector));
  const changed = deployments(blue).filter((text) => !deployments(green).includes(text));
  return [
    ...(deployments(blue).length === 6 ? changed : ['There are not 6 Deployments.']),
    ...(selectors(blue) === selectors(green) ? ['It changes no Service.'] : []),
  ];
}

/** The YAML blocks in the guide that contain values of this chart. */
function valuesInGuide(): string[] {
  const known = Object.keys(parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as object);
  return [
    ...readFileSync(inProject('docs', 'guides', 'deploy.md'), 'utf8').matchAll(/^```yaml\n(.*?)^```/gms),
  ]
    .map(([, text = '']) => text)
    .filter((text) => Object.keys(parse(text) as object).every((key) => known.includes(key)));
}
