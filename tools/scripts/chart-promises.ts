/**
 * What real clusters taught and no schema knows. Each takes the manifests of one rendering, and returns a sentence for each
 * that breaks the promise.
 */
export const PROMISES = [
  logsOfTestStay,
  podsAreRestricted,
  variablesAreNamedOnce,
  hooksNeedNothingOfTheChart,
  policiesLeaveHooksAlone,
  podsSpreadWithoutZones,
  textsAreTexts,
];

const ON = ['rolling-full', '--set-string=fullnameOverride=on'];
const LONG = 'accounts-of-a-customer-with-a-very-long-name-in';

/** What no values file has: a release, the file that it begins with, an argument, and what the rendering has to hold. */
export const UNUSUAL = [
  // What YAML would read as something else than a text.
  ['true', 'minimal', '--set=serviceAccount.name=off', 'serviceAccountName: "off"'],
  ['null', 'minimal', '--set-string=nameOverride=123', 'app.kubernetes.io/name: "123"'],
  ['123', ...ON, 'app.kubernetes.io/instance: "123"'],
  ['1e3', ...ON, 'app.kubernetes.io/instance: "1e3"'],
  ['1.2', ...ON, 'app.kubernetes.io/instance: "1.2"'],
  ['gh', 'minimal', '--set=config.extra.ON=a', '"ON": "a"'],
  // Numbers as they were written: a template makes 1e+06 of a million.
  ['gh', 'minimal', '--set-json=config.extra.LIMIT=1000000', 'LIMIT: "1000000"'],
  ['gh', 'minimal', '--set-json=config.extra.SHARE=0.00002', 'SHARE: "0.00002"'],
  ['gh', 'minimal', '--set-json=secretsRevision=20261122', 'gatehouse/secrets-revision: "20261122"'],
  ['gh', 'minimal', '--set-json=image.tag=20261122', 'registry.acme.test/gatehouse:20261122"'],
  ['gh', 'minimal', '--set=image.tag=20261122', 'registry.acme.test/gatehouse:20261122"'],
  ['gh', 'blue-green', '--set-json=blueGreen.green.tag=20261122', 'registry.acme.test/gatehouse:20261122"'],
  ['gh', 'minimal', '--set-json=migrations.activeDeadlineSeconds=1000000', 'activeDeadlineSeconds: 1000000'],
  [
    'gh',
    'rolling-full',
    '--set-json=roles.worker.autoscaling.jobsPerReplica=1000000',
    'threshold: "1000000"',
  ],
  // Names as people read and compare them.
  ['gh', 'rolling-full', '--set=publicUrl=https://Accounts.ACME.test', 'host: "accounts.acme.test"'],
  ['gh', 'gateway', '--set=publicUrl=https://Accounts.ACME.test', 'hostnames: ["accounts.acme.test"]'],
  // Proxies that may be trusted: single ones, and local ranges as wide as they are.
  [
    'gh',
    'minimal',
    '--set=config.trustedProxies={10.0.0.0/8,::1,fc00::/7}',
    'PROXIES: "10.0.0.0/8,::1,fc00::/7"',
  ],
  [
    'gh',
    'minimal',
    '--set=config.trustedProxies={fe80::/10,2001:db8::/32}',
    'PROXIES: "fe80::/10,2001:db8::/32"',
  ],
  ['gh', 'minimal', '--set=config.trustedProxies={192.0.2.1,2A00::/16}', 'PROXIES: "192.0.2.1,2A00::/16"'],
  // A name that is cut ends in a hash of the whole, one of 43 characters is not cut.
  [
    `${LONG}-blue`,
    'minimal',
    '--set=strategy=rolling',
    'name: accounts-of-a-customer-with-a-very-aaed59a4-api',
  ],
  [
    `${LONG}-green`,
    'minimal',
    '--set=strategy=rolling',
    'name: accounts-of-a-customer-with-a-very-bd7ab27b-api',
  ],
  [
    LONG.slice(0, 33),
    'minimal',
    '--set=strategy=rolling',
    `name: ${LONG.slice(0, 33)}-gatehouse-notifications`,
  ],
];

/** `helm test --logs` of helm 3 reads the pod after its hooks, and deletes those that succeeded before. */
function logsOfTestStay(manifests) {
  return manifests
    .filter((manifest) => hookOf(manifest) === 'test')
    .filter(({ metadata }) => metadata.annotations['helm.sh/hook-delete-policy'] !== 'before-hook-creation')
    .map((manifest) => `${nameOf(manifest)} is gone before helm 3 reads its log`);
}

/** The restricted profile of the Pod Security Standards, as far as this chart could break it. */
function podsAreRestricted(manifests) {
  return podsOf(manifests).flatMap(({ name, spec }) => [
    ...(spec.securityContext?.runAsNonRoot === true ? [] : [`${name} may run as root`]),
    ...(spec.securityContext?.seccompProfile?.type === 'RuntimeDefault' ? [] : [`${name} may call anything`]),
    ...['hostNetwork', 'hostPID', 'hostIPC']
      .filter((key) => spec[key])
      .map((key) => `${name} has ${key}: it is part of its node`),
    ...containersOf(spec)
      .filter(({ securityContext: { allowPrivilegeEscalation, capabilities } = {} }) => {
        return allowPrivilegeEscalation !== false || String(capabilities?.drop) !== 'ALL';
      })
      .map((container) => `${name}, ${container.name}, may gain privileges`),
  ]);
}

/** An API server refuses to apply a list with two of one name, which helm 4 does where helm 3 only patches. */
function variablesAreNamedOnce(manifests) {
  return podsOf(manifests).flatMap(({ name, spec }) =>
    containersOf(spec).flatMap(({ env = [] }) =>
      env
        .map((variable) => variable.name)
        .filter((variable, index, all) => all.indexOf(variable) !== index)
        .map((variable) => `${name} has the variable ${variable} twice`),
    ),
  );
}

/** A hook before the install comes before all that is no hook. */
function hooksNeedNothingOfTheChart(manifests) {
  const own = new Set(manifests.filter((manifest) => !hookOf(manifest)).map(nameOf));
  return manifests
    .filter((manifest) => hookOf(manifest)?.includes('pre-install'))
    .flatMap((manifest) => podsOf([manifest]))
    .flatMap(({ name, spec }) =>
      [
        `ServiceAccount/${spec.serviceAccountName}`,
        ...containersOf(spec).flatMap(({ envFrom = [] }) =>
          envFrom.map(({ configMapRef }) => `ConfigMap/${configMapRef?.name}`),
        ),
      ]
        .filter((needed) => own.has(needed))
        .map((needed) => `${name} needs ${needed}, which isn't there before the first install`),
    );
}

/** Rules for the way out don't name what a hook calls, and a budget would count a pod that has ended. */
function policiesLeaveHooksAlone(manifests) {
  const hooks = podsOf(manifests.filter(hookOf));
  return manifests.flatMap((manifest) => {
    const selector =
      manifest.kind === 'NetworkPolicy'
        ? manifest.spec.podSelector
        : manifest.kind === 'PodDisruptionBudget'
          ? manifest.spec.selector
          : undefined;
    return hooks
      .filter(({ labels }) => selector && matches(selector.matchLabels, labels))
      .map(({ name }) => `${nameOf(manifest)} selects ${name}`);
  });
}

/**
 * Asked for softly, to spread over several labels is to spread over none where nodes lack one of them: the scheduler leaves such
 * nodes out (kubernetes/kubernetes issue 122278). No ci values ask for that.
 */
function podsSpreadWithoutZones(manifests) {
  return podsOf(manifests)
    .filter(({ spec: { topologySpreadConstraints = [] } }) => {
      const soft = topologySpreadConstraints.filter(
        ({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway',
      );
      return soft.length > 1;
    })
    .map(({ name }) => `${name} is not spread over nodes that have no zone`);
}

/** A name such as `123` or `on` is a number or a truth to YAML unless it is quoted. */
function textsAreTexts(manifests) {
  return manifests.flatMap((manifest) =>
    textsBelow(manifest)
      .filter((text) => typeof text !== 'string')
      .map((text) => `${nameOf(manifest)} has ${String(text)} where a text belongs`),
  );
}

function textsBelow(value) {
  if (value === null || typeof value !== 'object') {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    ['labels', 'annotations', 'matchLabels', 'data'].includes(key)
      ? Object.values(item)
      : /^(name|\w+Name)$/.test(key)
        ? [item]
        : textsBelow(item),
  );
}

function matches(wanted, labels) {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** Pods, and what makes some. */
function podsOf(manifests) {
  return manifests.flatMap((manifest) => {
    const pod = manifest.kind === 'Pod' ? manifest : manifest.spec?.template;
    return pod?.spec?.containers
      ? [{ name: nameOf(manifest), labels: pod.metadata.labels, spec: pod.spec }]
      : [];
  });
}

function containersOf({ containers, initContainers = [] }) {
  return [...initContainers, ...containers];
}

function hookOf({ metadata }) {
  return metadata.annotations?.['helm.sh/hook'];
}

function nameOf({ kind, metadata }) {
  return `${kind}/${metadata.name}`;
}
