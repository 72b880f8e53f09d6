{{/*
Checks names, and numbers that must be strings. Returns a JSON list of sentences, like everything below. Kubernetes rejects
such names, too, but only after it has created the first objects.
*/}}
{{- define "gatehouse.problemsOfNames" -}}
{{- $problems := list -}}
{{- $full := include "gatehouse.fullname" . -}}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $full) -}}
{{- $problems = append $problems (printf "%q is not a valid Service name: use lower-case letters, digits and hyphens, and start with a letter. Set fullnameOverride, or rename the release." $full) -}}
{{- end -}}
{{- $name := include "gatehouse.name" . -}}
{{- if not (regexMatch "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$" $name) -}}
{{- $problems = append $problems (printf "nameOverride is %q, which is not a valid label value: use letters, digits, hyphens, dots and underscores." $name) -}}
{{- end -}}
{{- $names := dict
  "tracing.headers.existingSecret" .Values.tracing.headers.existingSecret
  "ingress.tlsSecret" .Values.ingress.tlsSecret
  "ingress.className" .Values.ingress.className
  "serviceAccount.name" .Values.serviceAccount.name
  "priorityClassName" .Values.priorityClassName
  "keda.authenticationRef" .Values.keda.authenticationRef
-}}
{{- range $key, $secret := .Values.secrets -}}
{{- $_ := set $names (printf "secrets.%s.existingSecret" $key) $secret.existingSecret -}}
{{- end -}}
{{- range $index, $secret := .Values.imagePullSecrets -}}
{{- $_ := set $names (printf "imagePullSecrets[%d]" $index) $secret -}}
{{- end -}}
{{- range $path, $name := $names -}}
{{- if and $name (not (regexMatch "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$" $name)) -}}
{{- $problems = append $problems (printf "%s is %q, which is not a valid name in Kubernetes: use lower-case letters, digits, hyphens and dots." $path $name) -}}
{{- end -}}
{{- end -}}
{{- $tags := dict "image.tag" .Values.image.tag "blueGreen.blue.tag" .Values.blueGreen.blue.tag "blueGreen.green.tag" .Values.blueGreen.green.tag -}}
{{- range $path, $value := set $tags "secretsRevision" .Values.secretsRevision -}}
{{- if not (or (kindIs "string" $value) (kindIs "invalid" $value) (regexMatch "^[0-9]{1,15}$" (toJson $value))) -}}
{{- $problems = append $problems (printf "%s is a number that YAML changes. Quote it, or use --set-string." $path) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := .Values.config.extra -}}
{{- if not (or (kindIs "string" $value) (kindIs "bool" $value) (regexMatch "^-?[0-9]{1,15}([.][0-9]+)?$" (toJson $value))) -}}
{{- $problems = append $problems (printf "config.extra.%s is a number that YAML changes. Quote it, or use --set-string." $name) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Checks hosts, ports and proxies. */}}
{{- define "gatehouse.problemsOfAddresses" -}}
{{- $problems := list -}}
{{- if and .Values.publicUrl (or .Values.ingress.enabled .Values.gateway.enabled) -}}
{{- $host := include "gatehouse.host" . -}}
{{- if not (regexMatch "^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])*[a-z]([a-z0-9-]*[a-z0-9])?$" $host) -}}
{{- $problems = append $problems (printf "publicUrl has the host %q, but an Ingress or a Gateway needs a host name, not an IP address." $host) -}}
{{- end -}}
{{- end -}}
{{- if not (has .Values.config.host (list "0.0.0.0" "::")) -}}
{{- $problems = append $problems (printf "config.host is %q, which probes and Services cannot reach. Use 0.0.0.0, or :: in an IPv6-only cluster." (toString .Values.config.host)) -}}
{{- end -}}
{{- $ports := list (int .Values.ports.http) (int .Values.ports.management) -}}
{{- if .Values.grpc.enabled -}}
{{- $ports = append $ports (int .Values.ports.grpc) -}}
{{- end -}}
{{- if ne (len $ports) (len (uniq $ports)) -}}
{{- $problems = append $problems "ports contains a number twice. Use a different port for each, or anyone can reach the management port." -}}
{{- end -}}
{{- if and .Values.service.externalTrafficPolicy (eq .Values.service.type "ClusterIP") -}}
{{- $problems = append $problems "service.externalTrafficPolicy has no effect on a Service of type ClusterIP. Leave it empty, or use LoadBalancer or NodePort." -}}
{{- end -}}
{{- range .Values.config.trustedProxies -}}
{{- with include "gatehouse.problemOfRange" . -}}
{{- $problems = append $problems . -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Takes an address or a CIDR, and returns why it must not be trusted. The local IPv6 ranges fc00::/7 and fe80::/10 are fine. */}}
{{- define "gatehouse.problemOfRange" -}}
{{- $byte := "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])" -}}
{{- $v4 := printf "^%s([.]%s){3}(/(3[0-2]|[12]?[0-9]))?$" $byte $byte -}}
{{- $group := "[0-9a-f]{1,4}" -}}
{{- $forms := list "(G:){7}G" "(G:){1,7}:" "(G:){1,6}:G" "(G:){1,5}(:G){1,2}" "(G:){1,4}(:G){1,3}" "(G:){1,3}(:G){1,4}" "(G:){1,2}(:G){1,5}" "G:(:G){1,6}" ":(:G){1,7}" "::" -}}
{{- $v6 := printf "^(%s)(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?$" (join "|" $forms | replace "G" $group) -}}
{{- $range := lower . -}}
{{- $isV4 := regexMatch $v4 $range -}}
{{- $local := regexMatch "^f[c-e][0-9a-f]{2}:.*/([7-9]|1[0-5])$" $range -}}
{{- if not (or $isV4 (regexMatch $v6 $range)) -}}
config.trustedProxies contains {{ . }}, which is not an address or a CIDR such as 10.42.0.0/16 or fd00::/8.
{{- else if or (regexMatch "/[0-7]$" $range | and $isV4) (and (not $isV4) (regexMatch "/([0-9]|1[0-5])$" $range) (not $local)) -}}
config.trustedProxies contains {{ . }}, which is too wide: almost any client could claim any address and evade rate limits. The widest ranges are /8 for IPv4 and /16 for IPv6.
{{- else if and (regexMatch "^(0{1,4}:|::)" $range) (not (regexMatch "^::1(/128)?$" $range)) -}}
config.trustedProxies contains {{ . }}, which can include every IPv4 address. Write IPv4 addresses as IPv4.
{{- end -}}
{{- end -}}

{{/* Checks extraEnv. */}}
{{- define "gatehouse.problemsOfVariables" -}}
{{- $problems := list -}}
{{- $root := . -}}
{{- $own := include "gatehouse.settings" . | fromYaml -}}
{{- $variables := include "gatehouse.secretVariables" . | fromYaml -}}
{{- range $variable := .Values.extraEnv -}}
{{- if hasKey $own .name -}}
{{- $problems = append $problems (printf "extraEnv contains %s, which this chart sets from another value. Set that value instead." .name) -}}
{{- end -}}
{{- range $key, $secret := $variables -}}
{{- if not (has $variable.name (list $secret (printf "%s_FILE" $secret))) -}}
{{- else if (index $root.Values.secrets $key).existingSecret -}}
{{- $problems = append $problems (printf "extraEnv contains %s, which secrets.%s sets. Set it only there." $variable.name $key) -}}
{{- else if and (eq $variable.name $secret) (hasKey $variable "value") -}}
{{- $problems = append $problems (printf "extraEnv contains the value of %s, a secret, but many can read a Deployment. Use a Secret, and name it in secrets.%s." $secret $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
