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
