{{/*
Of names, and of numbers that are to be texts. Like all below, a JSON list of sentences. Kubernetes refuses such names itself,
but after the first objects are there, and in terms of its own.
*/}}
{{- define "gatehouse.problemsOfNames" -}}
{{- $problems := list -}}
{{- $full := include "gatehouse.fullname" . -}}
{{- if not (regexMatch "^[a-z]([a-z0-9-]*[a-z0-9])?$" $full) -}}
{{- $problems = append $problems (printf "%q is no name for a Service: small letters, digits and dashes, with a letter first. Set fullnameOverride, or call the release something else." $full) -}}
{{- end -}}
{{- $name := include "gatehouse.name" . -}}
{{- if not (regexMatch "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$" $name) -}}
{{- $problems = append $problems (printf "nameOverride is %q, which no label can hold: letters, digits, dashes, dots and underscores." $name) -}}
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
{{- $problems = append $problems (printf "%s is %q, and nothing in Kubernetes has such a name: small letters, digits, dashes and dots." $path $name) -}}
{{- end -}}
{{- end -}}
{{- $tags := dict "image.tag" .Values.image.tag "blueGreen.blue.tag" .Values.blueGreen.blue.tag "blueGreen.green.tag" .Values.blueGreen.green.tag -}}
{{- range $path, $value := set $tags "secretsRevision" .Values.secretsRevision -}}
{{- if not (or (kindIs "string" $value) (kindIs "invalid" $value) (regexMatch "^[0-9]{1,15}$" (toJson $value))) -}}
{{- $problems = append $problems (printf "%s is a number that YAML doesn't keep as it was written. Put it in quotes, or give it with --set-string." $path) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := .Values.config.extra -}}
{{- if not (or (kindIs "string" $value) (kindIs "bool" $value) (regexMatch "^-?[0-9]{1,15}([.][0-9]+)?$" (toJson $value))) -}}
{{- $problems = append $problems (printf "config.extra.%s is a number that YAML doesn't keep as it was written. Put it in quotes, or give it with --set-string." $name) -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/* Of what stands in front, and of addresses and ports. */}}
{{- define "gatehouse.problemsOfAddresses" -}}
{{- $problems := list -}}
{{- if and .Values.publicUrl (or .Values.ingress.enabled .Values.gateway.enabled) -}}
{{- $host := include "gatehouse.host" . -}}
{{- if not (regexMatch "^([a-z0-9]([a-z0-9-]*[a-z0-9])?[.])*[a-z]([a-z0-9-]*[a-z0-9])?$" $host) -}}
{{- $problems = append $problems (printf "publicUrl has the host %q, but an Ingress or a Gateway takes names only, and no IP address. Give the name that people see." $host) -}}
{{- end -}}
{{- end -}}
{{- if not (has .Values.config.host (list "0.0.0.0" "::")) -}}
{{- $problems = append $problems (printf "config.host is %q, where probes and Services would reach nobody. Take 0.0.0.0, or :: in a cluster with IPv6 only." (toString .Values.config.host)) -}}
{{- end -}}
{{- $ports := list (int .Values.ports.http) (int .Values.ports.management) -}}
{{- if .Values.grpc.enabled -}}
{{- $ports = append $ports (int .Values.ports.grpc) -}}
{{- end -}}
{{- if ne (len $ports) (len (uniq $ports)) -}}
{{- $problems = append $problems "ports holds one number twice, and a port serves only one thing: everybody could reach what the management port is for. Give each its own." -}}
{{- end -}}
{{- if and .Values.service.externalTrafficPolicy (eq .Values.service.type "ClusterIP") -}}
{{- $problems = append $problems "service.externalTrafficPolicy means nothing to a Service of type ClusterIP. Leave it empty, or take LoadBalancer or NodePort." -}}
{{- end -}}
{{- range .Values.config.trustedProxies -}}
{{- with include "gatehouse.problemOfRange" . -}}
{{- $problems = append $problems . -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}

{{/*
Takes an address or a CIDR: what is wrong with trusting it, or nothing. Local ranges of IPv6, fc00::/7 and fe80::/10, may be
as wide as they are.
*/}}
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
config.trustedProxies holds {{ . }}, which is no address and no CIDR such as 10.42.0.0/16 or fd00::/8.
{{- else if or (regexMatch "/[0-7]$" $range | and $isV4) (and (not $isV4) (regexMatch "/([0-9]|1[0-5])$" $range) (not $local)) -}}
config.trustedProxies holds {{ . }}, which trusts everybody or nearly so: any client could claim any address and escape limits. Name no range that is wider than /8 with IPv4 and /16 with IPv6.
{{- else if and (regexMatch "^(0{1,4}:|::)" $range) (not (regexMatch "^::1(/128)?$" $range)) -}}
config.trustedProxies holds {{ . }}, which may stand for all of IPv4. Write addresses of IPv4 as such.
{{- end -}}
{{- end -}}

{{/* Of variables that extraEnv sets beside the chart. */}}
{{- define "gatehouse.problemsOfVariables" -}}
{{- $problems := list -}}
{{- $root := . -}}
{{- $own := include "gatehouse.settings" . | fromYaml -}}
{{- $variables := include "gatehouse.secretVariables" . | fromYaml -}}
{{- range $variable := .Values.extraEnv -}}
{{- if hasKey $own .name -}}
{{- $problems = append $problems (printf "extraEnv holds %s, which has a value of its own in this chart. Set that one." .name) -}}
{{- end -}}
{{- range $key, $secret := $variables -}}
{{- if not (has $variable.name (list $secret (printf "%s_FILE" $secret))) -}}
{{- else if (index $root.Values.secrets $key).existingSecret -}}
{{- $problems = append $problems (printf "extraEnv holds %s, which secrets.%s sets. Name the Secret there alone." $variable.name $key) -}}
{{- else if and (eq $variable.name $secret) (hasKey $variable "value") -}}
{{- $problems = append $problems (printf "extraEnv holds the value of %s, a secret, and a Deployment is readable by many. Name a Secret in secrets.%s." $secret $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end -}}
