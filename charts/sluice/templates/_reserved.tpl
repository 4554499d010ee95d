{{/* Settings that the chart makes itself, and the value that they come from. */}}
{{- define "sluice.reservedSettings" -}}
HOST: ''
PORT: ''
DATA_DIR: ''
QUERY_URL: ''
EVENT_LOG_URL: eventLog.url
EVENT_LOG_PARTITIONS: eventLog.partitions
DEAD_LETTERS_PARTITIONS: eventLog.deadLettersPartitions
EVENT_LOG_REPLICATION: eventLog.replication
TOPICS: eventLog.topics
KAFKA_PREFIX: eventLog.prefix
EVENTS_TOPIC: eventLog.eventsTopic
DEAD_LETTERS_TOPIC: eventLog.deadLettersTopic
STORE_GROUP: eventLog.storeGroup
KAFKA_CA_FILE: eventLog.tls
KAFKA_CERT_FILE: eventLog.tls
KAFKA_KEY_FILE: eventLog.tls
KAFKA_SASL_MECHANISM: eventLog.sasl
KAFKA_SASL_USERNAME: eventLog.sasl
KAFKA_SASL_PASSWORD: eventLog.sasl
KAFKA_OAUTH_TOKEN_URL: eventLog.oauth
KAFKA_OAUTH_CLIENT_ID: eventLog.oauth
KAFKA_OAUTH_CLIENT_SECRET: eventLog.oauth
KAFKA_OAUTH_SCOPE: eventLog.oauth
RECORD_STORE_URL: recordStore
RECORDS_COLLECTION: recordStore.collection
READ_PREFERENCE: recordStore.readPreference
RECORD_EXPIRY_SECONDS: recordStore.expirySeconds
ARCHIVE_URL: archive.url
ARCHIVE_S3_ACCESS_KEY_ID: archive.existingSecret
ARCHIVE_S3_SECRET_ACCESS_KEY: archive.existingSecret
GATEWAY_PROCESSES: gateway.processes
AUTH: gateway.auth
ALLOWED_HOSTS: gateway.allowedHosts
TRUSTED_PROXIES: gateway.trustedProxies
DRAIN_NOTICE_MS: gateway.drainNoticeMs
SHUTDOWN_TIMEOUT_MS: shutdownTimeoutMs of the app
SOURCES_FILE: gateway.sources
TLS_CERT_FILE: gateway.tls
TLS_KEY_FILE: gateway.tls
TLS_CLIENT_CA_FILE: gateway.tls
TLS_CRL_FILE: gateway.tls
{{- end }}

{{- define "sluice.settingProblems" -}}
{{- $problems := list }}
{{- $reserved := include "sluice.reservedSettings" . | fromYaml }}
{{- $known := .Files.Lines "files/settings.txt" }}
{{- $tables := dict "settings" .Values.settings }}
{{- range $app := list "gateway" "worker" "query" "archive" "init" }}
{{- $_ := set $tables (printf "%s.settings" $app) (get $.Values $app).settings }}
{{- end }}
{{- range $path, $settings := $tables }}
{{- range $name, $_ := $settings }}
{{- if hasKey $reserved (trimSuffix "_FILE" $name) }}
{{- $name = trimSuffix "_FILE" $name }}
{{- end }}
{{- if hasKey $reserved $name }}
{{- $instead := ternary (printf "set %s instead." (get $reserved $name)) "it cannot be changed." (ne (get $reserved $name) "") }}
{{- $problems = append $problems (printf "%s has %s, which the chart sets itself: %s" $path $name $instead) }}
{{- else if eq $name "OTEL_EXPORTER_OTLP_HEADERS" }}
{{- $problems = append $problems (printf "%s has %s, which is a secret: put it into a Secret and name that in secretSettings." $path $name) }}
{{- else if not (has $name $known) }}
{{- $problems = append $problems (printf "%s has %s, which no program reads: docs/reference/configuration.md has the names." $path $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- range .Values.secretSettings }}
{{- if hasKey $reserved .name }}
{{- $problems = append $problems (printf "secretSettings has %s, which the chart sets itself: set %s instead." .name (get $reserved .name | default "nothing")) }}
{{- else if not (has .name $known) }}
{{- $problems = append $problems (printf "secretSettings has %s, which no program reads: docs/reference/configuration.md has the names." .name) }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
