{{- define "sluice.eventLogPorts" -}}
{{- $ports := .Values.networkPolicy.eventLogPorts }}
{{- if not $ports }}{{ $ports = include "sluice.portsIn" .Values.eventLog.url | fromYamlArray }}{{ end }}
{{- $ports | default (list 9092) | toYaml }}
{{- end }}

{{- define "sluice.recordStorePorts" -}}
{{- $ports := .Values.networkPolicy.recordStorePorts }}
{{- $url := ternary "" .Values.recordStore.url (ne .Values.recordStore.existingSecret "") }}
{{- if not $ports }}{{ $ports = include "sluice.portsIn" $url | fromYamlArray }}{{ end }}
{{- $ports | default (list 27017) | toYaml }}
{{- end }}

{{/* The ports in a URL with several hosts, each once. */}}
{{- define "sluice.portsIn" -}}
{{- $ports := list }}
{{- range regexFindAll ":[0-9]+" (regexReplaceAll "^[a-z+]+://([^/?]*).*$" . "${1}") -1 }}
{{- $ports = append $ports (trimPrefix ":" . | int64) }}
{{- end }}
{{- $ports | uniq | toYaml }}
{{- end }}
