{{/* A value of `settings` as text. YAML reads numbers as floats: 67108864 must not become 6.7108864e+07. */}}
{{- define "sluice.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) }}{{ int64 . }}{{ else }}{{ . }}{{ end }}
{{- end }}

{{/*
Settings of a process that come out of the values, as a map from name to text. An empty text is not set.
Context: root, component.
*/}}
{{- define "sluice.ownSettings" -}}
{{- $values := .root.Values }}
HOST: 0.0.0.0
PORT: 8000
{{- if eq .component "standalone" }}
DATA_DIR: /data
{{- else }}
{{- with $values.eventLog }}
EVENT_LOG_URL: {{ .url | quote }}
KAFKA_PREFIX: {{ .prefix | quote }}
EVENTS_TOPIC: {{ ternary "" .eventsTopic (eq .eventsTopic "ingest.events") | quote }}
DEAD_LETTERS_TOPIC: {{ ternary "" .deadLettersTopic (eq .deadLettersTopic "ingest.dead-letters") | quote }}
STORE_GROUP: {{ ternary "" .storeGroup (eq .storeGroup "sluice-store") | quote }}
TOPICS: {{ ternary "" .topics (eq .topics "create") | quote }}
KAFKA_SASL_MECHANISM: {{ .sasl.mechanism | quote }}
KAFKA_SASL_USERNAME: {{ .sasl.username | quote }}
KAFKA_OAUTH_TOKEN_URL: {{ .oauth.tokenUrl | quote }}
KAFKA_OAUTH_CLIENT_ID: {{ .oauth.clientId | quote }}
KAFKA_OAUTH_SCOPE: {{ .oauth.scope | quote }}
{{- end }}
{{- if and (not $values.recordStore.existingSecret) (ne .component "archiver") }}
RECORD_STORE_URL: {{ $values.recordStore.url | quote }}
{{- end }}
RECORDS_COLLECTION: {{ $values.recordStore.collection | quote }}
{{- end }}
{{- if has .component (list "init" "standalone") }}
EVENT_LOG_PARTITIONS: {{ int64 $values.eventLog.partitions }}
DEAD_LETTERS_PARTITIONS: {{ include "sluice.text" $values.eventLog.deadLettersPartitions }}
RECORD_EXPIRY_SECONDS: {{ int64 $values.recordStore.expirySeconds }}
{{- end }}
{{- if eq .component "init" }}
EVENT_LOG_REPLICATION: {{ int64 $values.eventLog.replication }}
{{- else }}
SHUTDOWN_TIMEOUT_MS: {{ int64 .app.shutdownTimeoutMs }}
{{- end }}
{{- if and $values.archive.enabled (has .component (list "archiver" "standalone")) }}
ARCHIVE_URL: {{ $values.archive.url | quote }}
{{- end }}
{{- if eq .component "archiver" }}
DATA_DIR: /data
{{- end }}
{{- if eq .component "query" }}
READ_PREFERENCE: {{ $values.recordStore.readPreference | quote }}
{{- end }}
{{- if eq .component "gateway" }}
GATEWAY_PROCESSES: {{ ternary "" (include "sluice.text" .app.processes) (eq (include "sluice.text" .app.processes) "1") | quote }}
QUERY_URL: http://{{ include "sluice.componentName" (dict "root" .root "component" "query") }}:8000
{{- end }}
{{- if eq .component (include "sluice.ingestApp" .root) }}
DRAIN_NOTICE_MS: {{ int64 .app.drainNoticeMs }}
AUTH: {{ .app.auth | quote }}
ALLOWED_HOSTS: {{ include "sluice.allowedHosts" .root | quote }}
TRUSTED_PROXIES: {{ join "," .app.trustedProxies | quote }}
{{- if .app.directory.enabled }}
ENDPOINTS_FILE: /etc/sluice/files/endpoints
{{- end }}
{{- if .app.sources }}
SOURCES_FILE: /etc/sluice/files/sources.json
{{- end }}
{{- end }}
{{- end }}

{{/* Names that browsers use: without them, the pages of an ingress would be answered 421. */}}
{{- define "sluice.allowedHosts" -}}
{{- $service := include "sluice.componentName" (dict "root" . "component" (include "sluice.ingestApp" .)) }}
{{- $names := list $service (printf "%s.%s.svc" $service .Release.Namespace) }}
{{- if .Values.ingress.enabled }}
{{- range .Values.ingress.hosts }}{{ if not (hasPrefix "*" .) }}{{ $names = append $names . }}{{ end }}{{ end }}
{{- end }}
{{- if .Values.httpRoute.enabled }}
{{- range .Values.httpRoute.hostnames }}{{ if not (hasPrefix "*" .) }}{{ $names = append $names . }}{{ end }}{{ end }}
{{- end }}
{{- if eq .Values.gateway.auth "open" }}{{ concat $names .Values.gateway.allowedHosts | uniq | join "," }}{{ end }}
{{- end }}

{{/*
Settings that are read from files of Secrets, as a list of: name (of the setting), secret, key.
Context: root, component.
*/}}
{{- define "sluice.secretFiles" -}}
{{- $values := .root.Values }}
{{- $files := list }}
{{- if ne .component "standalone" }}
{{- with $values.eventLog.tls }}
{{- if .caSecret }}{{ $files = append $files (dict "name" "KAFKA_CA_FILE" "secret" .caSecret "key" .caKey) }}{{ end }}
{{- if .clientSecret }}
{{- $files = append $files (dict "name" "KAFKA_CERT_FILE" "secret" .clientSecret "key" .certKey) }}
{{- $files = append $files (dict "name" "KAFKA_KEY_FILE" "secret" .clientSecret "key" .keyKey) }}
{{- end }}
{{- end }}
{{- with $values.eventLog.sasl }}
{{- if .existingSecret }}{{ $files = append $files (dict "name" "KAFKA_SASL_PASSWORD_FILE" "secret" .existingSecret "key" .passwordKey) }}{{ end }}
{{- end }}
{{- with $values.eventLog.oauth }}
{{- if .existingSecret }}{{ $files = append $files (dict "name" "KAFKA_OAUTH_CLIENT_SECRET_FILE" "secret" .existingSecret "key" .clientSecretKey) }}{{ end }}
{{- end }}
{{- with $values.recordStore }}
{{- if and .existingSecret (ne $.component "archiver") }}{{ $files = append $files (dict "name" "RECORD_STORE_URL_FILE" "secret" .existingSecret "key" .secretKey) }}{{ end }}
{{- end }}
{{- end }}
{{- if has .component (list "archiver" "standalone") }}
{{- with $values.archive }}
{{- if and .enabled .existingSecret }}
{{- $files = append $files (dict "name" "ARCHIVE_S3_ACCESS_KEY_ID_FILE" "secret" .existingSecret "key" .accessKeyIdKey) }}
{{- $files = append $files (dict "name" "ARCHIVE_S3_SECRET_ACCESS_KEY_FILE" "secret" .existingSecret "key" .secretAccessKeyKey) }}
{{- end }}
{{- end }}
{{- end }}
{{- if eq .component (include "sluice.ingestApp" .root) }}
{{- with .app.tls }}
{{- if .existingSecret }}
{{- $files = append $files (dict "name" "TLS_CERT_FILE" "secret" .existingSecret "key" "tls.crt") }}
{{- $files = append $files (dict "name" "TLS_KEY_FILE" "secret" .existingSecret "key" "tls.key") }}
{{- end }}
{{- if .clientCaSecret }}{{ $files = append $files (dict "name" "TLS_CLIENT_CA_FILE" "secret" .clientCaSecret "key" "ca.crt") }}{{ end }}
{{- if .crlSecret }}{{ $files = append $files (dict "name" "TLS_CRL_FILE" "secret" .crlSecret "key" "ca.crl") }}{{ end }}
{{- end }}
{{- end }}
{{- range $values.secretSettings }}
{{- $files = append $files (dict "name" (printf "%s_FILE" .name) "secret" .secret "key" .key) }}
{{- end }}
{{- toYaml $files }}
{{- end }}

{{/* The environment of a process. Names are sorted, so that nothing rolls out without a reason. Context: root, component, app. */}}
{{- define "sluice.environment" -}}
{{- $own := include "sluice.ownSettings" . | fromYaml }}
{{- $all := dict }}
{{- range $name, $value := $own }}
{{- $text := include "sluice.text" (ternary "" $value (kindIs "invalid" $value)) }}
{{- if ne $text "" }}{{ $_ := set $all $name $text }}{{ end }}
{{- end }}
{{- range $settings := list .root.Values.settings .app.settings }}
{{- range $name, $value := $settings }}{{ $_ := set $all $name (include "sluice.text" $value) }}{{ end }}
{{- end }}
{{- range include "sluice.secretFiles" . | fromYamlArray }}
{{- $_ := set $all .name (printf "/etc/sluice/secrets/%s" .name) }}
{{- end }}
{{- range $name, $value := $all }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
