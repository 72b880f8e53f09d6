{{/* The variables of all roles, without secrets. */}}
{{- define "gatehouse.settings" -}}
NODE_ENV: production
HOST: {{ .Values.config.host | quote }}
PORT: {{ .Values.ports.http | quote }}
MANAGEMENT_PORT: {{ .Values.ports.management | quote }}
{{- if .Values.grpc.enabled }}
GRPC_PORT: {{ .Values.ports.grpc | quote }}
{{- if .Values.grpc.apart }}
ACCOUNTS_GRPC_URL: {{ printf "%s-grpc:%d" (include "gatehouse.fullname" .) (int .Values.ports.grpc) | quote }}
NOTIFICATIONS_GRPC_URL: {{ printf "%s-notifications-grpc:%d" (include "gatehouse.fullname" .) (int .Values.ports.grpc) | quote }}
{{- end }}
{{- if .Values.grpc.tlsSecret }}
GRPC_TLS_CERT: /run/secrets/gatehouse-grpc/tls.crt
GRPC_TLS_KEY: /run/secrets/gatehouse-grpc/tls.key
GRPC_TLS_CA: /run/secrets/gatehouse-grpc/ca.crt
{{- end }}
{{- end }}
PUBLIC_URL: {{ .Values.publicUrl | quote }}
APP_URL: {{ .Values.appUrl | quote }}
# The Job migrates before any pod starts.
MIGRATE_ON_START: 'false'
TRUSTED_PROXIES: {{ join "," .Values.config.trustedProxies | quote }}
DRAIN_SECONDS: {{ .Values.config.drainSeconds | quote }}
LOG_LEVEL: {{ .Values.config.logLevel | quote }}
REGISTRATION: {{ .Values.config.registration | quote }}
RATE_LIMIT_DEFAULT: {{ .Values.config.rateLimitDefault | quote }}
RATE_LIMIT_AUTH: {{ .Values.config.rateLimitAuth | quote }}
RATE_LIMIT_ADDRESS: {{ .Values.config.rateLimitAddress | quote }}
RATE_LIMIT_API_KEY: {{ .Values.config.rateLimitApiKey | quote }}
{{- $limits := list }}
{{- range $role, $limit := .Values.config.rateLimitRoles }}
{{- $limits = append $limits (printf "%s=%s" $role $limit) }}
{{- end }}
{{- with $limits }}
RATE_LIMIT_ROLES: {{ join "," . | quote }}
{{- end }}
AUTOMATIC_BANS: {{ .Values.config.automaticBans | quote }}
CORS_ORIGINS: {{ join "," .Values.config.corsOrigins | quote }}
MAIL_FROM: {{ .Values.config.mailFrom | quote }}
{{- with .Values.config.providerRates }}
{{- if .smtp }}
SMTP_RATE_PER_MINUTE: {{ int .smtp | quote }}
{{- end }}
{{- if .smtpFallback }}
SMTP_FALLBACK_RATE_PER_MINUTE: {{ int .smtpFallback | quote }}
{{- end }}
{{- if .sms }}
SMS_RATE_PER_MINUTE: {{ int .sms | quote }}
{{- end }}
{{- if .push }}
PUSH_RATE_PER_MINUTE: {{ int .push | quote }}
{{- end }}
{{- end }}
DATABASE_POOL_SIZE: {{ .Values.config.databasePoolSize | quote }}
{{- with .Values.tracing }}
{{- if .endpoint }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .endpoint | quote }}
{{- with .sampler }}
OTEL_TRACES_SAMPLER: {{ . | quote }}
{{- end }}
{{- if not (kindIs "invalid" .ratio) }}
# Without an exponent, which small numbers would have.
OTEL_TRACES_SAMPLER_ARG: {{ printf "%.6f" (float64 .ratio) | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* "true" for the roles that serve gRPC. Takes the root and the role. */}}
{{- define "gatehouse.servesGrpc" -}}
{{- $root := index . 0 -}}
{{- $role := index . 1 -}}
{{- if and $root.Values.grpc.enabled (or (eq $role "api") (and $root.Values.grpc.apart (eq $role "notifications"))) -}}
true
{{- end -}}
{{- end -}}
