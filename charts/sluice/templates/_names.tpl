{{- define "sluice.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* First part of all names. 40 characters leave room for the name of the app and what controllers add. */}}
{{- define "sluice.fullname" -}}
{{- $name := include "sluice.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- .Values.fullnameOverride | default $full | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Name of an app's objects. Context: root, component. */}}
{{- define "sluice.componentName" -}}
{{- printf "%s-%s" (include "sluice.fullname" .root) .component }}
{{- end }}

{{- define "sluice.selectorLabels" -}}
app.kubernetes.io/name: {{ include "sluice.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "sluice.labels" -}}
{{ include "sluice.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "sluice.metadata" -}}
name: {{ .name | default (include "sluice.componentName" .) }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "sluice.labels" . | nindent 2 }}
{{- end }}

{{- define "sluice.image" -}}
{{- $registry := .Values.global.imageRegistry | default .Values.image.registry }}
{{- $name := ternary (printf "%s/%s" $registry .Values.image.repository) .Values.image.repository (ne $registry "") }}
{{- if .Values.image.digest }}
{{- printf "%s@%s" $name .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" $name (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}
{{- end }}

{{- define "sluice.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "sluice.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{/* The app that accepts records, which devices and people reach. */}}
{{- define "sluice.ingestApp" -}}
{{- ternary "standalone" "gateway" (eq .Values.mode "standalone") }}
{{- end }}

{{/* Number of pods of an app. Context: root, component (a key of the values). */}}
{{- define "sluice.replicas" -}}
{{- $replicas := (get .root.Values .component).replicas }}
{{- if eq .root.Values.mode "standalone" }}1
{{- else if and (kindIs "string" $replicas) (eq .component "worker") }}{{ min 2 (int64 .root.Values.eventLog.partitions) }}
{{- else if kindIs "string" $replicas }}2
{{- else }}{{ int64 $replicas }}{{ end }}
{{- end }}

{{- define "sluice.gatewayMinReplicas" -}}
{{- $min := .Values.gateway.autoscaling.minReplicas }}
{{- if or (not .Values.gateway.autoscaling.enabled) (kindIs "string" $min) }}
{{- include "sluice.replicas" (dict "root" . "component" "gateway") }}
{{- else }}{{ int64 $min }}{{ end }}
{{- end }}

{{- define "sluice.workerMinReplicas" -}}
{{- $min := .Values.worker.keda.minReplicas }}
{{- if or (not .Values.worker.keda.enabled) (kindIs "string" $min) }}
{{- include "sluice.replicas" (dict "root" . "component" "worker") }}
{{- else }}{{ int64 $min }}{{ end }}
{{- end }}

{{- define "sluice.workerMaxReplicas" -}}
{{- $max := .Values.worker.keda.maxReplicas }}
{{- if kindIs "string" $max }}{{ int64 .Values.eventLog.partitions }}{{ else }}{{ int64 $max }}{{ end }}
{{- end }}

{{/* Seconds that a process needs from its SIGTERM to its end, with 10 s in reserve. Context: the values of the app. */}}
{{- define "sluice.neededGraceSeconds" -}}
{{- $milliseconds := add (.drainNoticeMs | default 0 | int64) (int64 .shutdownTimeoutMs) }}
{{- add (div (add $milliseconds 999) 1000) 10 }}
{{- end }}

{{- define "sluice.graceSeconds" -}}
{{- if kindIs "string" .terminationGracePeriodSeconds }}
{{- include "sluice.neededGraceSeconds" . }}
{{- else }}{{ int64 .terminationGracePeriodSeconds }}{{ end }}
{{- end }}
