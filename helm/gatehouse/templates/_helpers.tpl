{{- define "gatehouse.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* A string as it is; a number without the exponent that templates add from 1,000,000 on. */}}
{{- define "gatehouse.text" -}}
{{- if kindIs "string" . -}}{{ . }}{{- else -}}{{ toJson . }}{{- end -}}
{{- end -}}

{{/*
Short enough for "-notifications-green" to fit in a label. A cut name ends in a hash of the whole, so that two releases that
begin alike do not share objects.
*/}}
{{- define "gatehouse.fullname" -}}
{{- $name := include "gatehouse.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- $whole := default $full .Values.fullnameOverride | trimSuffix "-" -}}
{{- if gt (len $whole) 43 -}}
{{- printf "%s-%s" (trunc 34 $whole | trimSuffix "-") (sha256sum $whole | trunc 8) -}}
{{- else -}}
{{- $whole -}}
{{- end -}}
{{- end -}}

{{/* The host of publicUrl, in lower case, as Ingress and HTTPRoute require. */}}
{{- define "gatehouse.host" -}}
{{- (default "" .Values.publicUrl | urlParse).hostname | lower -}}
{{- end -}}

{{/* Selects the pods of all roles, and no other pod. */}}
{{- define "gatehouse.selector" -}}
app.kubernetes.io/name: {{ include "gatehouse.name" . | toYaml }}
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
{{- end -}}

{{- define "gatehouse.releaseLabels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service | toYaml }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | toYaml }}
{{- end -}}

{{- define "gatehouse.labels" -}}
{{ include "gatehouse.selector" . }}
{{ include "gatehouse.releaseLabels" . }}
{{- end -}}

{{/* For the migration and the test: no Service, policy or budget of the roles may select them. */}}
{{- define "gatehouse.hookSelector" -}}
app.kubernetes.io/name: {{ include "gatehouse.name" . | trunc 57 | trimSuffix "-" }}-hooks
app.kubernetes.io/instance: {{ .Release.Name | toYaml }}
{{- end -}}

{{- define "gatehouse.serviceAccountName" -}}
{{- $default := ternary (include "gatehouse.fullname" .) "default" .Values.serviceAccount.create -}}
{{- default $default .Values.serviceAccount.name -}}
{{- end -}}

{{/* The program of each role, and only the secrets that it needs. */}}
{{- define "gatehouse.roles" -}}
api:
  program: dist/src/main.api.js
  secrets: [database, notificationsDatabase, redis, encryptionKeys, blindIndexKeys, jwtPrivateKeys, adminEmail, adminPassword, sms, vapidPrivateKey]
worker:
  program: dist/src/main.worker.js
  secrets: [database, redis, encryptionKeys, blindIndexKeys, managementToken]
notifications:
  program: dist/src/main.notifications.js
  secrets: [database, notificationsDatabase, redis, encryptionKeys, blindIndexKeys, smtp, smtpFallback, sms, vapidPrivateKey]
{{- end -}}

{{/* The variable of each secret; NAME_FILE is the file that contains it. */}}
{{- define "gatehouse.secretVariables" -}}
database: DATABASE_URL
notificationsDatabase: NOTIFICATIONS_DATABASE_URL
redis: REDIS_URL
smtp: SMTP_URL
smtpFallback: SMTP_FALLBACK_URL
sms: SMS_URL
vapidPrivateKey: VAPID_PRIVATE_KEY
encryptionKeys: ENCRYPTION_KEYS
blindIndexKeys: BLIND_INDEX_KEYS
jwtPrivateKeys: JWT_PRIVATE_KEYS
adminEmail: ADMIN_EMAIL
adminPassword: ADMIN_PASSWORD
managementToken: MANAGEMENT_TOKEN
{{- end -}}

{{/*
The sets of Deployments, as a JSON list: with strategy rolling, one without a name; with strategy blueGreen, one for each colour
that has an image. `active` may only affect replicas, budgets and selectors: if pods depended on it, the switch would
replace them.
*/}}
{{- define "gatehouse.variants" -}}
{{- $variants := list -}}
{{- $repository := .Values.image.repository -}}
{{- if eq .Values.strategy "rolling" -}}
{{- $variants = append $variants (dict "colour" "" "suffix" "" "active" true "image" (include "gatehouse.image" (list $repository .Values.image))) -}}
{{- else -}}
{{- $blueGreen := .Values.blueGreen -}}
{{- range $colour := list "blue" "green" -}}
{{- $image := index $blueGreen $colour -}}
{{- if or $image.tag $image.digest -}}
{{- $variants = append $variants (dict "colour" $colour "suffix" (printf "-%s" $colour) "active" (eq $colour $blueGreen.active) "image" (include "gatehouse.image" (list $repository $image))) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $variants -}}
{{- end -}}

{{/* Takes the repository, and the tag and digest. */}}
{{- define "gatehouse.image" -}}
{{- $repository := index . 0 -}}
{{- with index . 1 -}}
{{- if .digest -}}{{ $repository }}@{{ .digest }}{{- else -}}{{ $repository }}:{{ include "gatehouse.text" .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* The live image, which the test runs in. */}}
{{- define "gatehouse.activeImage" -}}
{{- range include "gatehouse.variants" . | fromJsonArray -}}
{{- if .active -}}{{ .image }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Selects, within the release, the API of the live colour. */}}
{{- define "gatehouse.activeSelector" -}}
app.kubernetes.io/component: api
{{- if eq .Values.strategy "blueGreen" }}
gatehouse/colour: {{ .Values.blueGreen.active }}
{{- end }}
{{- end -}}

{{/* The restricted profile of the Pod Security Standards. */}}
{{- define "gatehouse.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "gatehouse.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Common to all pods. */}}
{{- define "gatehouse.podCommons" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "gatehouse.podSecurityContext" . | nindent 2 }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ toYaml . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ toYaml . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Takes the root and the names of secrets: the variables with the paths of the mounted ones. */}}
{{- define "gatehouse.secretEnv" -}}
{{- $values := (index . 0).Values -}}
{{- $variables := include "gatehouse.secretVariables" . | fromYaml -}}
{{- range index . 1 }}
{{- if (index $values.secrets .).existingSecret }}
- name: {{ index $variables . }}_FILE
  value: /run/secrets/gatehouse/{{ index $variables . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Takes the root: the attributes of spans, and the credential for the collector. */}}
{{- define "gatehouse.tracingEnv" -}}
{{- $root := . -}}
{{- with .Values.tracing }}
{{- if .endpoint }}
- name: POD_NAME
  valueFrom:
    fieldRef: { fieldPath: metadata.name }
- name: NODE_NAME
  valueFrom:
    fieldRef: { fieldPath: spec.nodeName }
{{- $attributes := list (printf "k8s.namespace.name=%s" $root.Release.Namespace) "k8s.node.name=$(NODE_NAME)" "k8s.pod.name=$(POD_NAME)" }}
{{- range $name, $value := .resourceAttributes }}
{{- $attributes = append $attributes (printf "%s=%s" $name $value) }}
{{- end }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ join "," $attributes | quote }}
{{- if .headers.existingSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .headers.existingSecret | toYaml }}
      key: {{ .headers.key | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Takes the root and the names of secrets: the volume that contains them. */}}
{{- define "gatehouse.secretVolume" -}}
{{- $secrets := (index . 0).Values.secrets -}}
{{- $variables := include "gatehouse.secretVariables" . | fromYaml -}}
- name: secrets
  projected:
    # 0440: the group is fsGroup.
    defaultMode: 288
    sources:
      {{- range $name := index . 1 }}
      {{- with index $secrets $name }}
      {{- if .existingSecret }}
      - secret:
          name: {{ .existingSecret | toYaml }}
          items:
            - key: {{ .key | quote }}
              path: {{ index $variables $name }}
      {{- end }}
      {{- end }}
      {{- end }}
{{- end -}}

{{/* Not empty if the cluster has KEDA. */}}
{{- define "gatehouse.hasKeda" -}}
{{- if .Capabilities.APIVersions.Has "keda.sh/v1alpha1" -}}true{{- end -}}
{{- end -}}

{{/* Takes the root, the role and the variant: the replicas of a Deployment. Empty if an autoscaler decides. */}}
{{- define "gatehouse.replicas" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- $active := (index . 2).active -}}
{{- $settings := index $root.Values.roles $role -}}
{{- $scaled := and $settings.autoscaling.enabled (or (eq $role "api") (and $active (include "gatehouse.hasKeda" $root))) -}}
{{- if not $scaled -}}
{{- $idle := index $root.Values.blueGreen.idleReplicas $role -}}
{{- if or $active (kindIs "invalid" $idle) -}}{{ int64 $settings.replicas }}{{- else -}}{{ int64 $idle }}{{- end -}}
{{- end -}}
{{- end -}}
